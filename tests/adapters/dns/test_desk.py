import asyncio
import gc
import time
import tracemalloc

import pytest
import uvloop

from gatepost.adapters.dns.desk import SHOWN
from gatepost.adapters.dns.reply import RECORDS
from gatepost.adapters.dns.resolver import Resolver
from gatepost.engine.stepping import Done, carry_on, first_step
from gatepost.gateway.clock import SystemClock
from gatepost.ports.dns import Answer
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fakes import FakeClock
from tests.adapters.dns.conftest import quick
from tests.adapters.dns.ears import forgotten
from tests.servers.names import FAULT, TTL, Fault, Slow

TEXT = {"TXT": ["text"]}


@pytest.fixture
def clock():
    return FakeClock()


# ── memory ───────────────────────────────────────────────────────────────────
async def test_what_is_known_is_said_without_a_wait_and_without_a_question(resolving, names):
    names.names = {"x.test": TEXT}
    dns = resolving()
    answer = await dns.txt("x.test")
    again = first_step(dns.txt("x.test"))
    assert isinstance(again, Done)
    assert again.value is answer
    assert names.count("x.test") == 1


@pytest.mark.parametrize(
    ("ttl", "holds"), [(30, 30), (0, 5), (4, 5), (86_400, 60)], ids=["as-told", "none", "short", "long"]
)
async def test_an_answer_holds_as_long_as_its_ttl_within_bounds(resolving, names, clock, ttl, holds):
    names.names = {"x.test": {**TEXT, TTL: ttl}}
    dns = resolving(clock=clock, min_ttl=5, max_ttl=60)
    await dns.txt("x.test")
    clock.advance(holds - 1)
    await dns.txt("x.test")
    assert names.count("x.test") == 1
    clock.advance(1)
    await forgotten()
    await dns.txt("x.test")
    assert names.count("x.test") == 2


@pytest.mark.parametrize("record", [{}, {"A": ["192.0.2.1"]}, {"CNAME": "y.test"}], ids=str)
async def test_there_is_none_is_remembered_too(resolving, names, clock, record):
    names.names = {"y.test": {"A": ["192.0.2.1"]}} | ({"x.test": record} if record else {})
    names.negative_ttl = 3600
    dns = resolving(clock=clock, negative_ttl=40)
    assert await dns.txt("x.test") == Answer((), exists=bool(record))
    clock.advance(39)
    assert isinstance(first_step(dns.txt("x.test")), Done)
    names.names = {"x.test": TEXT}
    clock.advance(1)
    await forgotten()
    assert (await dns.txt("x.test")).records == (b"text",)


async def test_none_of_an_alias_holds_no_longer_than_the_alias(resolving, names, clock):
    names.names = {"y.test": {"A": ["192.0.2.1"]}, "x.test": {"CNAME": "y.test", TTL: 10}}
    dns = resolving(clock=clock, negative_ttl=40)
    await dns.txt("x.test")
    clock.advance(10)
    assert not isinstance(first_step(dns.txt("x.test")), Done)


async def test_a_failure_is_remembered_for_a_moment(resolving, names, clock):
    names.names = {"x.test": {**TEXT, FAULT: Fault.SERVFAIL}}
    dns = resolving(clock=clock, failure_ttl=3)
    for _ in range(3):
        with pytest.raises(Unavailable, match=r"^dns: x\.test TXT: SERVFAIL$"):
            await dns.txt("x.test")
    assert names.count("x.test") == 2  # both tries were the first question's
    names.names = {"x.test": TEXT}
    clock.advance(3)
    assert (await dns.txt("x.test")).records == (b"text",)


async def test_types_are_remembered_apart(resolving, names):
    names.names = {"x.test": {**TEXT, "A": ["192.0.2.1"]}}
    dns = resolving()
    await dns.txt("x.test")
    await dns.a("x.test")
    assert (names.count("x.test", "TXT"), names.count("x.test", "A")) == (1, 1)


async def test_real_time_ends_what_is_remembered(resolving, names):
    names.names = {"x.test": {**TEXT, TTL: 1}}
    dns = resolving()
    await dns.txt("x.test")
    await dns.txt("x.test")
    await asyncio.sleep(1.1)
    await dns.txt("x.test")
    assert names.count("x.test") == 2


async def test_what_is_remembered_takes_no_more_memory_than_it_says(resolving, names):
    names.names = {"*.large.test": {"TXT": [b"x" * 30_000]}, "*.many.test": {"A": [f"192.0.2.{i}" for i in range(50)]}}
    dns = resolving(cache_memory=1024**2)
    await dns.txt("first.large.test")
    gc.collect()
    tracemalloc.start()
    for i in range(80):
        await dns.txt(f"n{i}.large.test")
        await dns.a(f"n{i}.many.test")
    names.asked.clear()
    gc.collect()
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert dns.texts.cache.held <= 1024**2
    assert grown < 1.5 * (dns.texts.cache.held + dns.addresses4.cache.held)


# ── one question for all ─────────────────────────────────────────────────────
async def test_many_who_ask_at_a_time_are_one_question(resolving, names):
    names.names = {"x.test": {**TEXT, FAULT: Slow(0.05)}}
    dns = resolving()
    answers = await asyncio.gather(*(dns.txt("x.test") for _ in range(50)))
    assert {answer.records for answer in answers} == {(b"text",)}
    assert names.count("x.test") == 1


@pytest.mark.parametrize("leaves", [0, 1])
async def test_who_leaves_takes_nobody_along(resolving, names, leaves):
    names.names = {"x.test": {**TEXT, FAULT: Slow(0.05)}}
    dns = resolving()
    tasks = [asyncio.create_task(dns.txt("x.test")) for _ in range(2)]
    await asyncio.sleep(0.01)
    tasks[leaves].cancel()
    assert (await tasks[1 - leaves]).records == (b"text",)
    assert names.count("x.test") == 1


async def test_an_answer_is_remembered_though_all_have_left(resolving, names):
    names.names = {"x.test": {**TEXT, FAULT: Slow(0.05)}}
    dns = resolving()
    task = asyncio.create_task(dns.txt("x.test"))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.sleep(0.15)
    assert isinstance(first_step(dns.txt("x.test")), Done)


async def test_a_failure_is_told_to_all_who_wait(resolving, names):
    names.fault = Fault.SILENT
    dns = resolving()
    outcomes = await asyncio.gather(*(dns.txt("x.test") for _ in range(3)), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["dns: x.test TXT: timed out"] * 3


async def test_it_can_be_asked_outside_a_task(resolving, names):
    names.names = {"x.test": TEXT}
    coroutine = resolving().txt("x.test")
    waited = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(lambda: waited.set_result(coroutine.send(None)))  # no task runs it
    answer = await carry_on(coroutine, await waited)
    assert answer.records == (b"text",)


# ── names ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["", ".", "a..b", "x.test.", "é.test", "a\0b.test", "a" * 64 + ".test", "a." * 127])
async def test_nobody_is_asked_for_a_name_that_no_query_can_carry(resolving, names, name):
    dns = resolving()
    done = first_step(dns.txt(name))
    assert isinstance(done, Done)
    assert done.value == Answer(exists=False)
    assert not names.asked


async def test_a_reason_shows_no_more_of_a_name_than_a_trace_needs(resolving, names):
    names.fault = Fault.SERVFAIL
    name = ".".join(["a" * 60] * 4)
    with pytest.raises(Unavailable) as raised:
        await resolving().txt(name)
    assert str(raised.value) == f"dns: {name[:SHOWN]}… TXT: SERVFAIL"


# ── no answer ────────────────────────────────────────────────────────────────
async def test_an_answer_that_is_too_large_is_none(resolving, names):
    names.names = {"x.test": {"A": [f"10.0.{i >> 8}.{i & 255}" for i in range(RECORDS + 1)]}}
    with pytest.raises(Unavailable, match=r"^dns: x\.test A: bad answer: more than 500 records$"):
        await resolving().a("x.test")


async def test_the_deadline_ends_it_whatever_is_left_to_try(resolving, names):
    names.fault = Fault.SILENT
    began = time.monotonic()
    with pytest.raises(Unavailable, match="timed out"):
        await resolving(tries=10, deadline=0.35).txt("x.test")
    assert 0.3 < time.monotonic() - began < 0.6


async def test_while_no_resolver_answers_who_asks_hears_so_at_once(resolving, names):
    names.names = {"known.test": TEXT}
    dns = resolving()
    known = await dns.txt("known.test")
    dns.servers.are_mute = True
    asked = first_step(dns.txt("known.test"))
    assert isinstance(asked, Done) and asked.value is known
    with pytest.raises(Unavailable, match="no resolver answers"):
        dns.txt("x.test").send(None)
    dns.servers.are_mute = False
    assert await dns.txt("x.test") == Answer(exists=False)


# ── the end ──────────────────────────────────────────────────────────────────
async def test_closing_tells_who_waits_and_who_asks_later(resolving, names):
    names.fault = Fault.SILENT
    dns = resolving()
    task = asyncio.create_task(dns.txt("x.test"))
    await asyncio.sleep(0.01)
    dns.close()
    for question in (task, dns.txt("y.test")):
        with pytest.raises(Unavailable, match="closed"):
            await question


@pytest.mark.parametrize("name", ["x.test", "n+.test"])
@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_loop_that_ends_at_once_after_closing_says_nothing(names, capfd, caplog, new_loop, name):
    names.fault = Fault.SILENT
    loop = new_loop()
    dns = Resolver(quick(names.where), SystemClock())

    async def ask():
        dns.txt(name).send(None)

    loop.run_until_complete(ask())
    dns.close()
    loop.close()
    time.sleep(0.3)
    gc.collect()
    assert capfd.readouterr().err == ""
    assert caplog.records == []
