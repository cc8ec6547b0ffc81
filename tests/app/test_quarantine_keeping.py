"""The housekeeper's turn for the quarantine, and what an operator hears of it."""

import pytest
from structlog.testing import capture_logs

from gatepost.app.quarantine import file_quarantine, upkeep
from gatepost.app.quarantine_keeping import BROKEN, FULL, QuarantineKeeping
from gatepost.gateway.clock import SystemClock
from gatepost.gateway.outgoing import Outgoing
from gatepost.model.samples import Octets, address
from gatepost.ports.backend import Envelope
from gatepost.ports.quarantine import Grounds
from gatepost.testing.fakes import FakeAlarms, FakeClock
from tests.config.texts import loaded


@pytest.fixture
def alarms():
    return FakeAlarms()


@pytest.fixture
def keeping(tmp_path, alarms):
    return made(tmp_path, alarms)


def made(tmp_path, alarms, **section):
    settings = loaded({"gateway": {"data_dir": str(tmp_path)}, "quarantine": {"size": "1MiB", **section}}).settings
    return QuarantineKeeping(settings, alarms)


def put(keeping, clock=None, octets=100):
    store = file_quarantine(keeping.settings, clock or SystemClock())
    envelope = Envelope(sender=None, recipients=(address("bob@example.com"),), size=octets)
    return store.store("T1", envelope, Outgoing(b"Received: x\r\n", Octets(b"x" * octets)), Grounds("held"))


async def test_where_nothing_is_held_nothing_is_said(keeping, alarms):
    with capture_logs() as said:
        await keeping.turn()
    assert not said and not alarms.told


async def test_what_expires_is_logged(keeping, alarms):
    put(keeping, FakeClock())
    with capture_logs() as said:
        await keeping.turn()
        await keeping.turn()
    assert [(line["event"], line["expired"]) for line in said] == [("quarantine kept", 1)] and not alarms.told


async def test_a_quarantine_that_is_nearly_full_is_told_until_there_is_room(keeping, alarms):
    put(keeping, octets=1000 * 1024)
    await keeping.turn()
    assert alarms.up[FULL].startswith("The quarantine is full to 97 % of 1MiB.")
    held = keeping.upkeep.holdings
    held.used.recount(100)
    await keeping.turn()
    assert not alarms.up


async def test_where_the_oldest_go_it_may_be_full(tmp_path, alarms):
    keeping = made(tmp_path, alarms, when_full="expire-oldest")
    put(keeping, octets=1000 * 1024)
    await keeping.turn()
    assert not alarms.up


async def test_a_disk_that_fails_is_told_and_tried_again(keeping, alarms, tmp_path):
    put(keeping)
    await keeping.turn()
    entries = tmp_path / "quarantine" / "new" / "ff"
    entries.rename(tmp_path / "away")
    await keeping.turn()
    assert alarms.up[BROKEN].startswith("The quarantine cannot be read or written: ")
    (tmp_path / "away").rename(entries)
    await keeping.turn()
    assert not alarms.up


async def test_a_key_that_is_missing_is_told(tmp_path, alarms):
    (tmp_path / "key").write_text("ab" * 32)
    keeping = made(tmp_path, alarms, key_file=str(tmp_path / "key"))
    put(keeping)
    (tmp_path / "key").write_text("cd" * 32)
    await keeping.turn()
    assert alarms.up[BROKEN].startswith("In the quarantine 1 records cannot be read: ")
    (tmp_path / "key").write_text("short")
    keeping.upkeep = None
    await keeping.turn()
    assert "the key of the quarantine" in alarms.up[BROKEN] and "short" not in alarms.up[BROKEN]


def test_upkeep_reads_the_same_place(keeping):
    put(keeping)
    assert len(upkeep(keeping.settings, SystemClock()).holdings.copies("x")) == 0
