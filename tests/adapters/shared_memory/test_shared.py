"""Claims about the one mapping that holds everything."""

import os
from collections.abc import Callable

from gatepost.adapters.shared_memory.shared import Shared, Sizes

SMALL = Sizes(counters=1, gauges=1, texts=1)
Fork = Callable[[Callable[[], None]], int]


def test_tables_do_not_touch_each_other() -> None:
    shared = Shared(3, SMALL)
    gauges = shared.gauges_of(2)
    for i in range(3000):
        shared.counters.count(f"k{i}", 60.0)
        shared.memory.remember(f"k{i}", "x" * 512, 60.0)
    gauges.enter("a")
    shared.counters.count("last", 60.0)
    shared.memory.remember("last", "text", 60.0)
    assert (shared.counters.look("last", 60.0), gauges.level("a"), shared.memory.recall("last")) == (1, 1, "text")


def test_it_survives_whoever_wrote_it(fork: Fork) -> None:
    shared = Shared(1, SMALL)
    os.waitpid(fork(lambda: shared.memory.remember("a", "said by one that is gone", 60.0)), 0)
    assert shared.memory.recall("a") == "said by one that is gone"


def test_the_default_tables_are_bounded() -> None:
    assert len(Shared(8).pages) < 40 * 2**20
