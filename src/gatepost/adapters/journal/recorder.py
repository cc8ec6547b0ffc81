"""What becomes of traces while the journal's disk is full, broken, or fine?

They are kept in memory up to a bound, and written in batches. What is lost is counted, by reason, in the
journal itself and told to the operator; nothing here ever stops the writer.
"""

import sqlite3
from collections import Counter
from pathlib import Path
from time import gmtime, strftime

import msgspec

from gatepost.adapters.journal.settings import JournalSettings
from gatepost.adapters.journal.store import RUINED, Received, Store
from gatepost.adapters.journal.summary import summary_of
from gatepost.adapters.journal.wire import HEADER, Origin, origin_of
from gatepost.disk.migrations import TooNew
from gatepost.ports.alarms import Alarms

UNWRITABLE, RUINED_JOURNAL, LOST = "journal.unwritable", "journal.ruined", "journal.lost"  # alarms
HELD_LIMIT = 8 * 1024 * 1024
RETRY = (1.0, 30.0)  # seconds between attempts: first, at most
CARE = 60.0  # seconds between looks at the age of records and at what was lost
PAGES_AT_ONCE = 1024  # given back to the file system in one go
SLACK = 16 * 1024 * 1024  # octets set aside for the -wal file

NO_ROOM = "no_room"  # a worker gave up: the socket stayed full beyond its patience
WRITER_DIED = "writer_died"  # handed over, read, and not yet on the disk when the writer was killed
UNREADABLE = "unreadable"  # no trace of ours
NOT_WRITTEN = "not_written"  # the disk took nothing until memory was full


class Recorder:
    """Owned by the writer process.

    Args:
        path: the journal's database.
        alarms: told what an operator must know.
        held_limit: octets of encoded traces kept in memory while they can't be written.
    """

    def __init__(self, path: Path, settings: JournalSettings, alarms: Alarms, *, held_limit: int = HELD_LIMIT) -> None:
        self.path = path
        self.settings = settings
        self.alarms = alarms
        self.store: Store | None = None
        self.held: list[Received] = []
        self.held_octets = 0
        self.held_limit = held_limit
        self.sources: dict[int, Origin] = {}
        self.heard: dict[int, Origin] = {}  # since the last batch
        self.fresh = False  # the journal was begun by this process: what came before it is no loss
        self.losses: Counter[str] = Counter()
        self.unreported: Counter[str] = Counter()
        self.failing = False
        self.pause = RETRY[0]
        self.retry_at = 0.0
        self.care_at = 0.0

    # ── taking ───────────────────────────────────────────────────────────────
    def take(self, packet: memoryview) -> Received | None:
        """One packet from a worker; its trace where it holds one."""
        origin = origin_of(packet)
        if origin is None:
            self.lose(UNREADABLE, 1)
            return None
        self.account(origin)
        body = bytes(packet[HEADER.size :])
        try:
            received = Received(summary_of(body), body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.lose(UNREADABLE, 1)
            return None
        self.held.append(received)
        self.held_octets += len(body)
        return received

    def account(self, origin: Origin) -> None:
        """What is missing between this packet and the one before it from the same worker?"""
        known = self.sources.get(origin.source)
        if known is None:
            known = self.unheard(origin)
        if origin.sent != known.sent + 1 or origin.lost != known.lost:
            self.lose(WRITER_DIED, max(0, origin.sent - known.sent - 1))
            self.lose(NO_ROOM, max(0, origin.lost - known.lost))
        self.sources[origin.source] = self.heard[origin.source] = origin

    def unheard(self, origin: Origin) -> Origin:
        """Where a source stood that the journal does not know: at its beginning, unless the journal is too young."""
        if self.store is None:
            return Origin(origin.source, origin.sent - 1, origin.lost)
        return Origin(origin.source, origin.sent - 1 if self.fresh else 0, 0)

    def lose(self, reason: str, count: int) -> None:
        self.losses[reason] += count
        self.unreported[reason] += count

    # ── writing ──────────────────────────────────────────────────────────────
    def flush(self, now: float, *, last: bool = False) -> bool:
        """Write what is held; False = not now, it is still held (or lost, where it is the `last` chance)."""
        if not (self.held or self.losses or self.heard):
            return True
        if now < self.retry_at and not last:
            self.drop_oldest(self.held_limit)
            return False
        try:
            store = self.open(now)
            store.write(self.held, self.heard.values(), self.losses, now)
        except (sqlite3.Error, OSError, TooNew) as error:
            self.fail(error, now)
            if last and self.held:
                self.drop_oldest(0)
                self.report()
            return False
        self.held.clear()
        self.held_octets = 0
        self.heard.clear()
        self.losses.clear()
        self.recover()
        return True

    def open(self, now: float) -> Store:
        """The store, opened if it is not; a ruined one is moved aside and a new one begun."""
        if self.store is not None:
            return self.store
        self.fresh = self.fresh or not self.path.exists()
        try:
            self.store = self.opened()
        except (sqlite3.DatabaseError, TooNew) as error:
            if not is_ruined(error):
                raise
            self.move_aside(error, now)
            self.store = self.opened()
        self.sources = self.store.sources() | self.sources
        return self.store

    def opened(self) -> Store:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Store(self.path, full_sync=self.settings.sync == "full")

    def fail(self, error: Exception, now: float) -> None:
        """The batch stays held; the store is opened anew for the next attempt."""
        self.close()
        if is_ruined(error):
            self.move_aside(error, now)
        elif not self.failing:
            self.failing = True
            text = f"The journal {self.path} takes no records ({error}): they wait in memory until that is full."
            self.alarms.raise_alarm(UNWRITABLE, text)
        self.retry_at = now + self.pause
        self.pause = min(2 * self.pause, RETRY[1])
        self.drop_oldest(self.held_limit)

    def recover(self) -> None:
        self.pause, self.retry_at = RETRY[0], 0.0
        if self.failing:
            self.failing = False
            self.alarms.all_clear(UNWRITABLE, f"The journal {self.path} takes records again.")

    def drop_oldest(self, limit: int) -> None:
        """Memory has its bound, too."""
        gone = 0
        while self.held_octets > limit:
            self.held_octets -= len(self.held[gone].body)
            gone += 1
        del self.held[:gone]
        if gone:
            self.lose(NOT_WRITTEN, gone)

    def move_aside(self, error: Exception, now: float) -> None:
        """Out of the way, but there for whoever wants to rescue something; an older one makes room for it."""
        for old in self.path.parent.glob(f"{self.path.name}.ruined-*"):
            old.unlink(missing_ok=True)
        stamp = strftime("%Y%m%dT%H%M%S", gmtime(now))
        for suffix in ("", "-wal", "-shm"):
            part = self.path.with_name(self.path.name + suffix)
            if part.exists():
                part.rename(self.path.with_name(f"{self.path.name}.ruined-{stamp}{suffix}"))
        self.fresh = True
        text = f"The journal {self.path} can't be used ({error}): it was moved aside, and a new one begun."
        self.alarms.raise_alarm(RUINED_JOURNAL, text)

    def close(self) -> None:
        if self.store is not None:
            self.store.close()
            self.store = None

    # ── keeping it small ─────────────────────────────────────────────────────
    def care(self, now: float) -> bool:
        """A little of what keeps the journal within its age and size; True = there is more to do."""
        if now < self.retry_at:
            return False
        try:
            return self.prune(self.open(now), now)
        except (sqlite3.Error, OSError, TooNew) as error:
            self.fail(error, now)
            return False

    def prune(self, store: Store, now: float) -> bool:
        size = self.settings.size
        slack = min(SLACK, size // 4)
        if store.octets_used > size - slack and store.delete_oldest():
            return True
        if store.octets > size - slack // 2:  # room between the two, so that the file does not shrink and grow all day
            store.shrink(PAGES_AT_ONCE)
            return True
        if now < self.care_at:
            return False
        if store.delete_before(now - self.settings.retention):
            return True
        self.care_at = now + CARE
        store.forget_sources(now)
        self.report()
        return False

    def report(self) -> None:
        """Tell of losses since the last report."""
        lost = +self.unreported
        self.unreported.clear()
        if lost:
            reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(lost.items()))
            text = f"{lost.total()} records of transactions are missing in the journal: {reasons}."
            self.alarms.raise_alarm(LOST, text)


def is_ruined(error: Exception) -> bool:
    """It will not get better by waiting."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, TooNew) or (code is not None and code & 0xFF in RUINED)
