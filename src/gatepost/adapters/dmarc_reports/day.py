"""Which reports does a day make? Goes through the journal once, whatever it holds, and keeps counts only."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from gatepost.auth.dmarc.discovery import Discovery
from gatepost.auth.dmarc.report import Report
from gatepost.auth.dmarc.report_mail import BASE64_LINE, Package
from gatepost.auth.dmarc.reporting import DAY, Reporter, packed, report_of
from gatepost.auth.dmarc.tally import Seen, Tally
from gatepost.model.trace import Trace
from gatepost.ports.journal import Records, Search

AT_ONCE = 50  # traces between two looks at what else there is to do: some milliseconds
NO_LIMIT = 2**62
CAUGHT_UP = 7  # days at most that are reported late


def midnight(day: date) -> int:
    """Its beginning in UTC, Unix time in seconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def latest_due(now: float, due: float) -> date:
    """The last day that should be reported by now, `due` seconds after its end."""
    return datetime.fromtimestamp(now - due, UTC).date() - timedelta(days=1)


def days_due(last: date, latest: date) -> list[date]:
    """Those not yet reported, oldest first; of many only the last `CAUGHT_UP`."""
    missing = min((latest - last).days, CAUGHT_UP)
    return [latest - timedelta(days=back) for back in range(missing - 1, -1, -1)]


def traces(records: Records, day: date) -> Iterator[Trace]:
    """All that were under way then. Raises `Unavailable`, as the next ones do."""
    begin = midnight(day)
    return records.find(Search(since=begin, until=begin + DAY, limit=NO_LIMIT))


async def tally(records: Records, day: date, excluded: tuple[str, ...]) -> Tally:
    """Counted. Other coroutines have their turn meanwhile. Raises `Unavailable`."""
    begin = midnight(day)
    counted = Tally(begin, begin + DAY, excluded=excluded)
    for number, trace in enumerate(traces(records, day)):
        counted.add(trace)
        if not number % AT_ONCE:
            await asyncio.sleep(0)
    return counted


def report(
    seen: Seen, reporter: Reporter, day: date, most: int, errors: tuple[str, ...] = ()
) -> tuple[Report, Package]:
    """The report about one policy, and its file.

    Args:
        most: octets of the whole mail.
        errors: what is wrong with the policy record.
    """
    made, file = packed(report_of(seen, reporter, midnight(day), errors), int(most / BASE64_LINE))
    package = Package(identity=made.identity, domain=made.published.domain, begin=made.begin, end=made.end, file=file)
    return made, package


def discovery_of(seen: Seen) -> Discovery:
    return seen.published.discovery or Discovery.TREE_WALK
