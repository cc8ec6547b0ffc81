"""Day after day: every report once, none forgotten, whatever fails in between."""

import gzip
from datetime import date
from email import message_from_bytes

import pytest

from gatepost.adapters.dmarc_reports import daily
from gatepost.adapters.dmarc_reports.daily import DailyReports
from gatepost.adapters.dmarc_reports.delivery import Fate
from gatepost.adapters.dmarc_reports.outbox import Outbox
from gatepost.adapters.dmarc_reports.settings import DmarcReportSettings
from gatepost.auth.dmarc.report_reader import read_report
from gatepost.model.reply import Reply
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_dns import FakeDns
from gatepost.testing.fakes import FakeBackend, FakeClock
from tests.adapters.dmarc_reports.test_day import journal, moment
from tests.adapters.dmarc_reports.test_settings import WHOLE
from tests.auth.dmarc.test_reporting import REPORTER
from tests.cli.dmarc_traces import evaluated, failed

NET, ORG = "dmarc@example.net", "dmarc@example.org"
NAMES = {
    "_dmarc.example.net": {"TXT": [f"v=DMARC1; p=reject; rua=mailto:{NET}"]},
    "_dmarc.example.org": {"TXT": [f"v=DMARC1; p=none; adkim=x; rua=mailto:{ORG}"]},
    "_dmarc.quiet.test": {"TXT": ["v=DMARC1; p=reject"]},
}
TRACES = (
    evaluated(1), evaluated(2), failed(3), evaluated(4, domain="example.org", p="none"),
    evaluated(5, domain="quiet.test"),
)  # fmt: skip
DAY_14, DAY_15 = date(2026, 3, 14), date(2026, 3, 15)


class Place:
    """Reports over a journal, with everything around them in a test's hand."""

    def __init__(self, folder, *traces, **settings):
        self.folder, self.settings = folder, settings
        self.records = journal(folder, *traces)
        self.dns, self.backend, self.clock = FakeDns(NAMES), FakeBackend(), FakeClock(moment("2026-03-15 02:00"))
        self.outbox = Outbox(folder / "dmarc-reports")
        self.outbox.finish(date(2026, 3, 13))
        self.reports = self.restarted()

    def restarted(self):
        section = DmarcReportSettings.model_validate({**WHOLE, **self.settings})
        self.reports = DailyReports(
            section, REPORTER, self.outbox, records=self.records, dns=self.dns, backend=self.backend, clock=self.clock
        )
        return self.reports

    async def turn(self):
        for day in self.reports.days():
            await self.reports.write(day)
        return [outcome async for outcome in self.reports.deliveries()] if self.reports.is_time else None

    def got(self):
        """Recipients so far."""
        return [str(envelope.recipients[0]) for envelope, _ in self.backend.messages]


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path, *TRACES)


async def test_who_asks_for_reports_gets_one(place):
    outcomes = await place.turn()
    assert place.got() == [NET, ORG] or place.got() == [ORG, NET]
    assert {outcome.fate for outcome in outcomes} == {Fate.SENT}
    assert list(place.outbox.pending()) == []


async def test_the_report_says_what_has_come(place):
    await place.turn()
    reports = {}
    for _, octets in place.backend.messages:
        (file,) = [part for part in message_from_bytes(octets).walk() if part.get_filename()]
        read = read_report(gzip.decompress(file.get_payload(decode=True)))
        reports[read.published.domain] = read
    assert [row.count for row in reports["example.net"].rows] == [2, 1]
    assert reports["example.net"].organization == "Example Ltd."
    assert reports["example.org"].errors == ("no valid value for the tag adkim",)


async def test_a_day_is_reported_once_over_restarts(place):
    await place.turn()
    place.restarted()
    await place.turn()
    assert sorted(place.got()) == [NET, ORG] and place.outbox.last_day() == DAY_14


async def test_the_next_day_is_reported_when_it_is_due(place):
    await place.turn()
    place.clock.time = moment("2026-03-16 01:29")
    assert place.reports.days() == []
    place.clock.time = moment("2026-03-16 01:30")
    assert place.reports.days() == [DAY_15]


async def test_who_dies_while_writing_writes_again_and_sends_once(place, monkeypatch):
    def dies(day):
        raise OSError("no room")

    monkeypatch.setattr(place.outbox, "finish", dies)
    with pytest.raises(OSError):
        await place.turn()
    monkeypatch.undo()
    place.restarted()
    await place.turn()
    assert sorted(place.got()) == [NET, ORG]


async def test_with_the_first_start_nothing_is_due(tmp_path):
    place = Place(tmp_path, *TRACES)
    place.outbox.last_day_file.unlink()
    assert place.reports.days() == [] and place.outbox.last_day() == DAY_14
    assert place.restarted().days() == []


async def test_a_server_that_is_away_gets_them_later(place):
    place.backend.down = True
    outcomes = await place.turn()
    assert {outcome.fate for outcome in outcomes} == {Fate.LATER} and not place.reports.is_time
    assert await place.turn() is None
    place.backend.down = False
    place.clock.advance(daily.FIRST_PAUSE)
    await place.turn()
    assert sorted(place.got()) == [NET, ORG]


async def test_a_restart_tries_at_once(place):
    place.backend.down = True
    await place.turn()
    place.backend.down = False
    place.restarted()
    await place.turn()
    assert sorted(place.got()) == [NET, ORG]


async def test_pauses_grow_up_to_an_hour(place):
    place.backend.down = True
    pauses = []
    for _ in range(6):
        await place.turn()
        pauses.append(place.reports.next_round - place.clock.now())
        place.clock.time = place.reports.next_round
    assert pauses == [300, 600, 1200, 2400, 3600, 3600]


async def test_a_report_is_given_up_after_a_day(place):
    place.backend.down = True
    await place.turn()
    place.clock.advance(daily.GIVEN_UP_AFTER + 1)
    outcomes = [outcome async for outcome in place.reports.deliveries()]
    assert {(outcome.fate, outcome.reply) for outcome in outcomes} == {(Fate.REFUSED, "given up after a day")}
    assert list(place.outbox.pending()) == []


async def test_a_refusal_is_final_and_concerns_nobody_else(tmp_path):
    place = Place(tmp_path, *TRACES)
    both = f"v=DMARC1; p=reject; rua=mailto:{NET},mailto:abuse@example.net"
    place.dns.names = {**NAMES, "_dmarc.example.net": {"TXT": [both]}}
    place.backend.refused = {NET: Reply(550, "5.1.1", "Nobody")}
    await place.turn()
    assert sorted(place.got()) == ["abuse@example.net", ORG] and list(place.outbox.pending()) == []


async def test_only_who_has_not_got_it_yet_gets_it_again(tmp_path):
    place = Place(tmp_path, *TRACES)
    both = f"v=DMARC1; p=reject; rua=mailto:{NET},mailto:abuse@example.net"
    place.dns.names = {**NAMES, "_dmarc.example.net": {"TXT": [both]}}
    place.backend.refused = {NET: Reply(451, "4.7.1", "Greylisted")}
    await place.turn()
    (left,) = place.outbox.pending()
    assert (left.to, left.left) == ((NET, "abuse@example.net"), (NET,))
    place.backend.refused = {}
    place.restarted()
    await place.turn()
    assert sorted(place.got()) == sorted([NET, "abuse@example.net", ORG])
    tos = {message_from_bytes(o)["To"] for e, o in place.backend.messages if e.recipients[0].domain == "example.net"}
    assert len(tos) == 1


async def test_without_a_resolver_reports_wait(place):
    place.dns.down = True
    outcomes = await place.turn()
    assert len(outcomes) == 3 and {outcome.fate for outcome in outcomes} == {Fate.LATER}  # the quiet one is not known
    place.dns.down = False
    place.clock.advance(daily.FIRST_PAUSE)
    await place.turn()
    assert sorted(place.got()) == [NET, ORG] and list(place.outbox.pending()) == []


async def test_nobody_is_asked_for_ever_when_nothing_answers(tmp_path):
    place = Place(tmp_path, *(evaluated(n, domain=f"d{n}.test") for n in range(50)))
    place.dns.down = True
    outcomes = await place.turn()
    assert len(outcomes) == 50 and len(place.dns.asked) == 2 * daily.DEAF_AFTER


async def test_excluded_domains_get_none(tmp_path):
    place = Place(tmp_path, *TRACES, exclude=["example.net"])
    await place.turn()
    assert place.got() == [ORG]


async def test_without_a_journal_the_day_stays_due(place):
    place.records.path.unlink()
    place.records.close()
    with pytest.raises(Unavailable):
        await place.turn()
    assert place.reports.days() == [DAY_14]


async def test_authn_57_strangers_get_no_report_they_did_not_agree_to(tmp_path):
    """Ten addresses of strangers, none of whom agreed: nobody gets anything, and few are asked."""
    place = Place(tmp_path, evaluated(1))
    victims = ",".join(f"mailto:v{n}@victim{n}.test" for n in range(10))
    place.dns.names = {"_dmarc.example.net": {"TXT": [f"v=DMARC1; p=reject; rua={victims}"]}}
    await place.turn()
    assert place.got() == [] and list(place.outbox.pending()) == []
    assert sum("_report._dmarc" in name for _, name in place.dns.asked) <= 5
