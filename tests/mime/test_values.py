"""The texts that a field's value can be taken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.values import texts, without_comments


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b" base64\r\n", {"": b"base64"}),
        (b" a (b) c", {"": b"a  c", "comment": b"a (b) c"}),
        (b" a\r\n b\r\n", {"": b"a b", "fold": b"ab"}),
        (b" a\x00b", {"": b"a\x00b", "control": b"a"}),
        (b" =?utf-8?q?a?=", {"": b"=?utf-8?q?a?=", "encoded-word": b"a"}),
        (b" =?utf-8?q?a?=\r\n (x) b\x01", {"lenient": b"a b"}),
    ],
)
def test_a_value_has_all_its_texts(raw, found):
    read = {code: text for code, text in texts(raw)}
    assert {code: read[code] for code in found} == found


def test_a_plain_value_has_one():
    assert texts(b" text/plain; charset=utf-8\r\n") == (("", b"text/plain; charset=utf-8"),)


def test_a_control_character_is_nothing_or_an_end():
    assert [text for _, text in texts(b"a\x00b")] == [b"a\x00b", b"ab", b"a"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (b"a(b)c", b"ac"),
        (b"a(b(c)d)e", b"ae"),
        (b"a(b\\)c)d", b"ad"),
        (b'a"(b)"c', b'a"(b)"c'),
        (b'a(")")b', b'a")b'),
        (b"a(b", b"a"),
        (b"a)b", b"a)b"),
        (b"(((a", b""),
        (b'"\\"(x)"', b'"\\"(x)"'),
    ],
)
def test_comments_are_taken_out(text, left):
    assert without_comments(text) == left


@given(
    st.lists(st.sampled_from([b"(", b")", b'"', b"\\", b"a", b"\r\n ", b"\x00", b"=?utf-8?q?a?="]), max_size=20).map(
        b"".join
    )
)
def test_any_value_has_texts_once_each_and_none_grows(raw):
    found = texts(raw)
    assert found[0][0] == "" and len({text for _, text in found}) == len(found) <= 8
    assert all(len(text) <= len(raw) for _, text in found)
