"""Recipients in a sliding hour."""

from gatepost.checks.rate_recipients import Config, RateRecipients
from gatepost.model.samples import rcpt
from gatepost.testing.fakes import FakeClock, FakeCounters


async def test_one_more_than_allowed_is_found_and_an_hour_later_forgotten():
    clock = FakeClock()
    check = RateRecipients(Config(recipients_per_hour=2), FakeCounters(clock))
    assert [bool((await check(rcpt())).findings) for _ in range(3)] == [False, False, True]
    clock.advance(3601)
    assert not (await check(rcpt())).findings


async def test_nothing_is_counted_where_nothing_is_limited():
    check = RateRecipients(Config(), FakeCounters())
    await check(rcpt())
    assert check.is_idle() and not check.counters.events
