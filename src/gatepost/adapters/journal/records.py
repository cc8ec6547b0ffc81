"""How are traces found again, while the writer goes on writing? (`ports.journal.Records`)

A read-only connection and short reads: no reader ever holds the journal's log back. Segments are gone
through from the newest; within one, the words of the search (if it has any) say which traces to look at.
"""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gatepost.adapters.journal.matching import matches
from gatepost.adapters.journal.packed import unpack
from gatepost.adapters.journal.wire import decode
from gatepost.adapters.journal.words import PLACES, SEGMENT_BITS, first_key, sought
from gatepost.model.trace import Trace
from gatepost.ports.journal import Search
from gatepost.ports.unavailable import Unavailable

CHUNK = 128  # traces read at once
PREFIX_LENGTH = 6  # characters of an id that are enough to look for it


class JournalRecords:
    """The journal at `path`, opened with the first question. Raises `Unavailable` where it can't be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.opened: sqlite3.Connection | None = None
        self.inode = 0
        self.packed = -1, b""  # a segment and its dictionary

    def find(self, search: Search) -> Iterator[Trace]:
        """Newest first, by the time at which they ended; at most `search.limit`."""
        left = search.limit
        for numbers in self.candidates(search):
            for trace in self.traces(numbers):
                if left <= 0:
                    return
                if matches(search, trace):
                    left -= 1
                    yield trace

    def get(self, transaction: str) -> Trace | None:
        """By its id, or a prefix of at least 6 characters that only one id has."""
        if len(transaction) < PREFIX_LENGTH:
            return None
        found: dict[str, int] = {}
        for (segment,) in self.read("SELECT segment FROM segment ORDER BY segment DESC"):
            rows = self.read(BY_ID, segment, transaction, transaction + "\U0010ffff")
            for number, name in rows:
                if name == transaction:
                    return next(self.traces([number]), None)
                found[name] = number
        return next(self.traces(list(found.values())), None) if len(found) == 1 else None

    def lost(self) -> dict[str, int]:
        """Records that are missing, by reason, since the journal was begun."""
        return dict(self.read("SELECT name, value FROM counter"))

    def close(self) -> None:
        if self.opened is not None:
            self.opened.close()
            self.opened = None
        self.packed = -1, b""

    # ── reading ──────────────────────────────────────────────────────────────
    def candidates(self, search: Search) -> Iterator[list[int]]:
        """Numbers of traces that may match, newest first, in short lists."""
        words = sorted(sought(search))
        since = search.since if search.since is not None else float("-inf")
        until = search.until if search.until is not None else float("inf")
        for (segment,) in self.read(IN_TIME, since, until):
            if words:
                yield from chunks(self.with_words(segment, words))
            else:
                yield from self.whole(segment)

    def with_words(self, segment: int, words: list[int]) -> list[int]:
        """Numbers of its traces that have all of the words, from the last."""
        first = segment << SEGMENT_BITS
        places: set[int] | None = None
        for word in words:
            start = first_key(first) | word
            found = {key & PLACES for (key,) in self.read(BETWEEN, start, start + PLACES)}
            places = found if places is None else places & found
            if not places:
                break
        return [first + place for place in sorted(places or (), reverse=True)]

    def whole(self, segment: int) -> Iterator[list[int]]:
        end = (segment + 1) << SEGMENT_BITS
        while numbers := [number for (number,) in self.read(BACKWARDS, segment << SEGMENT_BITS, end, CHUNK)]:
            yield numbers
            end = numbers[-1]

    def traces(self, numbers: list[int]) -> Iterator[Trace]:
        """Of one segment, in that order; those that were deleted meanwhile are left out."""
        if not numbers:
            return
        dictionary = self.dictionary(numbers[0] >> SEGMENT_BITS)
        marks = ",".join("?" * len(numbers))
        query = f"SELECT number, body FROM trace WHERE number IN ({marks})"  # noqa: S608  # question marks
        bodies = dict(self.read(query, *numbers))
        for number in numbers:
            if number in bodies:
                yield decode(unpack(bodies[number], dictionary))

    def dictionary(self, segment: int) -> bytes:
        if self.packed[0] != segment:
            found = self.read("SELECT dictionary FROM segment WHERE segment = ?", segment)
            self.packed = segment, found[0][0] if found else b""
        return self.packed[1]

    def read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self.connection().execute(query, values).fetchall()
        except sqlite3.Error as error:
            self.close()
            raise Unavailable(f"{self.path}: {self.hindrance() or error}") from error

    def hindrance(self) -> str:
        """Why a file can't be opened, better than SQLite says it."""
        if not os.access(self.path.parent, os.X_OK):
            return "this user may not look into its directory"
        if not self.path.exists():
            return "there is no journal yet"
        return "" if os.access(self.path, os.R_OK) else "this user may not read it"

    def connection(self) -> sqlite3.Connection:
        """Opened anew where the writer has begun a new journal under the same name."""
        if self.opened is not None and inode(self.path) != self.inode:
            self.close()
        if self.opened is None:
            self.inode = inode(self.path)
            uri = f"file:{quote(str(self.path.absolute()))}?mode=ro"
            self.opened = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5.0)
        return self.opened


IN_TIME = "SELECT segment FROM segment WHERE ended >= ? AND began <= ? ORDER BY segment DESC"
BETWEEN = "SELECT key FROM word WHERE key BETWEEN ? AND ?"
BACKWARDS = "SELECT number FROM trace WHERE number >= ? AND number < ? ORDER BY number DESC LIMIT ?"
BY_ID = f"SELECT number, id FROM trace WHERE number >> {SEGMENT_BITS} = ? AND id >= ? AND id < ?"  # noqa: S608  # a constant


def chunks(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), CHUNK):
        yield numbers[start : start + CHUNK]


def inode(path: Path) -> int:
    """0 where there is no file."""
    return path.stat().st_ino if path.exists() else 0
