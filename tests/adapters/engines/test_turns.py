from itertools import pairwise

import pytest

from gatepost.adapters.engines.turns import Failed, Turns
from gatepost.engine.breaker import LONGEST_PAUSE
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fakes import FakeClock

PATIENCE = 0.5  # seconds


class Servers:
    """What each answers; what is no text is raised."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    async def __call__(self, name):
        self.asked.append(name)
        answer = self.answers[name]
        if isinstance(answer, Failed):
            raise answer
        return answer


async def test_the_first_that_answers_is_believed():
    servers = Servers(a=Failed("down"), b="yes", c="no")
    assert await Turns("x", "abc", FakeClock(), PATIENCE).ask(servers) == "yes"
    assert servers.asked == ["a", "b"]


async def test_what_became_of_each_is_told():
    with pytest.raises(Unavailable, match=r"^x: a: down; b: too slow$"):
        await Turns("x", "ab", FakeClock(), PATIENCE).ask(Servers(a=Failed("down"), b=Failed("too slow")))


async def test_a_final_failure_ends_it():
    servers = Servers(a=Failed("late", is_final=True), b="yes")
    with pytest.raises(Unavailable):
        await Turns("x", "ab", FakeClock(), PATIENCE).ask(servers)
    assert servers.asked == ["a"]


async def test_a_reason_is_bounded():
    assert len(str(Failed("x" * 10_000))) < 200


async def test_who_fails_three_times_is_tried_again_later_and_later():
    clock = FakeClock()
    servers = Servers(a=Failed("down"), b="yes")
    turns = Turns("x", "ab", clock, PATIENCE)
    tries = []
    for _ in range(600):
        before = servers.asked.count("a")
        assert await turns.ask(servers) == "yes"
        if servers.asked.count("a") > before:
            tries.append(clock.monotonic())
        clock.advance(0.1)
    pauses = [round(b - a) for a, b in pairwise(tries)][2:]
    assert pauses[:5] == [1, 2, 4, 8, LONGEST_PAUSE]


async def test_one_success_makes_good_for_all():
    clock = FakeClock()
    servers = Servers(a=Failed("down"))
    turns = Turns("x", "a", clock, PATIENCE)
    for _ in range(5):
        with pytest.raises(Unavailable):
            await turns.ask(servers)
    servers.answers["a"] = "yes"
    with pytest.raises(Unavailable):
        await turns.ask(servers)
    clock.advance(1.5)
    assert await turns.ask(servers) == "yes"
    assert turns.places[0].problem == ""
