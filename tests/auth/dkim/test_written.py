"""Fields of tags as they are written."""

from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dkim.canonical import relaxed, without_signature
from gatepost.auth.dkim.written import LINE, field_of, with_signature
from gatepost.auth.tags import read_tags

WORDS = st.text("abcxyz019.-", min_size=1, max_size=70)
NAMES = st.lists(st.text("abc-", min_size=1, max_size=40), min_size=1, max_size=40)


def test_a_field_is_folded_and_completed():
    field = field_of("X-Signature", [("v", "1"), ("h", "from:to"), ("d", "example.com")])
    assert field == "X-Signature: v=1; h=from:to; d=example.com;\r\n\tb="
    assert with_signature(field, b"abc") == b"X-Signature: v=1; h=from:to; d=example.com;\r\n\tb=YWJj\r\n"


@given(WORDS, WORDS, NAMES, st.binary(max_size=600))
def test_lines_are_short_and_what_is_written_is_read(domain, selector, names, value):
    field = field_of("DKIM-Signature", [("d", domain), ("s", selector), ("h", ":".join(names)), ("bh", "abc=")])
    octets = with_signature(field, value)
    assert all(len(line) <= LINE for line in octets.split(b"\r\n"))
    tags = read_tags(octets.partition(b":")[2])
    assert (tags["d"], tags["s"], tags["bh"]) == (domain, selector, "abc=")
    assert "".join(tags["h"].split()) == ":".join(names)


@given(st.binary(min_size=1, max_size=600))
def test_what_is_hashed_before_the_signature_is_there_is_what_is_hashed_after(value):
    field = field_of("DKIM-Signature", [("d", "example.com"), ("bh", "abc=")])
    assert relaxed(without_signature(with_signature(field, value))) == relaxed(without_signature(field.encode()))
