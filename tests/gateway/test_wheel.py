"""One timer for all: who is visited when."""

import pytest

from gatepost.gateway.wheel import HORIZON, TICK, Wheel
from tests.gateway.house import HandLoop


class Visited:
    """Notes when it was visited; asks for visits `every` seconds, `times` times."""

    def __init__(self, loop, every=0.0, times=0):
        self.loop, self.every, self.times = loop, every, times
        self.visits = []

    def look(self, now):
        assert now == self.loop.time()
        self.visits.append(now)
        self.times -= 1
        return now + self.every if self.times >= 0 else 0.0


@pytest.fixture
def loop():
    return HandLoop()


@pytest.fixture
def wheel(loop):
    return Wheel(loop)


@pytest.mark.parametrize("after", [0.0, 0.1, TICK, 0.9, HORIZON])
def test_it_comes_by_within_a_tick_of_the_time_asked_for_and_not_before(loop, wheel, after):
    visited, asked = Visited(loop), loop.time() + after
    wheel.visit(visited, asked)
    loop.advance(2 * HORIZON)
    (when,) = visited.visits
    assert asked <= when <= asked + 2 * TICK


def test_it_comes_by_within_the_horizon_however_late_it_is_asked_for(loop, wheel):
    visited, begun = Visited(loop), loop.time()
    wheel.visit(visited, begun + 10_000)
    loop.advance(2 * HORIZON)
    assert visited.visits[0] <= begun + HORIZON + 2 * TICK


def test_who_asks_for_another_visit_gets_it(loop, wheel):
    visited = Visited(loop, every=1.0, times=3)
    wheel.visit(visited, loop.time())
    loop.advance(60)
    assert len(visited.visits) == 4


def test_who_says_zero_is_never_visited_again(loop, wheel):
    visited = Visited(loop)
    wheel.visit(visited, loop.time())
    loop.advance(600)
    assert len(visited.visits) == 1


def test_an_empty_wheel_costs_no_timer(loop, wheel):
    wheel.visit(Visited(loop), loop.time() + 1)
    loop.advance(10)
    assert loop.is_idle and wheel.timer is None


def test_it_starts_again_after_a_rest(loop, wheel):
    wheel.visit(Visited(loop), loop.time())
    loop.advance(1000)
    late = Visited(loop)
    wheel.visit(late, loop.time() + 1)
    loop.advance(2)
    assert len(late.visits) == 1


def test_a_late_timer_visits_everybody_it_has_missed(loop, wheel):
    visitors = [Visited(loop) for _ in range(5)]
    for seconds, visited in enumerate(visitors):
        wheel.visit(visited, loop.time() + seconds / 3)
    loop.now += 30  # the loop was held up
    loop.advance(0)
    assert all(visited.visits == [loop.time()] for visited in visitors)


def test_a_stopped_wheel_visits_nobody(loop, wheel):
    visited = Visited(loop)
    wheel.visit(visited, loop.time())
    wheel.stop()
    loop.advance(10)
    assert not visited.visits
    wheel.stop()  # twice does no harm
