"""Which fields a signature covers."""

from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.signed_fields import Header
from gatepost.syntax.header import read_header
from tests.auth.dkim import workshop

OCTETS = b"A: 1\r\nB: 2\r\na : 3\r\nA:4\r\n 5\r\n"
FIELDS = st.sampled_from([b"A: 1\r\n", b"B: x  y\r\n\tz\r\n", b"a :3\r\n", b"C:\r\n"])
NAMES = st.sampled_from(["a", "b", "c", ""])


def header(octets):
    return Header(read_header(octets + b"\r\n")[0])


def selected(octets, names, form=Form.RELAXED, left_out=()):
    return list(header(octets).selected(names, form, dict(left_out)))


def test_fields_are_taken_from_the_bottom_up():
    assert selected(OCTETS, ["a", "b", "a", "A"]) == [b"a:4 5", b"b:2", b"a:3"]


def test_a_name_signed_more_often_than_it_is_there_signs_that_there_is_no_more():
    assert selected(OCTETS, ["b", "b", "c", "a", "a", "a", "a"]) == [b"b:2", b"a:4 5", b"a:3", b"a:1"]


def test_simple_form_is_octet_for_octet():
    assert selected(OCTETS, ["a", "a"], Form.SIMPLE) == [b"A:4\r\n 5", b"a : 3"]


def test_stuffed_dots_are_no_part_of_a_field():
    assert selected(b"..a: 1\r\nB: 2\r\n", [".a"], Form.SIMPLE) == [b".a: 1"]


def test_a_field_that_does_not_count_is_passed_over():
    assert selected(OCTETS, ["a", "a", "a"], left_out={"a": 1}) == [b"a:4 5", b"a:1"]
    assert selected(OCTETS, ["a", "a", "a"], left_out={"a": 2}) == [b"a:3", b"a:1"]


def test_lines_that_are_no_fields_are_never_selected():
    assert selected(b"just text\r\nA: 1\r\n", ["just text", "just", "a"]) == [b"a:1"]


@given(st.lists(FIELDS, max_size=8), st.lists(NAMES, max_size=8))
def test_what_is_selected_is_what_the_rfc_says(fields, names):
    octets = b"".join(fields)
    wanted = [workshop.relaxed_field(field) for field in workshop.selected(fields, ":".join(names))]
    assert [field + b"\r\n" for field in selected(octets, names)] == wanted


def test_authn_43_a_second_field_above_the_signed_one_is_seen():
    octets = b"From: a\r\nFrom: b\r\nSubject: c\r\nSubject: d\r\nTo: e\r\nTo: f\r\nDate: g\r\nX-A: 1\r\nX-A: 2\r\n"
    signed = ("from", "subject", "subject", "date", "date", "x-a")
    assert header(octets).unsigned_copies(signed) == ("from",)
    assert header(octets).unsigned_copies((*signed, "from", "to")) == ("to",)
