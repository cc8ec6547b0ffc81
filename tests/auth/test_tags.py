"""Tag lists of signatures, keys and policies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.tags import TAGS_LIMIT, BadTags, read_tags

PIECES = st.lists(
    st.sampled_from([
        b"v", b"a_1", b"=", b";", b" ", b"\t", b"\r\n ", b"\r\n", b"\r", b"\n", b"x=y", b"1", b"\xc3\xa9", b"\x00",
    ]),
    max_size=14,
).map(b"".join)  # fmt: skip


def test_tags_are_read_in_order():
    assert list(read_tags(b"v=1; a=rsa-sha256;b=").items()) == [("v", "1"), ("a", "rsa-sha256"), ("b", "")]


@pytest.mark.parametrize("octets", [b"v=1", b" v = 1 ;", b"\tv\r\n =\r\n\t1;\r\n ", b"v=1; "])
def test_outer_white_space_and_a_last_semicolon_mean_nothing(octets):
    assert read_tags(octets) == {"v": "1"}


def test_inner_white_space_stays():
    assert read_tags(b"h=from :\r\n to; n=a note\t;") == {"h": "from :\r\n to", "n": "a note"}


def test_a_value_may_hold_an_equals_sign_and_utf_8():
    assert read_tags("b=YQ==; d=bücher.example".encode()) == {"b": "YQ==", "d": "bücher.example"}


def test_names_are_case_sensitive():
    assert read_tags(b"V=1; v=2") == {"V": "1", "v": "2"}


@pytest.mark.parametrize(
    "octets",
    [
        b"", b" ", b";", b"v", b"v=1;;", b"v=1;;a=2", b";v=1", b"=1", b"1v=1", b"_v=1", b"v-x=1", b"v x=1",
        b"v=1; just text",
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused(octets):
    with pytest.raises(BadTags, match="no tag=value"):
        read_tags(octets)


def test_a_tag_that_comes_twice_spoils_the_list():
    with pytest.raises(BadTags, match="tag v= twice"):
        read_tags(b"v=1; a=2; v=1")


@pytest.mark.parametrize(
    "octet", [b"\x00", b"\x0b", b"\x0c", b"\x1f", b"\x7f", b"\r", b"\n", b"\r\n", b"\n ", b"\r \n"]
)
def test_a_control_character_spoils_the_list(octet):
    with pytest.raises(BadTags, match="control character"):
        read_tags(b"v=1" + octet + b"x; a=2")


def test_what_is_not_utf_8_spoils_the_list():
    with pytest.raises(BadTags, match="not UTF-8"):
        read_tags(b"v=1; d=\xe9")


def test_there_is_a_limit_to_the_tags():
    tags = [b"t%d=1" % number for number in range(TAGS_LIMIT)]
    assert len(read_tags(b";".join(tags))) == len(read_tags(b";".join([*tags, b""]))) == TAGS_LIMIT
    for end in (b"x=1", b"x=1;"):
        with pytest.raises(BadTags, match="too many"):
            read_tags(b";".join([*tags, end]))
    with pytest.raises(BadTags, match="too many"):
        read_tags(b"a=1;b=2", most=1)


def test_a_reason_is_short_and_printable():
    with pytest.raises(BadTags) as raised:
        read_tags(b"a" * 5000 + b"=1;" + b"a" * 5000 + b"=1")
    assert raised.value.reason == "tag aaaaaaaa= twice"


@given(PIECES)
def test_whatever_comes_in_the_tags_are_clean_or_refused(octets):
    try:
        tags = read_tags(octets)
    except BadTags as error:
        assert error.reason.isprintable() and error.reason.isascii()
        return
    for name, value in tags.items():
        assert name.isidentifier() and name[0] != "_"
        assert value == value.strip() and ";" not in value and "\x00" not in value
        assert value.count("\n") == value.count("\r") == value.count("\r\n ") + value.count("\r\n\t")


@given(PIECES)
def test_what_was_read_and_is_written_again_is_read_the_same(octets):
    try:
        tags = read_tags(octets)
    except BadTags:
        return
    assert read_tags(";".join(f"{name}={value}" for name, value in tags.items()).encode()) == tags
