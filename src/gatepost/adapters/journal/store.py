"""How do traces get onto the disk, in batches, whatever the disk does? (SQLite, WAL, one writer)

Only the writer process has a `Store`. Its errors are `sqlite3.Error`; `writer` and `batches` deal with them.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from gatepost.adapters.journal.packed import Packer, dictionary_of
from gatepost.adapters.journal.summary import Summary
from gatepost.adapters.journal.typical import typical
from gatepost.adapters.journal.wire import Origin, encode
from gatepost.adapters.journal.words import SEGMENT_BITS, WORD_BITS, first_key, words
from gatepost.disk.migrations import migrate

PAGE = 8192  # octets: several traces to a page
CACHE = 32 * 1024  # KiB of pages; a few segments' indexes
FORGET_SOURCES = 30 * 86_400.0  # seconds after which a worker that is not heard of is taken for dead
ROWS_AT_ONCE = 512  # traces deleted in one transaction, so that the sockets never wait long
WORDS_AT_ONCE = 64  # in one statement: half the time of one by one
INSERT_WORDS = f"INSERT INTO word VALUES {', '.join(['(?)'] * WORDS_AT_ONCE)}"  # noqa: S608  # question marks
ExecuteMany = Callable[[str, list[Any]], object]
RUINED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Received(NamedTuple):
    """One trace as it came."""

    trace: Summary
    body: bytes


class Store:
    """The journal's file, open for writing; made with mode 0600 where there is none.

    Args:
        path: the database; `-wal` and `-shm` beside it belong to it.
        full_sync: flush to the disk with every batch.
    """

    def __init__(self, path: Path, *, full_sync: bool = False) -> None:
        self.path = path
        self.packing: tuple[int, Packer] | None = None
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self.db = sqlite3.connect(path, isolation_level=None, timeout=5.0)
        try:
            self.prepare(full_sync)
        except BaseException:
            self.db.close()
            raise

    def prepare(self, full_sync: bool) -> None:
        execute = self.db.execute
        execute(f"PRAGMA page_size = {PAGE}")
        execute("PRAGMA auto_vacuum = INCREMENTAL")
        execute("PRAGMA journal_mode = WAL")
        execute(f"PRAGMA synchronous = {'FULL' if full_sync else 'NORMAL'}")
        execute(f"PRAGMA cache_size = -{CACHE}")
        execute(f"PRAGMA journal_size_limit = {16 * 1024 * 1024}")
        migrate(self.db, "gatepost.adapters.journal")
        self.last = int(execute("SELECT coalesce(max(number), 0) FROM trace").fetchone()[0])
        self.page = int(execute("PRAGMA page_size").fetchone()[0])

    def close(self) -> None:
        self.db.close()

    # ── writing ──────────────────────────────────────────────────────────────
    def write(
        self, batch: Sequence[Received], sources: Iterable[Origin], losses: Mapping[str, int], now: float
    ) -> None:
        """All of it in one transaction, or nothing of it (and an error)."""
        with Transaction(self.db) as execute_many:
            for segment, part in by_segment(batch, self.last + 1):
                self.write_traces(segment, part, execute_many)
            execute_many(SOURCE, [(f"{s.source:016x}", s.sent, s.lost, now) for s in sources])
            execute_many(COUNTER, [(name, count) for name, count in losses.items() if count])
        self.last += len(batch)

    def write_traces(self, segment: int, part: Sequence[tuple[int, Received]], execute_many: ExecuteMany) -> None:
        """Rows of `segment`, of `trace`, and of `word` (sorted, as it lies on the disk)."""
        pack = self.packer(segment, part)
        rows, index = [], []
        began = ended = part[0][1].trace.began
        for number, (trace, body) in part:
            end = trace.began + trace.elapsed
            began, ended = min(began, trace.began), max(ended, end)
            rows.append((number, trace.id, end, pack(body)))
            first = first_key(number)
            index += [first | word for word in words(trace)]
        index.sort()
        execute_many("UPDATE segment SET began = min(began, ?), ended = max(ended, ?) WHERE segment = ?",
                     [(began, ended, segment)])  # fmt: skip
        execute_many("INSERT INTO trace VALUES (?, ?, ?, ?)", rows)
        whole = len(index) // WORDS_AT_ONCE * WORDS_AT_ONCE
        for start in range(0, whole, WORDS_AT_ONCE):
            self.db.execute(INSERT_WORDS, index[start : start + WORDS_AT_ONCE])
        execute_many("INSERT INTO word VALUES (?)", [(key,) for key in index[whole:]])

    def packer(self, segment: int, part: Sequence[tuple[int, Received]]) -> Packer:
        """A segment is begun with a dictionary out of its first traces, one of each end."""
        if self.packing is not None and self.packing[0] == segment:
            return self.packing[1]
        found = self.db.execute("SELECT dictionary FROM segment WHERE segment = ?", (segment,)).fetchone()
        if found is None:
            examples = {received.trace.end: received.body for _, received in part}
            found = (dictionary_of([*map(encode, typical()), *examples.values()]),)
            began = part[0][1].trace.began
            self.db.execute("INSERT INTO segment VALUES (?, ?, ?, ?)", (segment, began, began, found[0]))
        packer = Packer(found[0])
        self.packing = segment, packer
        return packer

    def sources(self) -> dict[int, Origin]:
        """How far each worker process has been heard."""
        found = self.db.execute("SELECT source, sent, lost FROM source")
        return {int(name, 16): Origin(int(name, 16), sent, lost) for name, sent, lost in found}

    # ── keeping it small ─────────────────────────────────────────────────────
    @property
    def octets(self) -> int:
        """Size of the database file."""
        return self.pragma("page_count") * self.page

    @property
    def octets_used(self) -> int:
        return (self.pragma("page_count") - self.pragma("freelist_count")) * self.page

    def pragma(self, name: str) -> int:
        return int(self.db.execute(f"PRAGMA {name}").fetchone()[0])

    def delete_before(self, ended: float) -> int:
        """Delete up to `ROWS_AT_ONCE` of the oldest that ended before that; how many there were."""
        oldest = self.oldest()
        last = oldest
        for number, when in self.db.execute("SELECT number, ended FROM trace ORDER BY number LIMIT ?", (ROWS_AT_ONCE,)):
            if when >= ended:
                break
            last = number + 1
        return self.delete(last) if last > oldest else 0

    def delete_oldest(self) -> int:
        """Delete `ROWS_AT_ONCE` of the oldest; how many there were."""
        return self.delete(self.oldest() + ROWS_AT_ONCE)

    def oldest(self) -> int:
        return int(self.db.execute("SELECT coalesce(min(number), 0) FROM trace").fetchone()[0])

    def delete(self, end: int) -> int:
        """Every trace below that number; the words of a segment go with its last trace (readers mind the gap)."""
        segment = end >> SEGMENT_BITS
        with Transaction(self.db):
            deleted = self.db.execute("DELETE FROM trace WHERE number < ?", (end,)).rowcount
            self.db.execute("DELETE FROM word WHERE key < ?", (segment << (SEGMENT_BITS + WORD_BITS),))
            self.db.execute("DELETE FROM segment WHERE segment < ?", (segment,))
        return deleted

    def forget_sources(self, now: float) -> None:
        self.db.execute("DELETE FROM source WHERE heard < ?", (now - FORGET_SOURCES,))

    def shrink(self, pages: int) -> None:
        """Give up to so many free pages back to the file system."""
        self.db.executescript(f"PRAGMA incremental_vacuum({pages});")  # `execute` would take one step: one page


class Transaction:
    """`BEGIN` … `COMMIT`, or `ROLLBACK` where something was raised."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def __enter__(self) -> ExecuteMany:
        self.db.execute("BEGIN IMMEDIATE")
        return self.db.executemany

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object) -> None:
        if kind is None:
            self.db.execute("COMMIT")
        if self.db.in_transaction:
            with suppress(sqlite3.Error):  # the first error is the one that matters
                self.db.execute("ROLLBACK")


def by_segment(batch: Sequence[Received], first: int) -> Iterator[tuple[int, list[tuple[int, Received]]]]:
    """Traces with their numbers, in order, cut where segments end."""
    numbered = list(enumerate(batch, first))
    while numbered:
        segment = numbered[0][0] >> SEGMENT_BITS
        size = ((segment + 1) << SEGMENT_BITS) - numbered[0][0]
        yield segment, numbered[:size]
        numbered = numbered[size:]


SOURCE = (
    "INSERT INTO source VALUES (?, ?, ?, ?) ON CONFLICT (source) DO UPDATE "
    "SET sent = excluded.sent, lost = excluded.lost, heard = excluded.heard"
)
COUNTER = "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"
