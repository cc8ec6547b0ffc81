"""Names of attachments: ATTACK ATTACH-02, and the writings of ATTACH-01."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.names import LENGTH, NAMES_LIMIT, forms, from_description, from_location, names_of
from gatepost.mime.parameters import parameters
from gatepost.mime.reader import read
from tests.mime.sample import mail


def named(disposition: bytes, content_type: bytes = b"application/octet-stream") -> tuple[str, ...]:
    fields = b"Content-Type: " + content_type + b"\r\nContent-Disposition: " + disposition + b"\r\n\r\n"
    return read(mail(fields)).parts[0].names


@pytest.mark.parametrize(
    ("disposition", "first"),
    [
        (b'attachment; filename="a.exe"', "a.exe"),
        (b"attachment; filename=a.exe", "a.exe"),
        (b"attachment; filename=a b.exe", "a b.exe"),
        (b"attachment; filename*=utf-8''a%2eexe", "a.exe"),
        (b"attachment; filename*=utf-8'en-gb'a%2eexe", "a.exe"),
        (b"attachment; filename*=''a%2eexe", "a.exe"),
        (b"attachment; filename*=a%2eexe", "a.exe"),
        (b"attachment; filename*0=a; filename*1=.exe", "a.exe"),
        (b"attachment; filename*1=.exe; filename*0=a", "a.exe"),
        (b"attachment; filename*0*=utf-8''a%2e; filename*1=exe", "a.exe"),
        (b"attachment; filename*0=\"a\"; filename*1*=%2eexe", "a.exe"),
        (b"attachment; filename*01=.exe; filename*0=a", "a.exe"),
        (b"attachment; filename*=utf-16le''a%00.%00e%00x%00e%00", "a.exe"),
        (b"attachment; filename*=utf-16''%FF%FEa%00.%00e%00x%00e%00", "a.exe"),
        (b"attachment; filename*=utf-7''a+AC4-exe", "a.exe"),
        (b"attachment; filename*=x-none''a%2eexe", "a.exe"),
        (b'attachment; filename="=?utf-8?q?a=2Eexe?="', "a.exe"),
        (b'attachment; filename="=?utf-8?b?YS5leGU=?="', "a.exe"),
        (b'attachment; filename="=?utf-8?b?YS5leG?="', "a.ex"),
        (b'attachment; filename="=?cp437?q?a=2Eexe?="', "a.exe"),
        (b"attachment; filename==?utf-8?q?a=2Eexe?=", "a.exe"),
        (b'attachment; filename="=?utf-8?q?a=2E?=\r\n =?utf-8?q?exe?="', "a.exe"),
        ("attachment; filename=\"ä.exe\"".encode(), "ä.exe"),
        ("attachment; filename=\"ä.exe\"".encode("latin-1"), "\ufffd.exe"),
        (b'attachment; filename="a\x00.exe"', "a.exe"),
        ("attachment; filename=\"a\u202etxt.exe\"".encode(), "a\u202etxt.exe"),
        (b'attachment; filename="..\\\\a.exe"', "..\\a.exe"),
        (b'attachment; filename="a.exe', "a.exe"),
        (b"attachment; filename='a.exe'", "'a.exe'"),
        (b'attachment filename="a.exe"', "a.exe"),
        (b'attachment;; x; filename="a.exe"', "a.exe"),
        (b'attachment; filename ="a.exe"', "a.exe"),
        (b'attachment; FileName = "a.exe"', "a.exe"),
        (b'attachment;\r\n filename="a.exe"', "a.exe"),
        (b'attachment; filename="a.exe "', "a.exe"),
    ],
)  # fmt: skip
def test_attach_02_a_name_is_read_in_each_writing(disposition, first):
    assert named(disposition)[0] == first


@pytest.mark.parametrize(
    ("disposition", "content_type", "names"),
    [
        (b"attachment; filename=a.txt", b"text/plain; name=b.exe", {"a.txt", "b.exe"}),
        (b"attachment; filename=a.txt; filename=b.exe", b"text/plain", {"a.txt", "b.exe"}),
        (b"attachment; filename=a.txt; filename*=utf-8''b%2eexe", b"text/plain", {"a.txt", "b.exe", "utf-8''b%2eexe"}),
        (b"attachment; filename*0=a; filename*0=b; filename*1=.exe", b"text/plain", {"a.exe", "b.exe"}),
        (b"attachment; filename*0=a; filename*2=.exe", b"text/plain", {"a", "a.exe"}),
        (b"attachment; filename*1=.txt; filename*0=a; filename*2=.exe", b"text/plain", {"a.txt.exe", ".txta.exe"}),
        (b"attachment; filename=a%2Eexe", b"text/plain", {"a%2Eexe", "a.exe"}),
        (b'attachment; filename="a.txt"b.exe', b"text/plain", {"a.txt", "a.txtb.exe"}),
        (b'attachment; filename="a.txt\x00.exe"', b"text/plain", {"a.txt", "a.txt.exe"}),
        (b'attachment; filename="a.t\\xt"', b"text/plain", {"a.txt", "a.t\\xt"}),
        (b'attachment; filename="a.txt; filename=b.exe"', b"text/plain", {"a.txt; filename=b.exe", "b.exe"}),
        (b"attachment; name=a.exe", b"text/plain; filename=b.exe", {"a.exe", "b.exe"}),
        (b'attachment; filename="=?utf-8?q?a=2Eexe?="', b"text/plain", {"a.exe", "=?utf-8?q?a=2Eexe?="}),
        (
            b"attachment; filename=a.txt\r\nContent-Disposition: inline; filename=b.exe",
            b"text/plain",
            {"a.txt", "b.exe"},
        ),
        (b"attachment; filename(x)=a.exe", b"text/plain", {"a.exe"}),
        (b"attachment; filename=a(1).exe", b"text/plain", {"a.exe", "a(1).exe"}),
        ("attachment; filename=ä.exe".encode("latin-1"), b"text/plain", {"\ufffd.exe", "ä.exe"}),
        (b'attachment; filename="a.e\r\n xe"', b"text/plain", {"a.e xe", "a.exe"}),
        (b'attachment; filename="a." "exe"', b"text/plain", {"a.", "a.exe"}),
        (b"attachment; filename=a;b.exe; size=1", b"text/plain", {"a", "a;b.exe"}),
        (
            b'attachment; filename="=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=2Eexe=3F=3D?="',
            b"text/plain",
            {"=?utf-8?q?a.exe?=", "a.exe"},
        ),
    ],
)
def test_attach_02_the_names_are_all_that_a_program_could_show(disposition, content_type, names):
    assert names <= set(named(disposition, content_type))


def test_the_disposition_says_whether_it_is_an_attachment():
    for said, attached in ((b"attachment", True), (b"INLINE; x=y", False), (b"x-any", True), (b"inline (x)", False)):
        assert read(mail(b"Content-Disposition: " + said + b"\r\n\r\n")).parts[0].is_attachment is attached


def test_without_a_name_a_description_that_looks_like_one_is_it():
    octets = mail(b"Content-Type: application/any\r\nContent-Description: =?utf-8?q?a=2Eexe?=\r\n\r\n")
    assert read(octets).parts[0].names == ("a.exe",)
    assert from_location(b"http://a.example/b/c.exe") == ("c.exe",)
    assert from_description(b"words about the thing") == () == from_description(b"a.exe" * 1000)
    assert from_description(b"Mr. Smith's letter") == () == from_location(b"http://a.example/")
    assert named(b"attachment; filename=b.txt\r\nContent-Description: a.exe") == ("b.txt",)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (b'"a.exe"', ("a.exe",)),
        (b"a.exe. ", ("a.exe",)),
        (b"C:\\x\\a.exe", ("a.exe",)),
        (b"a.settingcontent-ms", ("a.settingcontent-ms",)),
        ("a．ｅｘｅ".encode(), ("a．ｅｘｅ",)),  # noqa: RUF001 - wide letters are the point
        (b"a%2Eexe", ("a.exe",)),
    ],
)  # fmt: skip
def test_attach_02_a_description_is_a_name_in_each_writing(said, names):
    assert set(names) <= set(from_description(said))


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (b"http://a.example/b/c.exe?d=1", ("c.exe",)),
        (b"file:///C:/b/c.exe#d", ("c.exe",)),
        (b"c%2Eexe", ("c%2Eexe", "c.exe")[1:]),
        (b"http://a.example/spacer.gif?d=a.exe", ("spacer.gif",)),
        (b"http://www.example.com", ()),
    ],
)
def test_attach_02_a_location_is_a_name_without_host_and_query(said, names):
    assert from_location(said) == names


@pytest.mark.parametrize("kind", [b"text/plain", b"application/any"])
def test_attach_02_what_is_attached_is_named_by_its_description(kind):
    fields = b"Content-Type: " + kind + b"\r\nContent-Disposition: attachment\r\nContent-Description: a.exe\r\n\r\n"
    assert read(mail(fields)).parts[0].names == ("a.exe",)


def test_a_text_that_is_shown_has_no_name_for_its_description():
    assert read(mail(b"Content-Type: text/plain\r\nContent-Description: a.exe\r\n\r\n")).parts[0].names == ()


@pytest.mark.parametrize("name", ["合同.pdf", "отчёт.pdf", "مستند.pdf", "注文書.pdf"])
@pytest.mark.parametrize("charset", ["utf-8", "cp932", "cp1251", "gb18030", "cp1256"])
def test_a_name_in_any_script_has_no_control_characters(name, charset):
    value = name.encode(charset, "replace")
    for written in (b'filename="' + value.replace(b"\\", b"") + b'"', b"filename*=x''" + quoted(value)):
        assert not any(unicodedata.category(sign) == "Cc" for each in named(b"attachment; " + written) for sign in each)


def quoted(octets: bytes) -> bytes:
    return b"".join(b"%%%02x" % octet for octet in octets)


def test_a_long_name_keeps_its_start_and_its_end():
    (name,) = named(b'attachment; filename="' + b"a" * 3000 + b'.exe"')
    assert len(name) == LENGTH and name.startswith("aaa") and name.endswith("a.exe")


def test_names_are_bounded_in_number():
    many = b"".join(b'; filename="a%d"' % number for number in range(150))
    view = read(mail(b"Content-Disposition: attachment" + many + b"\r\n\r\n"))
    assert len(view.parts[0].names) == NAMES_LIMIT and view.over == ("parameters",)


PIECES = (
    "filename", "*", "*0", "*1*", "=", '"', ";", "utf-8''", "%2e", "%", "=?utf-8?q?", "?=", "a", ".exe", "\\", "\x00",
    " ", "(", ")", "é", "\u202e", "\r\n ", "name", "utf-16'x'",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_parameters_have_names(text):
    for octets in (text.encode(), text.encode("latin-1", "replace")):
        names = names_of(parameters(octets, 100)[0], ())
        assert len(names) <= NAMES_LIMIT and all(0 < len(name) <= LENGTH for name in names)
        assert all(name.encode() for name in names), "no lone surrogates"


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=40))
def test_a_name_written_in_rfc_2231_is_read_back(name):
    octets = b"; filename*=utf-8''" + quoted(name.encode())
    names = names_of(parameters(octets, 100)[0], ())
    assert name.strip(" ") in (*names, "")


@pytest.mark.parametrize("piece", [b"%41", b"=?utf-8?q?a?= ", b"\x01", b"\\", b"\xff", b"=?", b"'"])
def test_a_quarter_million_octets_of_a_name_are_read_in_linear_time(piece):
    began = time.process_time()
    assert list(forms(piece * (250_000 // len(piece))))
    assert time.process_time() - began < 1
