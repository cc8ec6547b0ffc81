"""What is there to do for the reports just now (RFC 9990 §3.4)?

A report is tried for a day, then given up: its reader will get the next day's.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from gatepost.adapters.dmarc_reports.day import days_due, discovery_of, latest_due, report, tally
from gatepost.adapters.dmarc_reports.delivery import Fate, Outcome, addressees, deliver
from gatepost.adapters.dmarc_reports.outbox import Outbox, Pending
from gatepost.adapters.dmarc_reports.settings import DmarcReportSettings
from gatepost.auth.dmarc.discovery import Records as PolicyRecords
from gatepost.auth.dmarc.reporting import Reporter
from gatepost.auth.dmarc.tally import Seen
from gatepost.ports.backend import Backend
from gatepost.ports.clock import Clock
from gatepost.ports.dns import Dns
from gatepost.ports.journal import Records
from gatepost.ports.unavailable import Unavailable

GIVEN_UP_AFTER = 86_400.0  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 300.0, 3600.0  # seconds between two rounds, twice as long each time
DEAF_AFTER = 5  # questions in a row without an answer: the others would have none either, and each takes seconds


class Written(Struct, frozen=True):
    """A day's reports: how many there are, and messages of domains for which there was no room."""

    reports: int
    left_out: int


class DailyReports:
    """All of it, for one configuration. Owned by the process that sends the reports.

    Args:
        records: of the journal.
        reporter: who we are.

    Raises (each method):
        OSError: the outbox cannot be read or written.
    """

    def __init__(
        self, settings: DmarcReportSettings, reporter: Reporter, outbox: Outbox, *, records: Records, dns: Dns,
        backend: Backend, clock: Clock,
    ) -> None:  # fmt: skip
        self.settings, self.reporter, self.outbox = settings, reporter, outbox
        self.records, self.dns, self.backend, self.clock = records, dns, backend, clock
        self.pause = FIRST_PAUSE
        self.next_round = 0.0  # Unix time; before it nothing is tried again
        self.unanswered = 0  # questions in a row

    # ── what is due ──────────────────────────────────────────────────────────
    def days(self) -> list[date]:
        """Days to be reported now. With the first start reports begin: of days before it there are none."""
        latest = latest_due(self.clock.now(), self.settings.due)
        last = self.outbox.last_day()
        if last is None:
            self.outbox.finish(latest)
            return []
        return days_due(last, latest)

    async def write(self, day: date) -> Written:
        """Write a day's reports. Raises `Unavailable` if the journal cannot be read."""
        counted = await tally(self.records, day, self.settings.exclude)
        written = self.unanswered = 0
        for seen in counted.seen():
            errors = await self.errors_if_wanted(seen)
            if errors is not None:
                self.outbox.put(self.pending(seen, day, errors))
                written += 1
        self.outbox.finish(day)
        self.next_round = 0.0
        return Written(written, counted.unheard)

    async def errors_if_wanted(self, seen: Seen) -> tuple[str, ...] | None:
        """None if nobody asks for a report, else what is wrong with the record. Without an answer it is asked later."""
        if self.unanswered >= DEAF_AFTER:
            return ()
        try:
            record = await PolicyRecords(self.dns, discovery_of(seen)).at(seen.published.domain)
        except Unavailable:
            self.unanswered += 1
            return ()
        self.unanswered = 0
        if record is None or not record.rua:
            return None
        return tuple([f"no valid value for the tag {name}" for name in record.discarded])

    def pending(self, seen: Seen, day: date, errors: tuple[str, ...]) -> Pending:
        _, package = report(seen, self.reporter, day, self.settings.max_size, errors)
        now, discovery = self.clock.now(), discovery_of(seen)
        return Pending(package=package, discovery=discovery, written=now, messages=seen.messages)

    # ── delivery ─────────────────────────────────────────────────────────────
    @property
    def is_time(self) -> bool:
        """There may be something to deliver."""
        return self.clock.now() >= self.next_round

    async def deliveries(self) -> AsyncIterator[Outcome]:
        """Try every report that is left once. What has to wait is tried again after a pause that grows."""
        self.unanswered = waiting = 0
        for pending in self.outbox.pending():
            async for outcome in self.tried(pending):
                waiting += outcome.fate is Fate.LATER
                yield outcome
        if waiting:
            self.next_round = self.clock.now() + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        else:
            self.next_round, self.pause = float("inf"), FIRST_PAUSE

    async def tried(self, pending: Pending) -> AsyncIterator[Outcome]:
        if self.clock.now() - pending.written > GIVEN_UP_AFTER:
            for outcome in self.given_up(pending):
                yield outcome
            return
        try:
            pending = await self.addressed(pending)
            for recipient in pending.left:
                outcome = await self.delivered(pending, recipient)
                pending = self.noted(pending, outcome)
                yield outcome
        except Unavailable as error:
            self.unanswered += 1
            yield Outcome(pending.package.domain, "", Fate.LATER, str(error))
        else:
            if not pending.left:
                self.outbox.done(pending)

    def given_up(self, pending: Pending) -> Iterator[Outcome]:
        self.outbox.done(pending)
        for recipient in pending.left or ("",):
            yield Outcome(pending.package.domain, recipient, Fate.REFUSED, "given up after a day")

    async def addressed(self, pending: Pending) -> Pending:
        """With those who want it: asked for once, so that every try is the same mail."""
        if self.unanswered >= DEAF_AFTER:
            raise Unavailable("not tried, since nothing answers")
        if pending.to is not None:
            return pending
        package = pending.package
        found = await addressees(self.dns, package.domain, pending.discovery, package.octets)
        to = tuple(map(str, found))
        return replace(pending, to=to, left=to)

    async def delivered(self, pending: Pending, recipient: str) -> Outcome:
        outcome = await deliver(self.backend, pending, self.reporter, recipient, self.clock.now())
        self.unanswered = 0
        return outcome

    def noted(self, pending: Pending, outcome: Outcome) -> Pending:
        """With who is left; on the disk before the next one is tried."""
        if outcome.fate is Fate.LATER:
            return pending
        changed = replace(pending, left=tuple([each for each in pending.left if each != outcome.recipient]))
        if changed.left:
            self.outbox.put(changed)
        return changed
