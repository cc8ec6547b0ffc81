"""Claims about which alarm is news."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gatepost.supervise.alarm_book import KEYS, AlarmBook


def book() -> AlarmBook:
    return AlarmBook(patience=900.0)


def test_an_alarm_is_told_when_it_rises() -> None:
    notice = book().raised("a", "a is wrong", 100.0)
    assert notice is not None
    assert (notice.key, notice.text, notice.over, notice.began) == ("a", "a is wrong", False, 100.0)


def test_it_is_not_told_again_for_a_while() -> None:
    alarms = book()
    alarms.raised("a", "x", 100.0)
    assert alarms.raised("a", "x", 999.0) is None


def test_after_that_it_is_told_with_how_often_it_rose() -> None:
    alarms = book()
    for at in (100.0, 200.0, 300.0):
        alarms.raised("a", "x", at)
    notice = alarms.raised("a", "y", 1000.0)
    assert notice is not None
    assert (notice.repeats, notice.text, notice.began) == (2, "y", 100.0)


def test_another_alarm_is_told_meanwhile() -> None:
    alarms = book()
    alarms.raised("a", "x", 100.0)
    assert alarms.raised("b", "x", 101.0) is not None


def test_its_end_is_told() -> None:
    alarms = book()
    alarms.raised("a", "x", 100.0)
    notice = alarms.over("a", "well again", 110.0)
    assert notice is not None
    assert (notice.over, notice.text, notice.began) == (True, "well again", 100.0)


def test_the_end_of_what_never_rose_is_no_news() -> None:
    assert book().over("a", "", 100.0) is None


def test_what_flaps_is_told_once() -> None:
    alarms = book()
    told = [alarms.raised("a", "x", 100.0), alarms.over("a", "", 101.0)]
    for at in range(110, 900, 10):
        told += [alarms.raised("a", "x", float(at)), alarms.over("a", "", at + 1.0)]
    assert [notice.over for notice in told if notice is not None] == [False, True]


def test_what_rose_again_and_stays_is_told_when_it_may_be() -> None:
    alarms = book()
    alarms.raised("a", "x", 100.0)
    alarms.over("a", "", 101.0)
    alarms.raised("a", "x", 102.0)
    assert alarms.overdue(999.0) == []
    assert [notice.began for notice in alarms.overdue(1000.0)] == [102.0]
    assert alarms.overdue(1001.0) == []


def test_what_is_up_can_be_shown() -> None:
    alarms = book()
    alarms.raised("a", "x", 100.0)
    alarms.raised("b", "y", 100.0)
    alarms.over("a", "", 101.0)
    assert alarms.up() == {"b": "y"}


def test_a_flood_of_keys_is_bounded() -> None:
    alarms = book()
    alarms.raised("over", "x", 1.0)
    alarms.over("over", "", 2.0)
    for i in range(2 * KEYS):
        alarms.raised(f"k{i}", "x", 3.0)
    assert len(alarms.entries) == KEYS
    assert "over" not in alarms.entries


ACTS = st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.sampled_from([0.0, 1.0, 400.0, 900.0])), max_size=40)


@given(ACTS)
def test_whatever_happens_an_end_follows_a_beginning_and_beginnings_are_apart(
    acts: list[tuple[str, bool, float]],
) -> None:
    alarms, now = book(), 0.0
    told: dict[str, list[tuple[bool, float]]] = {"a": [], "b": []}
    for key, rises, pause in acts:
        now += pause
        notice = alarms.raised(key, "x", now) if rises else alarms.over(key, "", now)
        for said in [*([notice] if notice else []), *alarms.overdue(now)]:
            told[said.key].append((said.over, now))
    for notices in told.values():
        assert [over for over, _ in notices[:1]] in ([], [False])
        assert not any(one and two for (one, _), (two, _) in itertools.pairwise(notices))
        beginnings = [at for over, at in notices if not over]
        assert all(two - one >= 900.0 for one, two in itertools.pairwise(beginnings))
