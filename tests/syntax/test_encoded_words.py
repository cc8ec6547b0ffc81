"""Encoded words: RFC 2047 §8 and what senders make of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.syntax.encoded_words import CODECS, decoded

PIECES = st.lists(
    st.sampled_from((
        "=?", "?=", "?", "utf-8", "ISO-8859-1", "iso-2022-jp", "?q?", "?B?", "=C3", "w7Y=", "_", " ", "\t", "a", "=",
        "é", "\udcff",
    )),
    max_size=20,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plain", "plain"),
        ("=?ISO-8859-1?Q?a?=", "a"),
        ("=?ISO-8859-1?Q?a?= b", "a b"),
        ("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
        ("=?ISO-8859-1?Q?a?=  \t =?ISO-8859-1?Q?b?=", "ab"),
        ("=?ISO-8859-1?Q?a_b?=", "a b"),
        ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
        ("=?US-ASCII?Q?Keith_Moore?=", "Keith Moore"),
        ("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"),
        ("=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"),
        ("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=", "If you can read this yo"),
        ("=?us-ascii*en-us?q?It?=", "It"),
        ("=?UTF-8?b?w7Y?=", "ö"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=B6?=", "ö"),
        ("=?utf-8?q?a?==?utf-8?q?b?=c", "abc"),
        ("=?utf-8?q?a b?=", "a b"),
        ("=?utf-8?q??=", ""),
        ("=?utf-8?q?=zz=4?=", "=zz=4"),
        ("=?utf-8?q?é?=", "é"),
        ("=?utf-8?q?=FF?=", "\ufffd"),
        ("=?windows-1252?q?=80?=", "€"),
        ("=?iso-8859-1?q?=80?=", "€"),
        ("=?KOI8-R?B?8M/P?=", "Поо"),
        ("=?Shift_JIS?B?k/qWew==?=", "日本"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?euc-kr?B?x9GxuQ==?=", "한국"),
        ("=?GB2312?B?1tC5+g==?=", "中国"),
        ("=?big5?B?pKSw6g==?=", "中國"),
        ("a =?utf-8?q?b", "a =?utf-8?q?b"),
    ],
)
def test_a_text_is_read(text, said):
    assert decoded(text) == (said, False)


@pytest.mark.parametrize(
    "text", ["=?x-none?q?a?=", "=?utf-7?q?+AGE-?=", "=?utf-8?b?a?=", "=?rot13?q?a?=", "=?idna?q?a?="]
)
def test_what_cannot_be_read_stays_and_is_told(text):
    assert decoded(f"a {text} b") == (f"a {text} b", True)


def test_every_codec_is_one_that_python_has():
    for name in CODECS:
        assert decoded(f"=?{name}?q??=") == ("", False)


@given(PIECES)
def test_any_text_is_read_and_never_grows(text):
    said, _ = decoded(text)
    assert len(said) <= len(text)


@pytest.mark.parametrize("piece", ["=?", "=?utf-8?q?", "=?utf-8?q?a?= ", "=?a", "?=", "=?utf-8?b?="])
def test_a_quarter_million_octets_of_nearly_words_are_read(piece):
    """In time that grows with their square it would take minutes."""
    assert len(decoded(piece * (250_000 // len(piece)))[0]) <= 250_000
