"""Claims about what is open now, over several processes that may die."""

import os
import signal
from collections import Counter
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.shared_memory.gauges import WorkerGauges
from gatepost.adapters.shared_memory.keys import FREE, GROUP
from gatepost.adapters.shared_memory.locks import SHARDS
from gatepost.adapters.shared_memory.shared import Shared, Sizes

SMALL = Sizes(counters=1, gauges=1, texts=1)
ROWS = GROUP * SHARDS
Fork = Callable[[Callable[[], None]], int]
KillAt = Callable[[str, int, Callable[[], None]], bool]


def test_who_enters_counts_himself() -> None:
    gauges = Shared(1, SMALL).gauges_of(0)
    assert [gauges.enter("a"), gauges.enter("a"), gauges.enter("b")] == [1, 2, 1]


def test_who_leaves_is_gone() -> None:
    gauges = Shared(1, SMALL).gauges_of(0)
    gauges.enter("a")
    gauges.enter("a")
    gauges.leave("a")
    assert gauges.level("a") == 1


def test_levels_are_over_all_workers() -> None:
    shared = Shared(3, SMALL)
    workers = [shared.gauges_of(i) for i in range(3)]
    assert [worker.enter("a") for worker in workers] == [1, 2, 3]
    assert [worker.level("a") for worker in workers] == [3, 3, 3]


def test_one_more_leave_than_enter_takes_nothing_from_others() -> None:
    shared = Shared(2, SMALL)
    one, other = shared.gauges_of(0), shared.gauges_of(1)
    one.enter("a")
    other.leave("a")
    assert one.level("a") == 1


def test_what_a_dead_worker_held_is_given_back() -> None:
    shared = Shared(2, SMALL)
    one, other = shared.gauges_of(0), shared.gauges_of(1)
    for _ in range(5):
        one.enter("a")
    other.enter("a")
    shared.forget_worker(0)
    assert other.level("a") == 1


def test_a_key_nobody_holds_takes_no_row() -> None:
    shared = Shared(2, SMALL)
    gauges = shared.gauges_of(1)
    for i in range(3 * ROWS):
        gauges.enter(f"k{i}")
        gauges.leave(f"k{i}")
    assert set(shared.gauges.keys.words) == {FREE}


def test_rows_of_a_dead_worker_are_used_again() -> None:
    shared = Shared(2, SMALL)
    dead, alive = shared.gauges_of(0), shared.gauges_of(1)
    for i in range(4 * ROWS):
        dead.enter(f"k{i}")
    shared.forget_worker(0)
    alive.enter("new")
    assert dead.level("new") == 1


def test_in_a_full_table_a_worker_still_counts_its_own() -> None:
    shared = Shared(1, SMALL)
    gauges = shared.gauges_of(0)
    keys = [f"k{i}" for i in range(3 * ROWS)]
    for key in keys:
        gauges.enter(key)
    assert all(gauges.enter(key) == 2 for key in keys)


def test_a_key_that_found_no_row_gets_one_when_there_is_room() -> None:
    shared = Shared(2, SMALL)
    one, other = shared.gauges_of(0), shared.gauges_of(1)
    for i in range(4 * ROWS):
        other.enter(f"k{i}")
    one.enter("late")
    shared.forget_worker(1)
    one.enter("late")
    assert other.level("late") == 2


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from("abc"), st.sampled_from(["enter", "leave", "die"])), max_size=50
)


@given(STEPS)
def test_levels_are_what_the_living_hold(steps: list[tuple[int, str, str]]) -> None:
    shared = Shared(3, SMALL)
    workers = [shared.gauges_of(i) for i in range(3)]
    held: list[Counter[str]] = [Counter() for _ in workers]
    for index, key, act in steps:
        if act == "enter":
            held[index][key] += 1
            assert workers[index].enter(key) == sum(holds[key] for holds in held)
        elif act == "leave" and held[index][key]:
            held[index][key] -= 1
            workers[index].leave(key)
        elif act == "die":
            shared.forget_worker(index)
            workers[index], held[index] = shared.gauges_of(index), Counter()
    assert all(workers[0].level(key) == sum(holds[key] for holds in held) for key in "abc")


def test_processes_together_come_back_to_nothing(fork: Fork) -> None:
    shared = Shared(5, SMALL)

    def come_and_go(index: int) -> None:
        gauges = shared.gauges_of(index)
        for i in range(1500):
            assert 1 <= gauges.enter("all") <= 4
            assert 1 <= gauges.enter(f"k{i % 50}") <= 4
            gauges.leave("all")
            gauges.leave(f"k{i % 50}")

    pids = [fork(lambda i=i: come_and_go(i)) for i in range(4)]
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0] * 4
    gauges = shared.gauges_of(4)
    assert [gauges.level(key) for key in ("all", *(f"k{i}" for i in range(50)))] == [0] * 51


def test_the_gauge_of_a_killed_process_comes_back(fork: Fork) -> None:
    shared = Shared(2, SMALL)
    heard, said = os.pipe()

    def hold() -> None:
        gauges = shared.gauges_of(0)
        for _ in range(7):
            gauges.enter("a")
        os.write(said, b"!")
        signal.pause()

    pid = fork(hold)
    os.read(heard, 1)
    mine = shared.gauges_of(1)
    before = mine.enter("a")
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    shared.forget_worker(0)
    assert (before, mine.level("a")) == (8, 1)


def test_wherever_a_process_is_killed_forgetting_it_puts_the_level_right(killed_at: KillAt) -> None:
    line = 0
    while True:
        shared = Shared(2, SMALL)
        mine = shared.gauges_of(1)
        mine.enter("a")
        if not killed_at("gauges.py", line, lambda shared=shared: come_and_go(shared.gauges_of(0))):
            break
        shared.forget_worker(0)
        assert [mine.level("a"), mine.enter("a"), mine.enter("b")] == [1, 2, 1]
        line += 1
    assert line > 30


def come_and_go(gauges: WorkerGauges) -> None:
    for key in ("a", "b"):
        gauges.enter(key)
        gauges.leave(key)
