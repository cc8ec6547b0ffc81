"""Claims about counting events over several processes."""

import os
import signal
from collections import deque
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.adapters.shared_memory import counters
from gatepost.adapters.shared_memory.counters import STEPS, SharedCounters
from gatepost.adapters.shared_memory.keys import GROUP
from gatepost.adapters.shared_memory.locks import SHARDS, Locks, lock_file
from gatepost.adapters.shared_memory.shared import Shared, Sizes

SMALL = Sizes(counters=1, gauges=1, texts=1)
Fork = Callable[[Callable[[], None]], int]
KillAt = Callable[[str, int, Callable[[], None]], bool]


class Hand:
    """A clock moved by hand."""

    def __init__(self, now: float = 1000.0) -> None:
        self.time = now

    def __call__(self) -> float:
        return self.time


def counting(now: Callable[[], float]) -> SharedCounters:
    shared = Shared(1, SMALL)
    shared.counters.now = now
    return shared.counters


def ended_well(pid: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_hit_counts_itself() -> None:
    assert counting(Hand()).count("a", 60.0) == 1


def test_an_amount_is_counted_as_that_many() -> None:
    table = counting(Hand())
    table.count("a", 60.0, 5_000_000_000)
    assert table.count("a", 60.0, 2) == 5_000_000_002


def test_a_look_counts_nothing() -> None:
    table = counting(Hand())
    table.count("a", 60.0)
    assert [table.look("a", 60.0), table.look("a", 60.0), table.look("b", 60.0)] == [1, 1, 0]


def test_keys_and_windows_are_counted_apart() -> None:
    table = counting(Hand())
    table.count("a", 60.0)
    table.count("a", 3600.0)
    assert [table.count("a", 60.0), table.count("b", 60.0)] == [2, 1]


def test_hits_of_several_keys_are_answered_in_order() -> None:
    table = counting(Hand())
    table.count("b", 60.0)
    assert table.count_many([("a", 60.0), ("b", 60.0), ("b", 3600.0), ("b", 60.0)]) == [1, 2, 1, 3]


def test_no_hits_are_no_answers() -> None:
    assert counting(Hand()).count_many([]) == []


async def test_the_port_says_the_same() -> None:
    table = counting(Hand())
    assert await table.hit("a", window=60.0, amount=3) == 3
    assert await table.peek("a", window=60.0) == 3
    assert await table.hit_many([("a", 60.0)]) == [4]


def test_a_burst_is_forgotten_after_its_window() -> None:
    clock = Hand()
    table = counting(clock)
    table.count("a", 60.0, 100)
    clock.time += 60.0 * (STEPS + 1) / STEPS
    assert table.count("a", 60.0) == 1


def test_a_burst_counts_in_full_for_seven_eighths_of_its_window() -> None:
    clock = Hand()
    table = counting(clock)
    table.count("a", 60.0, 100)
    clock.time += 60.0 * (STEPS - 1) / STEPS
    assert table.look("a", 60.0) == 100


def test_an_infinite_window_never_forgets() -> None:
    clock = Hand()
    table = counting(clock)
    table.count("a", float("inf"))
    clock.time += 1e9
    assert table.count("a", float("inf")) == 2


def test_a_clock_read_before_another_worker_turned_the_row_changes_nothing() -> None:
    clock = Hand(60.01)
    table = counting(clock)
    table.count("a", 8.0)
    clock.time = 59.99
    assert table.count("a", 8.0) == 2


EVENTS = st.lists(st.tuples(st.sampled_from([0.0, 0.4, 1.0, 2.5, 7.0, 8.0, 9.0, 30.0]), st.integers(1, 3)), max_size=40)


@given(EVENTS)
def test_the_answer_lies_between_seven_and_nine_eighths_of_the_window(events: list[tuple[float, int]]) -> None:
    clock = Hand()
    table = counting(clock)
    seen: deque[tuple[float, int]] = deque()
    for pause, amount in events:
        clock.time += pause
        seen.append((clock.time, amount))
        answer = table.count("a", 8.0, amount)
        least = sum(n for at, n in seen if at > clock.time - 7.0)
        most = sum(n for at, n in seen if at > clock.time - 9.0)
        assert least <= answer <= most


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([f"k{i}" for i in range(9)]), max_size=60))
def test_many_keys_at_one_moment_are_counted_exactly(keys: list[str]) -> None:
    table = counting(Hand())
    for key in keys:
        table.count(key, 60.0)
    assert all(table.look(key, 60.0) == keys.count(key) for key in keys)


def test_a_full_table_lets_the_key_go_that_expires_first() -> None:
    clock = Hand()
    table = counting(clock)
    group = [key for key in (f"k{i}" for i in range(100_000)) if table.keys.group(hashed(table, key)) == 0]
    for key in group[:GROUP]:
        table.count(key, 60.0)
        clock.time += 8.0
    table.count(group[GROUP], 60.0)
    assert table.look(group[0], 60.0) == 0
    assert table.look(group[GROUP - 1], 60.0) == 1


def test_a_key_displaced_before_its_time_is_reported() -> None:
    table = counting(Hand())
    for i in range(GROUP * SHARDS * 2):
        table.count(f"k{i}", 60.0)
    assert table.evicted() >= GROUP * SHARDS


def test_expired_keys_go_without_a_report() -> None:
    clock = Hand()
    table = counting(clock)
    for i in range(GROUP * SHARDS * 4):
        table.count(f"k{i}", 60.0)
        clock.time += 60.0
    assert table.evicted() == 0


def hashed(table: SharedCounters, key: str) -> int:
    return (table.hashed((key, 60.0)) & (2**64 - 1)) or 1


def test_processes_together_count_exactly(fork: Fork) -> None:
    table = counting(Hand())

    def hits() -> None:
        for i in range(2000):
            table.count("all", 3600.0)
            table.count(f"some-{i % 5}", 3600.0)

    pids = [fork(hits) for _ in range(5)]
    assert all(ended_well(pid) for pid in pids)
    assert table.look("all", 3600.0) == 10_000
    assert [table.look(f"some-{i}", 3600.0) for i in range(5)] == [2000] * 5


def test_processes_that_hit_several_keys_at_once_count_exactly(fork: Fork) -> None:
    table = counting(Hand())
    keys = [(f"k{i}", 3600.0) for i in range(6)]

    def hits() -> None:
        for _ in range(500):
            table.count_many(keys)

    pids = [fork(hits) for _ in range(4)]
    assert all(ended_well(pid) for pid in pids)
    assert [table.look(key, window) for key, window in keys] == [2000] * 6


def test_of_processes_that_hit_together_one_sees_each_number(fork: Fork) -> None:
    table = counting(Hand())
    heard, said = os.pipe()

    def hits() -> None:
        for _ in range(300):
            os.write(said, table.count("all", 3600.0).to_bytes(4, "little"))

    pids = [fork(hits) for _ in range(3)]
    os.close(said)
    octets = b""
    while chunk := os.read(heard, 65536):
        octets += chunk
    os.close(heard)
    assert all(ended_well(pid) for pid in pids)
    numbers = [int.from_bytes(octets[i : i + 4], "little") for i in range(0, len(octets), 4)]
    assert sorted(numbers) == list(range(1, 901))


def test_a_process_killed_while_it_holds_the_locks_blocks_nobody(fork: Fork) -> None:
    table = counting(Hand())
    heard, said = os.pipe()

    def die() -> None:
        table.locks.take(0, SHARDS)
        os.write(said, b"!")
        signal.pause()

    victim = fork(die)
    os.read(heard, 1)
    waiting = fork(lambda: table.count("a", 60.0) and None)
    assert os.waitpid(waiting, os.WNOHANG) == (0, 0)
    os.kill(victim, signal.SIGKILL)
    assert ended_well(waiting)
    assert table.count("a", 60.0) == 2


def test_wherever_a_process_is_killed_the_counts_stay_whole(killed_at: KillAt) -> None:
    line = 0
    while True:
        clock = Hand()
        table = counting(clock)
        table.count("a", 8.0, 7)
        clock.time += 3.0
        if not killed_at("counters.py", line, lambda table=table: hit_old_and_new(table)):
            break
        assert table.look("a", 8.0) in (7, 8)
        assert table.look("new", 8.0) in (0, 1)
        assert table.count("new", 8.0) in (1, 2)
        line += 1
    assert line > 30


def hit_old_and_new(table: SharedCounters) -> None:
    table.count("a", 8.0)
    table.count("new", 8.0)


def test_a_table_takes_no_more_than_it_says() -> None:
    rows = GROUP * SHARDS
    pages = memoryview(bytearray(counters.octets(rows)))
    table = SharedCounters(pages, rows, Locks(lock_file(), 0), Hand())
    for i in range(5000):
        table.count(f"k{i}", 60.0)
    assert len(table.counts) == rows * (STEPS + 1)
