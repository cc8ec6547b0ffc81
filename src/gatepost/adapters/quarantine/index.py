"""Which copies are there, the newest first, of whom and for whom? (SQLite; made again from the files where it is lost)

It has what is searched by, never subjects or authors; addresses are blinded where the files are sealed. What is shown
is read from the records.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from gatepost.adapters.quarantine.sealing import Seal
from gatepost.model.address import Address, text
from gatepost.ports.quarantine import Fate, Held, HeldSearch

VERSION = 1
TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS held (
    id TEXT NOT NULL UNIQUE, message TEXT NOT NULL, acted TEXT NOT NULL, since REAL NOT NULL, size INTEGER NOT NULL,
    fate TEXT NOT NULL, decided REAL NOT NULL, rule TEXT NOT NULL, sender TEXT NOT NULL, sender_domain TEXT NOT NULL,
    recipient TEXT NOT NULL, recipient_domain TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS held_by_time ON held (fate, since, id, rule, sender, sender_domain, recipient_domain);
CREATE INDEX IF NOT EXISTS held_by_age ON held (since, id);
CREATE INDEX IF NOT EXISTS held_by_message ON held (message);
CREATE INDEX IF NOT EXISTS held_by_recipient ON held (recipient, since);
CREATE TABLE IF NOT EXISTS about (key TEXT NOT NULL, unreadable INTEGER NOT NULL, reason TEXT NOT NULL);
PRAGMA user_version = {VERSION};
COMMIT;
"""
ADD = "INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
NOBODY = "<>"  # the null sender, which is no empty filter
ROOM = "SELECT coalesce(sum(size), 0) FROM (SELECT max(size) AS size FROM held WHERE fate = 'held' GROUP BY message)"


class Row(Struct, frozen=True):
    """Where a copy is, and what remains of one whose record is gone."""

    id: str
    message: str
    transaction: str
    since: float
    size: int
    fate: str
    decided: float
    rule: str


class Index:
    """The file at `path`. Not for several threads.

    Args:
        is_new: make its tables; else it is an error if they are not there.

    Raises (each method):
        sqlite3.Error: it cannot be read or written.
    """

    def __init__(self, path: Path, seal: Seal, *, is_new: bool = False) -> None:
        self.path, self.seal = path, seal
        self.db = sqlite3.connect(path, isolation_level=None, timeout=10.0, check_same_thread=False)
        try:
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.execute("PRAGMA synchronous = FULL")  # a record leaves `new` only once it is known here
            if is_new:
                self.db.executescript(TABLES)
                self.db.execute("INSERT INTO about VALUES (?, 0, '')", (seal.name.hex(),))
            elif self.db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                raise sqlite3.DatabaseError("it is of another version, or empty")
            self.inode = path.stat().st_ino
        except BaseException:
            self.db.close()
            raise

    def close(self) -> None:
        self.db.close()

    @property
    def is_current(self) -> bool:
        """Its file is still the one at its path, and its words are blinded with our key."""
        try:
            there = self.path.stat().st_ino == self.inode
        except FileNotFoundError:
            return False
        found = self.db.execute("SELECT key FROM about").fetchone()
        return there and found is not None and found[0] == self.seal.name.hex()

    def finish(self) -> None:
        """Closed, and all of it in one file, which can be renamed."""
        self.db.execute("PRAGMA journal_mode = DELETE")
        self.db.close()

    # ── changes ──────────────────────────────────────────────────────────────
    def add(self, copies: Iterable[Held]) -> None:
        """On the disk when it returns."""
        self.change(ADD, map(self.row, copies))

    def row(self, held: Held) -> tuple[object, ...]:
        return (
            held.id, held.message, held.transaction, held.since, self.room_of(held), held.fate.value, held.decided,
            held.rule, *self.words(held.sender), *self.words(held.recipient),
        )  # fmt: skip

    def room_of(self, held: Held) -> int:
        """Octets of the file."""
        return self.seal.size_of(held.size - len(held.ours))

    def words(self, address: Address | None) -> tuple[str, str]:
        whole = text(address).lower() or NOBODY
        domain = "" if address is None else f"@{address.domain}"
        return self.seal.blind(whole), self.seal.blind(domain)

    def expire(self, rows: Iterable[Row], now: float) -> None:
        """Those of them that were not held anew meanwhile."""
        values = [(now, row.id, row.since) for row in rows]
        self.change(
            "UPDATE held SET fate = 'expired', decided = ? WHERE id = ? AND fate = 'held' AND since = ?", values
        )

    def forget(self, rows: Iterable[Row]) -> None:
        """Those of them that are as they were."""
        values = [(row.id, row.fate, row.decided) for row in rows]
        self.change("DELETE FROM held WHERE id = ? AND fate = ? AND decided = ?", values)

    def change(self, statement: str, values: Iterable[tuple[object, ...]]) -> None:
        """All of it or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            self.db.executemany(statement, values)
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise

    def note(self, unreadable: int, reason: str) -> None:
        """Of records that could not be taken in: how many, and why the first of them."""
        self.db.execute("UPDATE about SET unreadable = ?, reason = ?", (unreadable, reason))

    # ── questions ────────────────────────────────────────────────────────────
    def find(self, search: HeldSearch) -> list[Row]:
        """The newest first."""
        where: list[str] = []
        values: dict[str, object] = {"limit": search.limit}
        if search.fate is not None:
            where.append("fate = :fate")
            values["fate"] = search.fate.value
        for column in ("sender", "recipient"):
            if wanted := getattr(search, column).lower():
                where.append(f"{column}{'_domain' if wanted.startswith('@') else ''} = :{column}")
                values[column] = self.seal.blind(wanted)
        for condition, name, value in (
            ("rule = :rule", "rule", search.rule or None),
            ("since >= :since", "since", search.since),
            ("since <= :until", "until", search.until),
            ("(since, id) < (SELECT since, id FROM held WHERE id = :after)", "after", search.after or None),
        ):
            if value is not None:
                where.append(condition)
                values[name] = value
        return self.rows(f"{' AND '.join(where) or 'true'} ORDER BY since DESC, id DESC LIMIT :limit", values)

    def rows(self, condition: str, values: dict[str, object]) -> list[Row]:
        asked = f"SELECT id, message, acted, since, size, fate, decided, rule FROM held WHERE {condition}"  # noqa: S608 - conditions are ours
        return [Row(*found) for found in self.db.execute(asked, values)]

    def begins_with(self, identity: str) -> list[Row]:
        """Two at most: enough to tell that it is not one."""
        return self.rows("id >= :from AND id < :to LIMIT 2", {"from": identity, "to": identity + "~"})

    def copies(self, message: str) -> list[Row]:
        return self.rows("message = :message ORDER BY id", {"message": message})

    def oldest(self, limit: int, before: float | None = None) -> list[Row]:
        """Of those that are held."""
        condition = "fate = 'held' AND since < :before ORDER BY since, id LIMIT :limit"
        return self.rows(condition, {"before": before if before is not None else 9e99, "limit": limit})

    def settled(self, limit: int, before: float) -> list[Row]:
        """Those whose fate was decided before that."""
        condition = "fate <> 'held' AND decided < :before LIMIT :limit"
        return self.rows(condition, {"before": before, "limit": limit})

    def wanted(self, shard: str) -> set[str]:
        """Messages that somebody's held copy is of, whose name begins so."""
        asked = "SELECT DISTINCT message FROM held WHERE fate = ? AND message >= ? AND message < ?"
        return {found[0] for found in self.db.execute(asked, (Fate.HELD.value, shard, shard + "~"))}

    def noted(self) -> tuple[int, str]:
        """See `note`."""
        count, reason = self.db.execute("SELECT unreadable, reason FROM about").fetchone()
        return int(count), str(reason)

    def room(self) -> int:
        """Octets of content that is held, each message once."""
        return int(self.db.execute(ROOM).fetchone()[0])

    def count(self) -> int:
        """Copies that are held."""
        return int(self.db.execute("SELECT count(*) FROM held WHERE fate = 'held'").fetchone()[0])
