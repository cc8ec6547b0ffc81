"""The worlds of worked examples."""

import asyncio
from ipaddress import ip_address

import pytest

from gatepost.engine.stepping import Done, first_step
from gatepost.ports.counters import Counters
from gatepost.ports.dns import Dns
from gatepost.ports.own_names import OwnNames
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.stages import OWN, ports_down, ports_in, ports_silent


async def test_an_ordinary_day_has_nothing_counted():
    assert await ports_in({})[Counters].peek("k", window=60) == 0


async def test_a_world_says_only_what_differs():
    ports = ports_in({"counters": {"k": 7}})
    assert await ports[Counters].peek("k", window=60) == 7
    assert ports[OwnNames] == OWN


def test_a_word_that_no_world_knows_is_an_error():
    with pytest.raises(KeyError):
        ports_in({"weather": "fine"})


async def test_what_can_be_down_is_down():
    with pytest.raises(Unavailable):
        await ports_down({})[Counters].peek("k", window=60)
    with pytest.raises(Unavailable):
        await ports_down({})[Dns].txt("example.com")


async def test_a_world_has_names():
    ports = ports_in({"dns": {"partner.example": {"TXT": ["v=spf1 -all"]}}})
    assert (await ports[Dns].txt("partner.example")).records == (b"v=spf1 -all",)
    assert not (await ports_in({})[Dns].a("partner.example")).exists


@pytest.mark.parametrize("question", ["a", "aaaa", "mx", "txt", "ptr"])
def test_what_can_be_waited_for_never_answers(question):
    async def begun():
        return first_step(getattr(ports_silent({})[Dns], question)(ip_address("192.0.2.1")))

    assert not isinstance(asyncio.run(begun()), Done)
