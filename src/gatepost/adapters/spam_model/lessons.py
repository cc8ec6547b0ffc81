"""What has this site taught, mail by mail? (SQLite, a file of its own)

No word of a mail is kept: a lesson holds the places of its features, which is what taking it out again needs. One
process writes, under the lock of `files.alone`; any other may read.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import msgspec
from msgspec import Struct

from gatepost.adapters.spam_model.files import ensure
from gatepost.learn.classifier import Lesson
from gatepost.learn.features import GROUPS, Features
from gatepost.learn.hashing import PRIME
from gatepost.ports.unavailable import Unavailable

TABLES = 1  # version
SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE lesson (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    is_spam INTEGER NOT NULL,
    source TEXT NOT NULL,
    learned REAL NOT NULL,
    places BLOB NOT NULL,
    added BLOB NOT NULL
);
CREATE INDEX lesson_source ON lesson (source, learned);
CREATE INDEX lesson_kind ON lesson (is_spam, number);
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
PRAGMA user_version = 1;
COMMIT;
"""
COLUMNS = "digest, is_spam, source, learned, places, added"


class Entry(Struct, frozen=True, kw_only=True):
    """One lesson in the journal.

    Args:
        digest: `learn.identity.identity` of the mail.
        source: who taught it; "" where somebody did by hand.
        learned: Unix time in seconds.
    """

    digest: bytes
    source: str
    learned: float
    lesson: Lesson


class Lessons:
    """The file at `path`.

    Args:
        is_reader: it is only read, and must be there.

    Raises (each method):
        Unavailable: it cannot be read or written.
    """

    def __init__(self, path: Path, *, is_reader: bool = False) -> None:
        self.path = path
        try:
            if not is_reader:
                ensure(path)
            uri = f"file:{quote(str(path.absolute()))}?mode={'ro' if is_reader else 'rw'}"
            self.db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10.0)
            try:
                self.prepare(is_reader)
            except BaseException:
                self.db.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise Unavailable(f"{path}: {error}") from error

    def prepare(self, is_reader: bool) -> None:
        have = int(self.db.execute("PRAGMA user_version").fetchone()[0])
        if have > TABLES:
            raise Unavailable(f"{self.path}: tables of version {have}; this program knows {TABLES}")
        if not is_reader:
            self.db.execute("PRAGMA synchronous = FULL")
            if not have:
                self.db.executescript(SCHEMA)

    def close(self) -> None:
        self.db.close()

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        try:
            return self.db.execute(sql, values)
        except sqlite3.Error as error:
            raise Unavailable(f"{self.path}: {error}") from error

    def begin(self) -> None:
        self.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.execute("COMMIT")

    def roll_back(self) -> None:
        if self.db.in_transaction:
            self.execute("ROLLBACK")

    # ── lessons ──────────────────────────────────────────────────────────────
    def get(self, digest: bytes) -> Entry | None:
        row = self.execute(f"SELECT {COLUMNS} FROM lesson WHERE digest = ?", (digest,)).fetchone()  # noqa: S608 - constant
        return entry(row) if row else None

    def add(self, new: Entry) -> None:
        places, added = packed(new.lesson)
        values = (new.digest, new.lesson.is_spam, new.source, new.learned, places, added)
        self.execute(f"INSERT INTO lesson ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", values)  # noqa: S608 - constant

    def credit(self, digest: bytes, source: str) -> None:
        """It was taught by somebody else, too."""
        self.execute("UPDATE lesson SET source = ? WHERE digest = ?", (source, digest))

    def remove(self, digest: bytes) -> None:
        self.execute("DELETE FROM lesson WHERE digest = ?", (digest,))

    def all(self, order: Literal["number", "digest"] = "number") -> Iterator[Entry]:
        """In the order in which they were taught, or in one that means nothing."""
        return map(entry, self.execute(f"SELECT {COLUMNS} FROM lesson ORDER BY {order}"))  # noqa: S608 - constants

    def revise(self, anew: Iterable[tuple[bytes, Lesson]]) -> None:
        """What these have changed is something else now."""
        rows = ((packed_change(lesson), digest) for digest, lesson in anew)
        try:
            self.db.executemany("UPDATE lesson SET added = ? WHERE digest = ?", rows)
        except sqlite3.Error as error:
            raise Unavailable(f"{self.path}: {error}") from error

    def newest(self, most: int) -> list[Entry]:
        """So many at most, in the order in which they were taught."""
        rows = self.execute(f"SELECT {COLUMNS} FROM lesson ORDER BY number DESC LIMIT ?", (most,))  # noqa: S608 - constant
        return [entry(row) for row in rows][::-1]

    def oldest(self, is_spam: bool) -> Entry | None:
        sql = f"SELECT {COLUMNS} FROM lesson WHERE is_spam = ? ORDER BY number LIMIT 1"  # noqa: S608 - constant
        row = self.execute(sql, (is_spam,)).fetchone()
        return entry(row) if row else None

    def taught_since(self, source: str, since: float) -> int:
        sql = "SELECT count(*) FROM lesson WHERE source = ? AND learned > ?"
        return int(self.execute(sql, (source, since)).fetchone()[0])

    def counts(self) -> tuple[tuple[str, bool, int, float], ...]:
        """Source, kind, how many, the newest."""
        sql = "SELECT source, is_spam, count(*), max(learned) FROM lesson GROUP BY source, is_spam ORDER BY 1, 2"
        return tuple((source, bool(spam), number, last) for source, spam, number, last in self.execute(sql))

    # ── state ────────────────────────────────────────────────────────────────
    def state(self, name: str) -> int:
        """0 if nothing was written."""
        row = self.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def write_state(self, name: str, value: int) -> None:
        self.execute("INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)", (name, value))

    def forget_all(self) -> None:
        self.execute("DELETE FROM lesson")


# ── a lesson as octets ───────────────────────────────────────────────────────
def packed(lesson: Lesson) -> tuple[bytes, bytes]:
    return packed_places(lesson.places), packed_change(lesson)


def packed_places(features: Features) -> bytes:
    """Each as what it is above the one before: one octet for most instead of five."""
    ordered = [sorted(group) for group in features]
    steps = [[after - before for before, after in zip([0, *group], group, strict=False)] for group in ordered]
    return msgspec.msgpack.encode(steps)


def packed_change(lesson: Lesson) -> bytes:
    return msgspec.msgpack.encode((lesson.added, lesson.to_bias))


def places_of(octets: bytes) -> tuple[tuple[int, ...], ...]:
    """Raises ValueError: no places, or some that there are not."""
    groups = msgspec.msgpack.decode(octets, type=tuple[tuple[int, ...], ...])
    found = tuple(tuple(accumulate(group)) for group in groups)
    if len(found) != len(GROUPS) or any(group and not 0 <= min(group) <= max(group) < PRIME for group in found):
        raise ValueError("places that are not in the table")
    return found


def entry(row: tuple[bytes, int, str, float, bytes, bytes]) -> Entry:
    digest, is_spam, source, learned, places, added = row
    try:
        each, to_bias = msgspec.msgpack.decode(added, type=tuple[tuple[int, ...], int])
        lesson = Lesson(is_spam=bool(is_spam), places=places_of(places), added=each, to_bias=to_bias)
    except ValueError as error:
        raise Unavailable(f"the lessons are damaged: {error}") from error
    return Entry(digest=digest, source=source, learned=learned, lesson=lesson)


def features_of(lesson: Lesson) -> Features:
    return lesson.places
