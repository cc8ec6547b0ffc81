"""MIME-29: character sets of a closed list, and never an error."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.charset import OTHERS, text_of, words_of


@pytest.mark.parametrize(
    ("octets", "charset", "text"),
    [
        ("ä".encode(), "utf-8", "ä"),
        ("ä".encode(), "UTF8", "ä"),
        ("ä".encode(), "", "ä"),
        (b"\xe4", "", "ä"),
        (b"\xe4", "us-ascii", "ä"),
        (b"\xe4", "utf-8", "\ufffd"),
        (b"\x80", "iso-8859-1", "€"),
        (b"\xa4", "ISO-8859-15", "€"),
        (b"\xa4", "iso_8859-15", "€"),
        (b"\xa4", "iso8859-15", "€"),
        ("ä".encode("utf-16"), "utf-16", "ä"),
        ("a ä".encode("utf-16-le"), "utf-16", "a ä"),
        ("a ä".encode("utf-16-be"), "utf-16", "a ä"),
        ("ä".encode("utf-16-be"), "utf-16be", "ä"),
        (b"+ADw-script+AD4-", "utf-7", "<script>"),
        (b"+2AA-", "utf-7", "\ufffd"),
        ("日本".encode("cp932"), "x-sjis", "日本"),
        ("中国".encode("gbk"), "x-gbk", "中国"),
        (b"a", '"utf-8"', "a"),
    ],
)
def test_a_text_is_read(octets, charset, text):
    assert text_of(octets, charset) == text


@pytest.mark.parametrize(
    "name",
    ["zip", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "rot13", "base64", "hex", "quopri", "bz2",
     "undefined", "mbcs", "../../etc/passwd", "utf-8\x00", "a" * 100_000, "charmap", "uu", "utf-8-sig",
     "string_escape", "oem"],
)  # fmt: skip
def test_mime_29_no_name_chooses_the_code_that_is_run(name):
    assert text_of(b"x\\u0041 =41 QUJD \xe4", name) == "x\\u0041 =41 QUJD ä"


def test_mime_29_every_name_in_the_list_is_one_that_python_has():
    for name in OTHERS:
        assert text_of(b"", name) == ""


@given(
    st.lists(st.sampled_from([b"+", b"-", b"ADw", b"2AA", b"\xff", b"\xfe", b"\x1b$B", b"~{", b"\x00", b"a"])).map(
        b"".join
    )
)
def test_mime_29_any_octets_are_text_in_any_character_set(octets):
    for name in (
        "",
        "utf-7",
        "utf-16",
        "utf-32",
        "iso-2022-jp",
        "hz-gb-2312",
        "big5",
        "iso-2022-kr",
        "koi8-r",
        "cp50220",
    ):
        text_of(octets, name).encode()


@pytest.mark.parametrize("name", sorted({"utf-7", "utf-16", "gb18030", "iso-2022-jp", ""}))
@pytest.mark.parametrize("piece", [b"+", b"+ADw-", b"\x1b$B", b"\xff\xfe", b"+2AA"])
def test_mime_29_a_million_octets_are_read_in_linear_time(name, piece):
    began = time.process_time()
    text_of(piece * (1_000_000 // len(piece)), name)
    assert time.process_time() - began < 1


def test_encoded_words_that_a_careful_reader_leaves_are_read():
    assert words_of("=?utf-7?q?+ADw-?=") == "<"
    assert words_of("=?cp437?b?gQ?=") == "ü"
    assert words_of("=?utf-8?q?a?= =?x-none?q?b?=") == "a b"
