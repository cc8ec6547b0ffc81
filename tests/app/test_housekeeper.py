"""The duties, and what is told of them."""

from datetime import date

import pytest
from structlog.testing import capture_logs

from gatepost.app.housekeeper import ALARM, PAUSE, House
from gatepost.gateway.clock import SystemClock
from gatepost.model.reply import Reply
from tests.adapters.dmarc_reports.test_daily import NET, ORG, TRACES, Place


class Alarms:
    def __init__(self):
        self.up = {}

    def raise_alarm(self, key, text):
        self.up[key] = text

    def all_clear(self, key, text=""):
        self.up.pop(key, None)


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path, *TRACES)


@pytest.fixture
def alarms():
    return Alarms()


@pytest.fixture
def house(place, alarms):
    return House(place.reports, alarms, SystemClock())


async def test_reports_that_are_due_are_written_and_sent(place, house, alarms):
    with capture_logs() as said:
        await house.turn()
        await house.turn()
    assert sorted(place.got()) == [NET, ORG] and alarms.up == {}
    (written,) = [line for line in said if line["event"] == "dmarc reports written"]
    assert (written["day"], written["reports"]) == ("2026-03-14", 2)
    assert {(line["to"], line["fate"]) for line in said if line["event"] == "dmarc report"} == {
        (NET, "sent"), (ORG, "sent"),
    }  # fmt: skip


async def test_a_server_that_is_away_raises_an_alarm_until_it_is_back(place, house, alarms):
    place.backend.down = True
    with capture_logs() as said:
        await house.turn()
    assert "2 DMARC reports cannot be delivered" in alarms.up[ALARM]
    assert {line["log_level"] for line in said if line["event"] == "dmarc report"} == {"warning"}
    place.backend.down = False
    place.clock.advance(301)
    await house.turn()
    assert alarms.up == {} and sorted(place.got()) == [NET, ORG]


async def test_a_backend_that_relays_nothing_raises_an_alarm(place, house, alarms):
    place.backend.refused = dict.fromkeys((NET, ORG), Reply(554, "5.7.1", "Relay access denied"))
    await house.turn()
    assert alarms.up[ALARM].startswith("No DMARC report was taken, 2 are given up.")
    assert "Relay access denied" in alarms.up[ALARM]


async def test_without_a_journal_it_is_begun_again_after_a_while(place, house, alarms):
    place.records.path.unlink()
    place.records.close()
    await house.turn()
    assert "there is no journal yet" in alarms.up[ALARM] and house.resume_at > house.clock.monotonic() + PAUSE - 5
    assert place.outbox.last_day() == date(2026, 3, 13)
