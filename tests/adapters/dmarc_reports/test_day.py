"""Days: when one is due, and what is in it."""

import asyncio
import gzip
from datetime import UTC, date, datetime

import pytest

from gatepost.adapters.dmarc_reports.day import days_due, latest_due, midnight, report, tally
from gatepost.adapters.journal.records import JournalRecords
from gatepost.adapters.journal.store import Received, Store
from gatepost.adapters.journal.summary import summarized
from gatepost.adapters.journal.wire import encode
from gatepost.auth.dmarc.report_reader import read_report
from gatepost.ports.unavailable import Unavailable
from tests.auth.dmarc.test_reporting import REPORTER
from tests.cli.dmarc_traces import DAY, evaluated, failed

THE_DAY = date(2026, 3, 14)


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def journal(folder, *traces):
    store = Store(folder / "journal.db")
    store.write([Received(summarized(t), encode(t)) for t in traces], (), {}, 0.0)
    store.close()
    return JournalRecords(folder / "journal.db")


@pytest.mark.parametrize(
    ("now", "latest"),
    [("2026-03-15 01:29:59", "2026-03-13"), ("2026-03-15 01:30:00", "2026-03-14"), ("2026-03-15 23:59", "2026-03-14")],
)
def test_a_day_is_due_a_while_after_it_has_ended(now, latest):
    assert latest_due(moment(now), 5400.0) == date.fromisoformat(latest)


def test_days_that_were_missed_are_due_too_but_not_for_ever():
    assert days_due(date(2026, 3, 14), date(2026, 3, 14)) == []
    assert days_due(date(2026, 3, 12), date(2026, 3, 14)) == [date(2026, 3, 13), date(2026, 3, 14)]
    assert len(days_due(date(2025, 1, 1), date(2026, 3, 14))) == 7


def test_a_clock_that_was_set_back_makes_nothing_due():
    assert days_due(date(2026, 3, 15), date(2026, 3, 14)) == []


def test_midnight_is_that_of_utc():
    assert midnight(THE_DAY) == DAY


async def test_the_messages_of_the_day_are_counted_and_no_others(tmp_path):
    records = journal(
        tmp_path, evaluated(0, began=DAY - 10), evaluated(1, began=DAY - 0.4), *(evaluated(n) for n in range(2, 202)),
        failed(300), evaluated(1, began=DAY + 86_400),
    )  # fmt: skip
    (seen,) = (await tally(records, THE_DAY, ())).seen()
    assert seen.messages == 202


async def test_others_have_their_turn_while_it_counts(tmp_path):
    records = journal(tmp_path, *(evaluated(n) for n in range(500)))
    turns = 0

    async def other():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.get_running_loop().create_task(other())
    await tally(records, THE_DAY, ())
    task.cancel()
    assert turns >= 10


async def test_without_a_journal_it_is_said(tmp_path):
    with pytest.raises(Unavailable):
        await tally(JournalRecords(tmp_path / "journal.db"), THE_DAY, ())


async def test_the_file_is_the_report(tmp_path):
    (seen,) = (await tally(journal(tmp_path, evaluated(1), failed(2)), THE_DAY, ())).seen()
    made, package = report(seen, REPORTER, THE_DAY, 8 * 2**20, ("a mistake",))
    read = read_report(gzip.decompress(package.file))
    assert (read.rows, read.errors, read.identity) == (made.rows, ("a mistake",), package.identity)
    assert (package.domain, package.begin, package.end) == ("example.net", DAY, DAY + 86_399)


async def test_the_mail_stays_below_its_limit(tmp_path):
    many = [
        evaluated(n, sender=f"a@{n:x}{n * 7919:x}.example.net", client_ip=f"203.0.113.{n % 256}") for n in range(2000)
    ]
    (seen,) = (await tally(journal(tmp_path, *many), THE_DAY, ())).seen()
    _, package = report(seen, REPORTER, THE_DAY, 16 * 1024)
    assert package.octets <= 16 * 1024 + 2048
