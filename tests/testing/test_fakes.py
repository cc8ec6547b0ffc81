"""The fakes keep what their ports promise."""

from ipaddress import ip_address

import pytest

from gatepost.model.address import Address, Domain
from gatepost.model.reply import Reply
from gatepost.model.samples import Octets, address
from gatepost.model.trace import End, Trace
from gatepost.ports.backend import Envelope
from gatepost.ports.lists import BadList
from gatepost.ports.quarantine import Grounds
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fakes import (
    FakeAlarms,
    FakeBackend,
    FakeClock,
    FakeCounters,
    FakeDirectories,
    FakeGauges,
    FakeJournal,
    FakeLists,
    FakeMemory,
    FakeQuarantine,
)

BOB, CAROL = address("bob@example.com"), address("carol@example.com")
CONTENT = Octets(b"Subject: x\r\n\r\nHi\r\n")
GONE = Reply(550, "5.1.1", "Gone")


def envelope(*recipients):
    return Envelope(sender=None, recipients=recipients, size=CONTENT.size)


def trace():
    return Trace(
        id="t", session="s", node="n", worker=0, listener="l", began=0.0, elapsed=0.0, client_ip="192.0.2.1",
        client_port=1, server="x", end=End.IDLE,
    )  # fmt: skip


async def test_counters_forget_what_lies_outside_the_window():
    clock = FakeClock()
    counters = FakeCounters(clock, {"k": 2})
    assert await counters.hit("k", window=60, amount=3) == 5
    clock.advance(60)
    assert await counters.hit("k", window=60) == 1
    assert await counters.peek("k", window=61) == 6
    assert await counters.peek("other", window=60) == 0


async def test_counters_that_are_down():
    counters = FakeCounters()
    counters.down = True
    for answer in (counters.hit("k", window=1), counters.peek("k", window=1)):
        with pytest.raises(Unavailable):
            await answer


def test_gauges_go_up_and_down():
    gauges = FakeGauges()
    assert [gauges.enter("k"), gauges.enter("k"), gauges.level("k")] == [1, 2, 2]
    gauges.leave("k")
    assert gauges.level("k") == 1


async def test_memory_forgets_in_time():
    clock = FakeClock()
    memory = FakeMemory(clock)
    await memory.put("k", "v", ttl=10)
    assert await memory.get("k") == "v"
    clock.advance(10)
    assert await memory.get("k") is None
    assert await memory.get("other") is None


async def test_memory_that_is_down():
    memory = FakeMemory()
    memory.down = True
    for answer in (memory.get("k"), memory.put("k", "v", ttl=1)):
        with pytest.raises(Unavailable):
            await answer


async def test_directories():
    directories = FakeDirectories({"example.com": ("bob",), "example.org": "any"})
    assert directories.is_ours("example.org") and not directories.is_ours("example.net")
    listed = await directories.find(BOB)
    anybody = await directories.find(Address("x", Domain("example.org")))
    assert listed and listed.listed and anybody and not anybody.listed
    assert await directories.find(CAROL) is None
    directories.down = True
    with pytest.raises(Unavailable):
        await directories.find(BOB)


def test_lists_of_networks():
    opened = FakeLists({"f": ("192.0.2.0/24", "@example.net")}).open(("198.51.100.7",), "f")
    assert opened.has_network(ip_address("192.0.2.9")) == "192.0.2.0/24"
    assert opened.has_network(ip_address("198.51.100.7")) == "198.51.100.7"
    assert opened.has_network(ip_address("203.0.113.1")) is None


def test_a_list_without_its_file():
    with pytest.raises(BadList):
        FakeLists().open((), "missing")


async def test_a_backend_takes_what_it_does_not_refuse():
    backend = FakeBackend(refused={"carol@example.com": GONE})
    taken = await backend.deliver(envelope(BOB), CONTENT)
    refused = await backend.deliver(envelope(BOB, CAROL), CONTENT)
    assert taken.taken and not refused.taken
    assert refused.refused == ((CAROL, GONE),)
    assert backend.messages == [(envelope(BOB), CONTENT.octets)]
    assert await backend.verify(None, CAROL) == GONE
    assert backend.extensions().eight_bit_mime


async def test_a_backend_that_refuses_the_content_has_nothing():
    backend = FakeBackend()
    backend.reply = Reply(554, "5.6.0", "No")
    assert not (await backend.deliver(envelope(BOB), CONTENT)).taken
    assert backend.messages == []


async def test_a_backend_that_is_down():
    backend = FakeBackend()
    backend.down = True
    for answer in (backend.deliver(envelope(BOB), CONTENT), backend.verify(None, BOB)):
        with pytest.raises(Unavailable):
            await answer


async def test_the_quarantine_holds_the_same_once():
    quarantine = FakeQuarantine()
    first = await quarantine.put("t1", envelope(BOB, CAROL), CONTENT, Grounds("virus"))
    again = await quarantine.put("t2", envelope(CAROL, BOB), CONTENT, Grounds("virus"))
    other = await quarantine.put("t3", envelope(BOB), CONTENT, Grounds("virus"))
    assert first == again[::-1] and other == first[:1] and len(quarantine.held) == 2
    quarantine.down = True
    with pytest.raises(Unavailable):
        await quarantine.put("t4", envelope(BOB), CONTENT, Grounds("virus"))


async def test_the_journal_keeps_order_and_counts_what_it_could_not_take():
    journal = FakeJournal()
    assert journal.record(trace()) and await journal.record_later(trace())
    journal.full = True
    assert not journal.record(trace()) and not await journal.record_later(trace())
    assert (len(journal.traces), journal.lost) == (2, 1)


def test_alarms_are_up_until_all_is_clear():
    alarms = FakeAlarms()
    alarms.raise_alarm("a", "broken")
    alarms.all_clear("b", "never was")
    assert (alarms.up, alarms.told) == ({"a": "broken"}, ["broken"])
    alarms.all_clear("a", "mended")
    assert (alarms.up, alarms.told) == ({}, ["broken", "mended"])
