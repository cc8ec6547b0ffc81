"""How many events fell in the last `window` seconds, over all workers?

A window is cut into eight steps. A row holds the counts of nine: the step that runs, the seven whole
ones before it, and the oldest, of which only the part still inside the window is counted (as if its
events were spread evenly). So an answer is never less than the events of the last 7/8 of the window
and never more than those of the last 9/8; it is exact while no event is older than 7/8 of it.

What SIGKILL leaves behind is whole: a count is one store of 64 bits; a row that turns to a new step
clears what is stale first and says so last, so that half a turn is simply done again; a new key is
written after its row is clean.
"""

import struct
import time
from collections.abc import Callable, Iterable
from fcntl import LOCK_EX, LOCK_UN, lockf

from gatepost.adapters.shared_memory.keys import FREE, GROUP, MASK, Keys, group_of_keys, keyed_hash
from gatepost.adapters.shared_memory.locks import SHARDS, Locks

STEPS = 8  # of a window
RING = STEPS + 1
ROW = 8 + 8 + 8 + RING * 8  # octets: key, step that runs, expiry, counts
NEVER = float(2**62)  # milliseconds

EMPTY = bytes(RING * 8)
counts_of = struct.Struct(f"={RING}Q").unpack_from


def octets(rows: int) -> int:
    """What a table of `rows` keys takes of the shared pages."""
    return rows * ROW + SHARDS * 8


class SharedCounters:
    """`ports.counters.Counters` in shared pages; bounded: under pressure the key that expires first goes.

    Made once by the supervisor and used by all processes forked from it. `now` must be the same
    clock in all of them (Linux's CLOCK_MONOTONIC is).
    """

    def __init__(self, pages: memoryview, rows: int, locks: Locks, now: Callable[[], float] = time.monotonic) -> None:
        self.keys = Keys(pages, 0, rows)
        self.running = pages[rows * 8 : rows * 16].cast("Q")  # number of the step a row was last hit in
        self.expiry = pages[rows * 16 : rows * 24].cast("Q")  # milliseconds: everything is out of the window
        self.octets = pages[rows * 24 : rows * ROW]
        self.counts = self.octets.cast("Q")
        self.displaced = pages[rows * ROW : octets(rows)].cast("Q")  # by shard, so that its lock guards it
        self.locks = locks
        self.lock_file, self.first_lock, self.last_group = locks.file, locks.first, self.keys.last_group
        self.now = now
        self.hashed = keyed_hash()

    async def hit(self, key: str, *, window: float, amount: int = 1) -> int:
        return self.count(key, window, amount)

    async def peek(self, key: str, *, window: float) -> int:
        return self.look(key, window)

    async def hit_many(self, hits: Iterable[tuple[str, float]]) -> list[int]:
        return self.count_many(hits)

    def count(self, key: str, window: float, amount: int = 1) -> int:
        """`hit` for those who cannot wait: it never does."""
        hashed = self.hashed((key, window)) & MASK or 1
        group = (hashed >> 6) & self.last_group
        lock = self.first_lock + group % SHARDS
        lockf(self.lock_file, LOCK_EX, 1, lock)  # spelt out here: the call that every connection makes
        try:
            return self._add(hashed, group, window / STEPS, amount)
        finally:
            lockf(self.lock_file, LOCK_UN, 1, lock)

    def count_many(self, hits: Iterable[tuple[str, float]]) -> list[int]:
        """One event for each (key, window), all of them at one moment: nobody sees some of them only."""
        places = []
        for key, window in hits:
            hashed = self.hashed((key, window)) & MASK or 1
            places.append((hashed, (hashed >> 6) & self.last_group, window / STEPS))
        if not places:
            return []
        shards = [group % SHARDS for _, group, _ in places]
        first = min(shards)
        span = max(shards) - first + 1
        self.locks.take(first, span)
        try:
            return [self._add(hashed, group, step, 1) for hashed, group, step in places]
        finally:
            self.locks.give(first, span)

    def look(self, key: str, window: float) -> int:
        """`peek` for those who cannot wait."""
        hashed = self.hashed((key, window)) & MASK or 1
        group = self.keys.group(hashed)
        if self.keys.find(hashed, group) < 0:  # most keys have never been counted: no lock is needed to see that
            return 0
        self.locks.take(group % SHARDS)
        try:
            if self.keys.find(hashed, group) < 0:
                return 0
            return self._add(hashed, group, window / STEPS, 0)
        finally:
            self.locks.give(group % SHARDS)

    def evicted(self) -> int:
        """Keys that had to go before their window was over, since the start: a sign of a flood."""
        return sum(self.displaced)

    def _add(self, hashed: int, group: int, step: float, amount: int) -> int:
        position = self.now() / step
        current = int(position)
        keys = group_of_keys(self.keys.words, group * GROUP * 8)
        row = group * GROUP + keys.index(hashed) if hashed in keys else self._claim(hashed, group, step, current)
        if current != self.running[row]:
            current = self._turn(row, current, step)
        self.counts[row * RING + current % RING] += amount
        counts: tuple[int, ...] = counts_of(self.counts, row * RING * 8)
        oldest = counts[(current + 1) % RING]
        if not oldest:
            return sum(counts)
        return sum(counts) - int(oldest * min(max(position - current, 0.0), 1.0))

    def _turn(self, row: int, current: int, step: float) -> int:
        """Clears the counts of the steps that began since the row was last hit; the step that runs."""
        last = self.running[row]
        if current < last:  # another worker read the clock after us and was here before us
            return last
        at = row * RING
        for passed in range(max(last + 1, current - STEPS), current + 1):
            self.counts[at + passed % RING] = 0
        self.expiry[row] = expiry(current, step)
        self.running[row] = current
        return current

    def _claim(self, hashed: int, group: int, step: float, current: int) -> int:
        """A clean row for a new key: a free one, else the one that expires (or expired) first."""
        first_row = group * GROUP
        keys = self.keys.words[first_row : first_row + GROUP].tolist()
        if FREE in keys:
            row = first_row + keys.index(FREE)
        else:
            ends = self.expiry[first_row : first_row + GROUP].tolist()
            first = min(ends)
            row = first_row + ends.index(first)
            if first > self.now() * 1000:
                self.displaced[group % SHARDS] += 1
        self.keys.words[row] = FREE
        self.octets[row * RING * 8 : (row + 1) * RING * 8] = EMPTY
        self.running[row] = current
        self.expiry[row] = expiry(current, step)
        self.keys.words[row] = hashed
        return row


def expiry(current: int, step: float) -> int:
    """When nothing counted in the step `current` matters any more, in milliseconds of the clock."""
    return int(min((current + RING) * step * 1000, NEVER))
