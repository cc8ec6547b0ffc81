"""Names: unique, in order of time, short enough to say aloud."""

from hypothesis import given
from hypothesis import strategies as st

from gatepost.gateway.ids import ALPHABET, Ids

NOW = 1704103200.0


def test_sixteen_characters_that_nobody_mishears():
    name = Ids().next(NOW)
    assert len(name) == 16 and set(name) <= set(ALPHABET)
    assert not set("ILOU") & set(ALPHABET)


def test_within_one_millisecond_thousands_of_names_differ():
    ids = Ids()
    assert len({ids.next(NOW) for _ in range(4096)}) == 4096


@given(st.floats(NOW, 2_600_000_000), st.floats(0.002, 100_000))
def test_names_sort_by_their_time(now, later):
    ids = Ids()
    assert ids.next(now) < ids.next(now + later)


def test_two_workers_give_different_names():
    assert len({Ids().next(NOW)[-5:] for _ in range(20)}) > 18


def test_a_clock_that_was_never_set_still_gives_names():
    ids = Ids()
    assert len({ids.next(0.0), ids.next(1.0)}) == 2
