"""Settings to the DMARC aggregate reports: those that are sent, those that were imported."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from datetime import date
from ipaddress import ip_address, ip_network
from itertools import chain
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gatepost.adapters.backend.pool import Pool
from gatepost.adapters.dmarc_reports.daily import DailyReports
from gatepost.adapters.dmarc_reports.day import discovery_of, report, tally
from gatepost.adapters.dmarc_reports.delivery import Fate, Outcome, addressees, deliver
from gatepost.adapters.dmarc_reports.files import found_in
from gatepost.adapters.dmarc_reports.outbox import Outbox, Pending
from gatepost.adapters.dmarc_reports.store import ReportStore
from gatepost.adapters.dns.resolver import Resolver
from gatepost.app.records import open_records
from gatepost.auth.dmarc.report import Report
from gatepost.auth.dmarc.report_mail import Package
from gatepost.auth.dmarc.reporting import Reporter
from gatepost.auth.dmarc.senders import Network, Sender
from gatepost.config.settings import Settings
from gatepost.gateway.clock import SystemClock
from gatepost.ports.clock import Clock
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.address import address

CLOSING = 1.0  # seconds for QUIT to the backend


class Preview(Struct, frozen=True, kw_only=True):
    """One report as it would be sent.

    Args:
        pending: with those who want it and may have it.
        problem: why nobody can be asked for now; "" if all is well.
        outcomes: of each try to send it; () if none was made.
    """

    report: Report
    pending: Pending
    problem: str = ""
    outcomes: tuple[Outcome, ...] = ()

    @property
    def package(self) -> Package:
        return self.pending.package

    @property
    def is_late(self) -> bool:
        """It was tried, and somebody has not got it."""
        return any(outcome.fate is not Fate.SENT for outcome in self.outcomes)


def reporter_of(settings: Settings) -> Reporter:
    """Who reports; where that is not configured, the gateway by its name, for a look at what there would be."""
    section, hostname = settings.dmarc_reports, settings.gateway.hostname
    sender = section.mail_from or f"postmaster@{hostname}"
    return Reporter(
        organization=section.organization or hostname, contact=section.contact or sender, sender=address(sender),
        hostname=hostname,
    )  # fmt: skip


def daily_reports(settings: Settings, dns: Dns, backend: Pool, clock: Clock) -> DailyReports:
    outbox = Outbox(settings.gateway.data_dir / "dmarc-reports")
    return DailyReports(
        settings.dmarc_reports, reporter_of(settings), outbox, records=open_records(settings), dns=dns,
        backend=backend, clock=clock,
    )  # fmt: skip


def relay(settings: Settings) -> Pool:
    """The backend through which reports go out. Raises ValueError if none is named."""
    name = settings.dmarc_reports.backend
    if name is None:
        raise ValueError("no backend is named: write backend = … in [dmarc_reports]")
    return Pool(name, settings.backends[name], settings.gateway.hostname)


async def previews(settings: Settings, day: date, dns: Dns, clock: Clock, domain: str = "") -> AsyncIterator[Preview]:
    """What a day's reports are, by domain. Raises `Unavailable` if the journal cannot be read.

    Args:
        domain: only about this policy domain.
    """
    section, reporter = settings.dmarc_reports, reporter_of(settings)
    counted = await tally(open_records(settings), day, section.exclude)
    for seen in counted.seen():
        if domain not in ("", seen.published.domain):
            continue
        made, package = report(seen, reporter, day, section.max_size)
        problem = ""
        to: tuple[str, ...] = ()
        try:
            found = await addressees(dns, package.domain, discovery_of(seen), package.octets)
            to = tuple(map(str, found))
        except Unavailable as error:
            problem = str(error)
        pending = Pending(
            package=package, discovery=discovery_of(seen), written=clock.now(), messages=seen.messages, to=to, left=to
        )
        yield Preview(report=made, pending=pending, problem=problem)


async def reported(settings: Settings, day: date, domain: str = "", *, sending: bool = False) -> AsyncIterator[Preview]:
    """What a day's reports are and, if they are to be sent now, what became of them.

    Raises:
        Unavailable: the journal cannot be read.
        ValueError: they cannot be sent without a backend.
    """
    clock = SystemClock()
    backend = relay(settings) if sending else None
    resolver = Resolver(settings.dns, clock)
    try:
        async for preview in previews(settings, day, resolver, clock, domain):
            if backend is not None:
                outcomes = tuple([await sent(settings, preview, to, backend, clock) for to in preview.pending.left])
                preview = replace(preview, outcomes=outcomes)
            yield preview
    finally:
        resolver.close()
        if backend is not None:
            await backend.close(CLOSING)


async def sent(settings: Settings, preview: Preview, recipient: str, backend: Pool, clock: Clock) -> Outcome:
    """Hand it over once."""
    try:
        return await deliver(backend, preview.pending, reporter_of(settings), recipient, clock.now())
    except Unavailable as error:
        return Outcome(preview.package.domain, recipient, Fate.LATER, str(error))


# ── reports of others ────────────────────────────────────────────────────────
class Imported(Struct, frozen=True, kw_only=True):
    """What came of files: new reports and those that were known, files or mails without one, what the new ones say."""

    new: int
    known: int
    bad: int
    senders: tuple[Sender, ...]


def store_path(settings: Settings) -> Path:
    return settings.gateway.data_dir / "dmarc.db"


def take_in(settings: Settings, paths: Sequence[Path], now: float, tell: Callable[[str], None]) -> Imported:
    """Keep the reports of files and directories. Raises `Unavailable` if they cannot be kept.

    Args:
        tell: what could not be read.
    """
    new = known = bad = 0
    with closing(ReportStore(store_path(settings))) as store:
        for found in chain.from_iterable(map(found_in, paths)):
            if found.report is None:
                bad += 1
                tell(f"{found.where}: {found.problem}")
            elif store.add(found.report, now):
                new += 1
            else:
                known += 1
        return Imported(new=new, known=known, bad=bad, senders=tuple(store.senders(since=0, imported=now)))


def kept_reports(settings: Settings, since: float, domain: str) -> tuple[tuple[Sender, ...], int]:
    """What the reports that end since then say, and how many they are. Raises `Unavailable`."""
    path = store_path(settings)
    if not path.exists():
        return (), 0
    with closing(ReportStore(path)) as store:
        return tuple(store.senders(since=since, domain=domain)), store.reports(since=since, domain=domain)


def own_networks(settings: Settings) -> tuple[Network, ...]:
    """Where mail of ours may come from, as the configuration has it: the gateway, its clients, its mail servers."""
    found = list(settings.gateway.trusted_relays)
    for listener in settings.listeners.values():
        found += listener.relay_from
        found += networks([bind.host for bind in listener.bind])
    for backend in settings.backends.values():
        found += networks([host.host for host in backend.hosts])
    return tuple(dict.fromkeys(found))


def networks(hosts: list[str]) -> list[Network]:
    """Of each that is an address: itself."""
    found: list[Network] = []
    for host in hosts:
        try:
            ip = ip_address(host)
        except ValueError:
            continue
        if not ip.is_unspecified:
            found.append(ip_network(host))
    return found
