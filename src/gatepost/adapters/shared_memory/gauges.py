"""How many are open now, over all workers, and what if one of them dies?

A row is a key; a column is a worker. A worker writes only its own column, and what it writes is how
many it holds itself, so that a store can be lost or repeated but never counted twice. The total is
the sum of a row. When a worker dies the supervisor clears its column: what it held is given back.

If the table is full of keys that are in use, a new key is counted in its own worker only, until a
row is free: the answer is too low then, never stuck too high.
"""

from gatepost.adapters.shared_memory.keys import FREE, GROUP, MASK, Keys, keyed_hash
from gatepost.adapters.shared_memory.locks import SHARDS, Locks


def octets(rows: int, workers: int) -> int:
    """What a table of `rows` keys for `workers` workers takes of the shared pages."""
    return rows * (8 + 4 * workers)


class SharedGauges:
    """The table: who holds how many of what. `Gauges` for one worker are made of it after the fork."""

    def __init__(self, pages: memoryview, rows: int, workers: int, locks: Locks) -> None:
        self.keys = Keys(pages, 0, rows)
        self.octets = pages[rows * 8 : octets(rows, workers)]
        self.held = self.octets.cast("I")  # column after column
        self.rows = rows
        self.locks = locks
        self.hashed = keyed_hash()

    def forget_worker(self, index: int) -> None:
        """Gives back what a dead worker held. Only once it is dead, and before its place is taken."""
        self.octets[index * self.rows * 4 : (index + 1) * self.rows * 4] = bytes(self.rows * 4)

    def total(self, row: int) -> int:
        return sum(self.held[row :: self.rows])


class WorkerGauges:
    """`ports.counters.Gauges` as one worker uses them; made in that worker, where its column is clear."""

    def __init__(self, table: SharedGauges, index: int) -> None:
        self.table = table
        self.column = table.held[index * table.rows : (index + 1) * table.rows]
        self.mine: dict[str, tuple[int, int]] = {}  # key → held, row (-1 where the table has no room)

    def enter(self, key: str) -> int:
        """A row that we hold something of stays ours, and only we write our column: no lock for one more."""
        held, row = self.mine.get(key, (0, -1))
        held += 1
        if row >= 0:
            self.mine[key] = held, row
            self.column[row] = held
            return self.table.total(row)
        hashed, group = self._place(key)
        self.table.locks.take(group % SHARDS)
        try:
            row = self.table.keys.find(hashed, group)
            if row < 0:
                row = self._claim(hashed, group)
            self.mine[key] = held, row
            if row < 0:
                return held
            self.column[row] = held
            return self.table.total(row)
        finally:
            self.table.locks.give(group % SHARDS)

    def leave(self, key: str) -> None:
        held, row = self.mine.get(key, (0, -1))
        held -= 1
        if held < 0:
            return
        if held:
            self.mine[key] = held, row
            if row >= 0:
                self.column[row] = held
            return
        del self.mine[key]
        if row >= 0:
            self._give_back(key, row)

    def _give_back(self, key: str, row: int) -> None:
        """The last one of ours; the row is free if nobody else holds anything of it."""
        hashed, group = self._place(key)
        self.table.locks.take(group % SHARDS)
        try:
            self.column[row] = 0
            if self.table.keys.words[row] == hashed and not self.table.total(row):
                self.table.keys.words[row] = FREE
        finally:
            self.table.locks.give(group % SHARDS)

    def level(self, key: str) -> int:
        hashed, group = self._place(key)
        row = self.table.keys.find(hashed, group)
        if row < 0:
            return self.mine.get(key, (0, -1))[0]
        total = self.table.total(row)
        return total if self.table.keys.words[row] == hashed else self.mine.get(key, (0, -1))[0]

    def _place(self, key: str) -> tuple[int, int]:
        hashed = self.table.hashed(key) & MASK or 1
        return hashed, self.table.keys.group(hashed)

    def _claim(self, hashed: int, group: int) -> int:
        """A free row, or one that nobody holds anything of any more; -1 if there is none."""
        words = self.table.keys.words
        for row in range(group * GROUP, (group + 1) * GROUP):
            if words[row] == FREE or not self.table.total(row):
                words[row] = hashed
                return row
        return -1
