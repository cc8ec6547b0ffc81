"""Guessing names: counted per client over an hour, and forgotten after one."""

import pytest

from gatepost.checks.harvest import Config, Harvest
from gatepost.model.samples import found, rcpt
from gatepost.testing.fakes import FakeClock, FakeCounters


class Client:
    """One client that offers recipients one after another."""

    def __init__(self, **settings):
        self.clock = FakeClock()
        self.counters = FakeCounters(self.clock)
        self.check = Harvest(Config(**settings), self.counters)

    async def offers(self, unknown, ip="192.0.2.99"):
        so_far = found("recipient.unknown") if unknown else found()
        report = await self.check(rcpt("x@example.com", client_ip=ip, so_far=so_far))
        return [finding.code.partition(".")[2] for finding in report.findings]


@pytest.fixture
def client():
    return Client(suspicious=2, unknown_recipients=4)


async def test_suspicion_comes_before_certainty(client):
    assert [await client.offers(unknown=True) for _ in range(6)] == [
        [], [], ["suspected"], ["suspected"], ["detected"], ["detected"],
    ]  # fmt: skip


async def test_who_exists_is_never_counted(client):
    assert [await client.offers(unknown=False) for _ in range(9)] == [[]] * 9


async def test_a_suspect_may_still_write_to_who_exists(client):
    for _ in range(4):
        await client.offers(unknown=True)
    assert await client.offers(unknown=False) == []


async def test_who_guesses_is_refused_whomever_it_offers(client):
    for _ in range(5):
        await client.offers(unknown=True)
    assert await client.offers(unknown=False) == ["detected"]


async def test_while_it_is_refused_nothing_is_counted_so_that_it_ends(client):
    for _ in range(50):
        await client.offers(unknown=True)
    client.clock.advance(3601)
    assert await client.offers(unknown=True) == []


async def test_clients_of_one_ipv6_network_are_one_client(client):
    for host in range(5):
        await client.offers(unknown=True, ip=f"2001:db8::{host}")
    assert await client.offers(unknown=False, ip="2001:db8::ffff") == ["detected"]
    assert await client.offers(unknown=False, ip="2001:db8:0:1::1") == []
