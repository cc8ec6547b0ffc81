"""Figures of content as it streams past."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.smtp.measure import LINE, Flaw, Measure

LINES = st.lists(
    st.sampled_from([b"", b"a", b"b" * 500, b"c" * 997, b"d" * 998, b"e" * 999, b"f" * 3000, b"\xe9"]), max_size=8
)


def measured(*pieces, limit=1_000_000):
    measure = Measure(limit)
    for piece in pieces:
        assert measure.add(piece, 0)
    return measure


@given(LINES, st.integers(1, 4000), st.binary(max_size=3).filter(lambda tail: not set(tail) & set(b"\r\n")))
def test_figures_are_true_however_the_octets_are_cut(lines, size, tail):
    whole = b"".join(line + b"\r\n" for line in lines) + tail
    measure = measured(*(whole[at : at + size] for at in range(0, len(whole), size)))
    longest = max((len(line) for line in whole.splitlines(keepends=True)), default=0)
    assert measure.size == len(whole) and measure.eight_bit == (not whole.isascii())
    assert measure.longest_line == (longest if longest > LINE else 0)


def test_a_line_of_the_allowed_length_is_not_noted():
    assert measured(b"x" * (LINE - 2) + b"\r\n").longest_line == 0
    assert measured(b"x" * (LINE - 1) + b"\r\n").longest_line == LINE + 1


def test_a_long_line_that_has_not_ended_is_noted():
    assert measured(b"x" * 5000, b"x" * 10).longest_line == 5010


def test_stuffing_is_not_counted():
    measure = Measure(100)
    measure.add(b"..a\r\n", 1)
    assert measure.size == 4


@pytest.mark.parametrize(("octets", "fits"), [(100, True), (101, False)])
def test_the_limit_is_octets_without_stuffing(octets, fits):
    measure = Measure(100)
    assert measure.add(b"x" * octets + b".", 1) == fits
    assert (measure.flaw is Flaw.SIZE) == measure.is_too_large == (not fits)
