"""Connections in a sliding minute, by client and by network."""

from gatepost.checks.rate import Config, Rate
from gatepost.model.samples import connect
from gatepost.testing.fakes import FakeClock, FakeCounters


def made(**settings):
    clock = FakeClock()
    return Rate(Config(**settings), FakeCounters(clock)), clock


async def codes(check, ip="192.0.2.99"):
    return [finding.code for finding in (await check(connect(ip))).findings]


async def test_as_many_as_are_allowed_are_allowed():
    check, _ = made(connections_per_minute=3)
    assert [await codes(check) for _ in range(4)] == [[], [], [], ["rate.client_exceeded"]]


async def test_the_window_slides():
    check, clock = made(connections_per_minute=1)
    await codes(check)
    clock.advance(61)
    assert await codes(check) == []


async def test_a_network_is_counted_over_its_clients():
    check, _ = made(network_connections_per_minute=2)
    assert [await codes(check, f"192.0.2.{host}") for host in range(3)] == [[], [], ["rate.network_exceeded"]]
    assert await codes(check, "192.0.3.1") == []


async def test_client_and_network_are_told_together():
    check, _ = made(connections_per_minute=1, network_connections_per_minute=1)
    await codes(check)
    assert await codes(check) == ["rate.client_exceeded", "rate.network_exceeded"]


async def test_what_is_not_limited_is_not_counted():
    check, _ = made(connections_per_minute=0, network_connections_per_minute=0)
    await codes(check)
    assert check.is_idle() and not check.counters.events


async def test_one_limit_is_enough_to_have_something_to_do():
    check, _ = made(connections_per_minute=0)
    assert not check.is_idle()
