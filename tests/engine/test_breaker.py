import pytest

from gatepost.engine.breaker import FAILURES, LONGEST_PAUSE, Breaker
from tests.adapters.directory_ldap.stubborn import HeldClock

PATIENCE = 4.0


@pytest.fixture
def clock():
    return HeldClock()


@pytest.fixture
def opened(clock):
    breaker = Breaker(clock, PATIENCE)
    for _ in range(FAILURES):
        breaker.failed("down")
    return breaker


def test_it_asks_until_there_have_been_some_failures_in_a_row(clock):
    breaker = Breaker(clock, PATIENCE)
    for _ in range(FAILURES - 1):
        breaker.failed("down")
    assert breaker.allows()


def test_a_success_in_between_starts_the_count_anew(clock):
    breaker = Breaker(clock, PATIENCE)
    for _ in range(3 * FAILURES):
        breaker.failed("down")
        breaker.succeeded()
    assert breaker.allows() and breaker.problem == ""


def test_open_it_asks_no_more(opened):
    assert not opened.allows() and opened.problem == "down"


def test_after_a_pause_there_is_one_trial(opened, clock):
    clock.time += 1.1
    assert [opened.allows() for _ in range(3)] == [True, False, False]


def test_a_trial_that_never_ends_makes_room_for_the_next(opened, clock):
    clock.time += 1.1
    opened.allows()
    clock.time += PATIENCE
    assert opened.allows()


def test_a_trial_that_succeeds_closes_it(opened, clock):
    clock.time += 1.1
    opened.allows()
    opened.succeeded()
    assert [opened.allows() for _ in range(3)] == [True] * 3


def test_pauses_grow_up_to_a_bound(opened, clock):
    for _ in range(20):
        clock.time = opened.open_until
        assert opened.allows()
        opened.failed("down")
    assert opened.open_until - clock.time == LONGEST_PAUSE
