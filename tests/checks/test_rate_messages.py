"""Messages in a sliding hour."""

from gatepost.checks.rate_messages import Config, RateMessages
from gatepost.model.samples import mail
from gatepost.testing.fakes import FakeClock, FakeCounters


async def test_one_more_than_allowed_is_found_and_an_hour_later_forgotten():
    clock = FakeClock()
    check = RateMessages(Config(messages_per_hour=2), FakeCounters(clock))
    assert [bool((await check(mail())).findings) for _ in range(3)] == [False, False, True]
    clock.advance(3601)
    assert not (await check(mail())).findings


async def test_clients_are_counted_apart():
    check = RateMessages(Config(messages_per_hour=1), FakeCounters())
    await check(mail(client_ip="192.0.2.1"))
    assert not (await check(mail(client_ip="192.0.2.2"))).findings
