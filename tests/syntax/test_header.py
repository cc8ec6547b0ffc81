"""Header blocks: fields, defects, bounds, and removal of whole fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.message import Field
from gatepost.syntax import header as module
from gatepost.syntax.header import read_header, without

PIECES = st.lists(
    st.sampled_from([b"A", b"a-b", b":", b" ", b"\t", b"\r\n", b"\r\n ", b".", b"\xe9", b"X-In: v\r\n", b"\x00", b"v"]),
    max_size=16,
).map(b"".join)  # fmt: skip
DEFECTS = {
    "no-colon", "space-before-colon", "leading-fold", "empty-name", "bad-name", "non-ascii-name", "nul", "too-large",
    "too-many-fields",
}  # fmt: skip


def names(octets, **limits):
    return [field.name for field in read_header(octets, **limits)[0]]


def test_fields_are_read_in_order_with_their_folds():
    octets = b"From: a\r\nX-Long: b\r\n\tc\r\n  d\r\nTo:e\r\n\r\nbody: f\r\n"
    fields, size, malformed = read_header(octets)
    assert fields == (
        Field("From", b"From: a\r\n"),
        Field("X-Long", b"X-Long: b\r\n\tc\r\n  d\r\n"),
        Field("To", b"To:e\r\n"),
    )
    assert (size, malformed) == (octets.index(b"\r\nbody") - 0, ())


def test_the_header_block_ends_before_the_empty_line():
    assert read_header(b"A: b\r\n\r\nC: d\r\n")[1] == len(b"A: b\r\n")


@pytest.mark.parametrize("octets", [b"", b"\r\n", b"\r\nA: b\r\n"])
def test_a_message_may_have_no_header(octets):
    assert read_header(octets) == ((), 0, ())


@pytest.mark.parametrize("octets", [b"A: b\r\nC: d\r\n", b"A: b\r\nC: d"])
def test_a_message_may_have_no_body(octets):
    fields, size, malformed = read_header(octets)
    assert (names(octets), size, malformed) == (["A", "C"], len(octets), ())
    assert b"".join(field.raw for field in fields) == octets


def test_a_fold_of_spaces_only_does_not_end_the_header():
    assert names(b"A: b\r\n \r\nC: d\r\n\r\n") == ["A", "C"]


@pytest.mark.parametrize(
    ("octets", "defect", "found"),
    [
        (b"A: b\r\njust text\r\nC: d\r\n", "no-colon", ["A", "", "C"]),
        (b"A : b\r\n", "space-before-colon", ["A"]),
        (b"A\t : b\r\n", "space-before-colon", ["A"]),
        (b" A: b\r\nC: d\r\n", "leading-fold", ["", "C"]),
        (b": b\r\n", "empty-name", [""]),
        (b"From me Thu Feb 13 10: b\r\n", "bad-name", ["From me Thu Feb 13 10"]),
        (b"A\x07: b\r\n", "bad-name", ["A\x07"]),
        (b"\xc3\xa9: b\r\n", "non-ascii-name", ["\xc3\xa9"]),
        (b"A: b\x00\r\n", "nul", ["A"]),
        (b"Subject\r\n : b\r\n", "no-colon", ["Subject"]),
    ],
)
def test_a_defect_is_named_and_the_other_fields_are_read(octets, defect, found):
    fields, size, malformed = read_header(octets + b"\r\n")
    assert ([field.name for field in fields], size, malformed) == (found, len(octets), (defect,))


def test_a_defect_is_named_once():
    assert read_header(b"x\r\n" * 100 + b"\r\n")[2] == ("no-colon",)


def test_a_stuffed_dot_belongs_to_the_transport_and_not_to_the_name():
    assert names(b"..a: b\r\n.C: d\r\n\r\n") == [".a", "C"]


def test_a_wrongly_stuffed_fold_is_still_a_fold():
    fields, _, _ = read_header(b"A: b\r\n. c\r\nD: e\r\n\r\n")
    assert fields == (Field("A", b"A: b\r\n. c\r\n"), Field("D", b"D: e\r\n"))


def test_fields_put_together_again_are_still_stuffed():
    """Else a header line "." would end the message at the next host."""
    octets = b"A: b\r\n..\r\n..C: d\r\n. e\r\n"
    assert b"".join(field.raw for field in read_header(octets + b"\r\n")[0]) == octets


def test_a_block_over_the_limit_gives_its_first_fields():
    octets = b"A: b\r\n" * 10 + b"\r\n"
    fields, size, malformed = read_header(octets, limit=20)
    assert (len(fields), size, malformed) == (3, 60, ("too-large",))


def test_a_block_of_exactly_the_limit_is_read():
    assert read_header(b"A: b\r\n" * 10 + b"\r\n", limit=60)[2] == ()


def test_a_start_of_the_message_shows_that_the_block_is_over_the_limit():
    whole = b"A: " + b"b" * 500 + b"\r\n\r\n"
    assert read_header(whole[: 100 + 4], limit=100)[2] == ("too-large",)


def test_fields_over_the_limit_are_not_read():
    assert read_header(b"A: b\r\n" * 7 + b"\r\n", most=5)[2] == ("too-many-fields",)
    assert names(b"A: b\r\n" * 7 + b"\r\n", most=5) == ["A"] * 5
    assert read_header(b"A: b\r\n" * 5 + b"\r\n", most=5)[2] == ()


def test_a_name_compares_in_any_case():
    fields, _, _ = read_header(b"RECEIVED: a\r\nreceived: b\r\nX-Received: c\r\nReceived : d\r\n\r\n")
    assert [field.name.lower() for field in fields].count("received") == 3


def test_whole_fields_are_taken_out_by_name():
    octets = b"A: b\r\nX-In: c\r\n d\r\n\te\r\nx-in : f\r\nG: h\r\n"
    assert without(octets, read_header(octets)[0], lambda name: name.startswith("x-in")) == b"A: b\r\nG: h\r\n"


@pytest.mark.parametrize(
    "trick", [b".X-In: c\r\n", b"X-In\r\n : c\r\n", b"X-In\t: c\r\n", b"x-iN:c\r\n. d\r\n", b"X-In\r\n. : c\r\n"]
)
def test_no_trick_saves_a_field_from_being_taken_out(trick):
    octets = b"A: b\r\n" + trick + b"..G: h\r\n"
    assert without(octets, read_header(octets)[0], lambda name: name == "x-in") == b"A: b\r\n..G: h\r\n"


def test_a_header_of_which_nothing_is_taken_is_not_copied():
    octets = b"A: b\r\n..C: d\r\n"
    assert without(octets, read_header(octets)[0], lambda name: False) is octets


@pytest.mark.parametrize("octets", [b"A: b\r\n" * 9, b"..A: b\r\n" * 9])
@pytest.mark.parametrize("drops", [True, False])
def test_a_header_that_was_not_read_whole_is_not_cleaned(octets, drops):
    fields, _, _ = read_header(octets, most=5)
    with pytest.raises(ValueError, match="not the whole header"):
        without(octets, fields, lambda name: drops)


@given(PIECES)
def test_the_quick_way_and_the_slow_way_agree(octets):
    fields, size, _ = read_header(octets)
    assert module.irregular(octets, size, 1000, 1000)[0] == fields


@given(PIECES, st.integers(1, 40), st.integers(1, 5))
def test_a_header_is_read_within_bounds(octets, limit, most):
    fields, size, malformed = read_header(octets, limit=limit, most=most)
    assert size <= len(octets) and len(fields) <= most and sum(len(field.raw) for field in fields) <= limit
    assert set(malformed) <= DEFECTS and len(set(malformed)) == len(malformed)


@given(PIECES)
def test_fields_add_up_to_the_header(octets):
    fields, size, _ = read_header(octets)
    assert b"".join(field.raw for field in fields) == octets[:size]
    cleaned = without(octets[:size], fields, lambda name: name == "x-in")
    assert "x-in" not in [name.lower() for name in names(cleaned)]
