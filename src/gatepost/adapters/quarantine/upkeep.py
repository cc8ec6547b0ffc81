"""What is to be done now and then for the quarantine: what expires, what was left lying, what room is taken up?

Every step may be interrupted and is begun again. Blocking: not for a loop that serves anybody.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress

from msgspec import Struct

from gatepost.adapters.quarantine.holdings import FileHoldings
from gatepost.adapters.quarantine.index import Row
from gatepost.adapters.quarantine.places import SHARDS
from gatepost.adapters.quarantine.settings import QuarantineSettings
from gatepost.ports.clock import Clock

ABANDONED = 3600.0  # seconds after which nobody still writes a draft
REMEMBERED = 7 * 86_400.0  # seconds that what became of a copy is known; clients come again for five days at most
BATCH = 500  # copies at a time
MOST = 20  # batches in a turn
RECOUNT = 600.0  # seconds between two counts of the room


class Turn(Struct, frozen=True, kw_only=True):
    """What one turn did.

    Args:
        expired: by age; `given_up`: before their time, for want of room.
        swept: content that belonged to nobody.
        used: octets taken up.
        problem: of records that cannot be read.
    """

    expired: int = 0
    given_up: int = 0
    swept: int = 0
    used: int = 0
    problem: str = ""


class Upkeep:
    """Of one quarantine. Owned by the housekeeper.

    Raises (turn):
        Unavailable, OSError: the files cannot be read or written.
    """

    def __init__(self, holdings: FileHoldings, settings: QuarantineSettings, clock: Clock) -> None:
        self.holdings, self.settings, self.clock = holdings, settings, clock
        self.shard = 0  # that is swept next
        self.count_at = 0.0  # Unix time

    def turn(self) -> Turn:
        """All that is due, as far as one turn goes."""
        if not self.holdings.places.is_there:
            return Turn()
        now = self.clock.now()
        expired = self.expire_old(now)
        given_up = self.make_room(now)
        self.forget(now)
        swept = self.sweep()
        self.clear_drafts()
        if now >= self.count_at:
            self.recount(now)
        return Turn(
            expired=expired, given_up=given_up, swept=swept, used=self.holdings.used.octets(),
            problem=self.holdings.problem(),
        )  # fmt: skip

    def expire_old(self, now: float) -> int:
        return sum(self.holdings.expire(rows, now) for rows in self.batches(now - self.settings.retention))

    def batches(self, before: float | None) -> Iterator[list[Row]]:
        for _ in range(MOST):
            rows = self.holdings.rows(lambda index: index.oldest(BATCH, before))
            if not rows:
                return
            yield rows

    def make_room(self, now: float) -> int:
        """The oldest go until what is left fits."""
        used, most = self.holdings.used, self.settings.size
        if self.settings.when_full != "expire-oldest" or used.octets() <= most:
            return 0
        self.recount(now)  # nothing goes for a number that a killed process left too high
        gone = 0
        while (over := used.octets() - most) > 0:
            rows = list(up_to(over, self.holdings.rows(lambda index: index.oldest(BATCH))))
            if not rows:
                break
            gone += self.holdings.expire(rows, now)
        return gone

    def recount(self, now: float) -> None:
        self.holdings.used.recount(self.holdings.asked(lambda index: index.room(), 0))
        self.count_at = now + RECOUNT

    def forget(self, now: float) -> None:
        """What was settled long ago."""
        rows = self.holdings.rows(lambda index: index.settled(BATCH * MOST, now - REMEMBERED))
        if rows:
            self.holdings.forget(rows)

    def sweep(self) -> int:
        """Content that is nobody's: of a process that was killed before its records, or before it took it away."""
        shard, self.shard = SHARDS[self.shard], (self.shard + 1) % len(SHARDS)
        holdings = self.holdings
        there = os.listdir(f"{holdings.places.root}/content/{shard}")
        wanted: set[str] = holdings.asked(lambda index: index.wanted(shard), set()) if there else set()
        swept = 0
        for message in there:
            if message not in wanted:
                with holdings.places.locked(message):
                    if not holdings.places.is_wanted(message):
                        holdings.used.give_back(holdings.places.drop_content(message))
                        swept += 1
        return swept

    def clear_drafts(self) -> None:
        """What a killed process left half written is nobody's message: no 250 was said to it."""
        before = time.time() - ABANDONED  # as files have it
        for name in os.listdir(self.holdings.places.drafts):
            path = f"{self.holdings.places.drafts}/{name}"
            with suppress(OSError):
                if os.stat(path).st_mtime < before:
                    os.unlink(path)


def up_to(octets: int, rows: list[Row]) -> Iterator[Row]:
    """The first rows, until so many octets are reached."""
    found = 0
    for row in rows:
        if found >= octets:
            return
        found += row.size
        yield row
