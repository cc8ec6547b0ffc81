"""The people's side: what is held, what is in it, and what is to become of it? (`ports.quarantine.Holdings`)

The files are the truth. The index is brought up to date before it is asked: what lies in `new` is taken in, committed,
and only then moved to `entries`. Where the index is missing, broken, or blinded with another key it is made again.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from itertools import islice
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from gatepost.adapters.quarantine.index import Index, Row
from gatepost.adapters.quarantine.places import SHARDS, Places
from gatepost.adapters.quarantine.record import ID_LENGTH, record_of
from gatepost.adapters.quarantine.sealing import Seal
from gatepost.adapters.quarantine.used import Used
from gatepost.disk.durable import give
from gatepost.disk.locks import locked
from gatepost.model.address import Address, Domain
from gatepost.ports.quarantine import Fate, Held, HeldSearch
from gatepost.ports.unavailable import Unavailable

BATCH = 1000  # records taken in at once
SHORTEST = 6  # characters that an id may be cut to
MISREAD = str.maketrans("ILO", "110")  # what people read for what was written (Crockford's base 32)
UNKNOWN = Address("", Domain(""))  # of whose copy only the index still knows

T = TypeVar("T")


class FileHoldings:
    """One quarantine, whether a gateway uses it at the time or not.

    Args:
        directory: nothing is made there as long as nothing was ever held.
    """

    def __init__(self, directory: Path, key: bytes | None = None) -> None:
        self.places = Places(directory, Seal(key))
        self.used = Used(self.places.used_file)
        self.index_file, self.lock_file = directory / "index.db", directory / "index.lock"
        self.index: Index | None = None
        self.left: list[str] = []  # why what still lies in `new` could not be taken in

    def close(self) -> None:
        if self.index is not None:
            self.index.close()
            self.index = None

    # ── the index ────────────────────────────────────────────────────────────
    def asked(self, question: Callable[[Index], T], nothing: T) -> T:
        """An up-to-date index's answer; `nothing` where nothing was ever held."""
        if not self.places.is_there:
            return nothing
        try:
            return question(self.up_to_date())
        except (OSError, sqlite3.Error) as error:
            self.close()
            raise Unavailable(f"quarantine: {error}") from error

    def rows(self, question: Callable[[Index], list[Row]]) -> list[Row]:
        nothing: list[Row] = []
        return self.asked(question, nothing)

    def up_to_date(self) -> Index:
        self.make_lock()
        with locked(str(self.lock_file)):
            index = self.opened()
            self.take_in(index)
        return index

    def make_lock(self) -> None:
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give(descriptor, self.places.root)
        os.close(descriptor)

    def opened(self) -> Index:
        """Under the lock."""
        if self.index is not None and self.index.is_current:
            return self.index
        self.close()
        if self.index_file.exists():
            with suppress(sqlite3.DatabaseError):
                self.index = Index(self.index_file, self.places.seal)
                if self.index.is_current:
                    return self.index
        self.close()
        self.rebuild()
        self.index = Index(self.index_file, self.places.seal)
        return self.index

    def rebuild(self) -> None:
        """From all records, beside the old one, and then in its place."""
        draft = self.index_file.with_suffix(".draft")
        for path in (draft, *(Path(f"{file}-{end}") for file in (draft, self.index_file) for end in ("wal", "shm"))):
            path.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600))
        with draft.open("rb") as file:
            give(file.fileno(), self.places.root)
        index = Index(draft, self.places.seal, is_new=True)
        problems: list[str] = []
        for shard in SHARDS:
            names = iter(os.listdir(f"{self.places.root}/entries/{shard}"))
            while batch := list(islice(names, BATCH)):
                index.add(self.readable([self.places.entry(name) for name in batch], problems))
        index.note(len(problems), (*problems, "")[0])
        index.finish()
        draft.rename(self.index_file)

    def readable(self, paths: list[str], problems: list[str]) -> Iterator[Held]:
        """What is no record of ours, or cannot be unsealed, is nothing that could be shown."""
        for path in paths:
            try:
                yield self.places.read_file(path)
            except FileNotFoundError:
                continue
            except Unavailable as error:
                problems.append(str(error))

    def problem(self) -> str:
        count, reason = self.asked(lambda index: index.noted(), (0, ""))
        count += len(self.left)
        return f"{count} records cannot be read: {(reason, *self.left)[not reason]}" if count else ""

    def take_in(self, index: Index) -> None:
        """What came since: committed first, moved then. Under the index's lock."""
        self.left = []
        names = iter(self.places.new_names())
        while batch := list(islice(names, BATCH)):
            found: dict[str, tuple[int, int]] = {}
            copies = []
            for name in batch:
                try:
                    read = version(self.places.newest(name))
                    copies.append(self.places.read_file(self.places.newest(name)))
                    found[name] = read
                except FileNotFoundError:
                    continue
                except Unavailable as error:
                    self.left.append(str(error))
            index.add(copies)
            for name, read in found.items():
                self.move(name, read)

    def move(self, name: str, read: tuple[int, int]) -> None:
        """Unless somebody has written it anew since it was read: then it stays for the next time."""
        message = name.partition(".")[0]
        with suppress(FileNotFoundError), self.places.locked(message):
            if version(self.places.newest(name)) == read:
                os.rename(self.places.newest(name), self.places.entry(name))

    # ── questions ────────────────────────────────────────────────────────────
    def find(self, search: HeldSearch) -> tuple[Held, ...]:
        return tuple([self.shown(row) for row in self.rows(lambda index: index.find(search))])

    def get(self, identity: str) -> Held | None:
        wanted = identity.strip().upper().translate(MISREAD)
        if not SHORTEST <= len(wanted) <= ID_LENGTH or not wanted.isalnum():
            return None
        rows = self.rows(lambda index: index.begins_with(wanted))
        return self.shown(rows[0]) if len(rows) == 1 else None

    def copies(self, message: str) -> tuple[Held, ...]:
        return tuple([self.shown(row) for row in self.rows(lambda index: index.copies(message))])

    def shown(self, row: Row) -> Held:
        """As its record has it; where that is gone, what the index still knows."""
        try:
            held = self.places.read(row.message, row.id)
        except OSError as error:
            raise Unavailable(f"quarantine: {error}") from error
        if held is not None:
            return held
        fate = Fate.EXPIRED if row.fate == Fate.HELD.value else Fate(row.fate)
        return Held(
            id=row.id, message=row.message, transaction=row.transaction, since=row.since, rule=row.rule,
            sender=UNKNOWN, recipient=UNKNOWN, size=row.size, fate=fate, decided=row.decided,
        )  # fmt: skip

    def content(self, held: Held) -> Iterator[bytes]:
        left = held.size - len(held.ours)
        yield held.ours
        try:
            for chunk in self.places.read_content(held.message):
                left -= len(chunk)
                yield chunk
        except OSError as error:
            raise Unavailable(f"quarantine: the content cannot be read: {error}") from error
        if left:
            raise Unavailable(f"quarantine: the content of {held.id} is not what it was: {-left:+} octets")

    # ── changes ──────────────────────────────────────────────────────────────
    def alone(self, held: Held) -> AbstractContextManager[None]:
        return self.places.alone(held.message)

    def settle(self, held: Held, fate: Fate, *, now: float, by: str, to: str = "") -> Held:
        try:
            with self.places.locked(held.message):
                current = self.places.read(held.message, held.id)
                if current is None:
                    current = replace(held, fate=Fate.EXPIRED)
                if may_follow(current.fate, fate):
                    current = without_words(replace(current, fate=fate, decided=now, by=by, to=to))
                    self.places.write(record_of(current))
                self.drop_if_unwanted(held.message)
        except OSError as error:
            raise Unavailable(f"quarantine: {error}") from error
        with suppress(Unavailable):  # the files say it already
            self.asked(lambda index: None, None)
        return current

    def drop_if_unwanted(self, message: str) -> None:
        """Under its lock."""
        if not self.places.is_wanted(message):
            self.used.give_back(self.places.drop_content(message))

    def expire(self, rows: list[Row], now: float) -> int:
        """Take held ones away, their records too: whoever dies in between begins again. How many there were."""
        gone = self.removed(rows)
        self.asked(lambda index: index.expire(gone, now), None)
        return len(gone)

    def forget(self, rows: list[Row]) -> None:
        """Settled ones, and that they ever were."""
        gone = self.removed(rows)
        self.asked(lambda index: index.forget(gone), None)

    def removed(self, rows: list[Row]) -> list[Row]:
        """Those that are gone now; what was held anew or settled since the index was asked stays."""
        gone = []
        for row in rows:
            with self.places.locked(row.message):
                held = self.places.read(row.message, row.id)
                if held is None or (held.fate.value, held.since, held.decided) == (row.fate, row.since, row.decided):
                    self.places.remove(row.message, row.id)
                    gone.append(row)
                self.drop_if_unwanted(row.message)
        return gone


def version(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_ino, status.st_mtime_ns


def may_follow(before: Fate, after: Fate) -> bool:
    """What a mail server has taken is released, whatever somebody decided meanwhile."""
    return before is Fate.HELD or (after is Fate.RELEASED and before is not Fate.RELEASED)


def without_words(held: Held) -> Held:
    """What was deleted is remembered, its words are not."""
    return replace(held, author="", subject="") if held.fate is Fate.DELETED else held
