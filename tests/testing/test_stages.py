"""The worlds of worked examples."""

import pytest

from gatepost.ports.counters import Counters
from gatepost.ports.own_names import OwnNames
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.stages import OWN, ports_down, ports_in


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
