from gatepost.checks.dkim_replay import SIGNED, Config, DkimReplay
from gatepost.model.samples import found, message
from gatepost.testing.fakes import FakeClock, FakeCounters


async def test_AUTHN_61_the_same_signed_message_a_thousand_times():
    check = DkimReplay(Config(), FakeCounters(FakeClock(), {}))
    at = message(so_far=found(values=(SIGNED,)))
    reports = [await check(at) for _ in range(1000)]
    assert [len(report.findings) for report in reports] == [0] * 200 + [1] * 800


async def test_where_any_number_is_nothing_special_nothing_is_counted():
    counters = FakeCounters(FakeClock(), {})
    check = DkimReplay(Config(messages_per_hour=0), counters)
    assert check.is_idle()
    assert not (await check(message(so_far=found(values=(SIGNED,))))).findings
    assert await counters.peek("replay:example.net:AbCdEf", window=3600.0) == 0
