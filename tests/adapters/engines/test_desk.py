import asyncio
import gc

import pytest

from gatepost.adapters.engines.desk import VERDICTS, Desk
from gatepost.adapters.engines.desks import Desks
from gatepost.adapters.engines.sample import in_memory
from gatepost.ports.scanner import Scanned, Silent, Version
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fakes import FakeClock


class Slow:
    """Answers when it is told to. `begun` has what it has been asked, `now` how many at once."""

    def __init__(self, name="slow"):
        self.name = name
        self.begun = []
        self.now = self.most = 0
        self.may = asyncio.Event()
        self.error = None
        self.seen = "1"

    async def scan(self, sample):
        self.begun.append(b"".join(sample.chunks()))
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.may.wait()
            if self.error:
                raise self.error
            return Scanned(engine=self.name, infected=(f"found {len(self.begun)}",), version=self.seen)
        finally:
            self.now -= 1

    async def version(self):
        return Version(version=self.seen)


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def desk(slow, clock):
    return Desk(slow, clock, required=True, concurrency=2, ttl=600)


@pytest.fixture
def desks(desk, tmp_path):
    return Desks({"slow": desk}, tmp_path)


def asking(desks, octets):
    return asyncio.get_running_loop().create_task(desks.scan(octets, ("slow",)))


async def settled():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_verdict_is_remembered(slow, desks):
    slow.may.set()
    first = await desks.scan(b"x", ("slow",))
    assert await desks.scan(b"x", ("slow",)) == first
    assert slow.begun == [b"x"]


async def test_but_not_for_ever(slow, desks, clock):
    slow.may.set()
    await desks.scan(b"x", ("slow",))
    clock.advance(601)
    await desks.scan(b"x", ("slow",))
    assert slow.begun == [b"x", b"x"]


async def test_and_not_once_there_are_other_signatures(slow, desks):
    slow.may.set()
    await desks.scan(b"x", ("slow",))
    slow.seen = "2"
    await desks.scan(b"y", ("slow",))
    await desks.scan(b"x", ("slow",))
    assert slow.begun == [b"x", b"y", b"x"]


async def test_who_asks_for_the_same_joins_the_scan_under_way(slow, desks):
    asked = [asking(desks, b"x") for _ in range(10)]
    await settled()
    slow.may.set()
    assert {(await one)[0].infected for one in asked} == {("found 1",)}
    assert slow.begun == [b"x"]


async def test_a_retry_finds_the_scan_that_its_predecessor_has_left(slow, desks, desk):
    for _ in range(5):
        first = asking(desks, b"x")
        await settled()
        first.cancel()
        await settled()
    assert (slow.begun, desk.under_way) == ([b"x"], 1)
    slow.may.set()
    await settled()
    assert (await desks.scan(b"x", ("slow",)))[0].infected == ("found 1",)
    assert slow.begun == [b"x"]


async def test_no_more_are_scanned_at_once_than_is_set(slow, desks, desk):
    asked = [asking(desks, b"%d" % i) for i in range(7)]
    await settled()
    assert (slow.now, desk.waiting) == (2, 5)
    slow.may.set()
    assert len(await asyncio.gather(*asked)) == 7
    assert (slow.most, desk.waiting, desk.under_way) == (2, 0, 0)


async def test_what_has_not_begun_and_nobody_waits_for_is_forgotten(slow, desks, desk):
    asked = [asking(desks, b"%d" % i) for i in range(4)]
    await settled()
    asked[3].cancel()
    await settled()
    assert desk.waiting == 1
    slow.may.set()
    await asyncio.gather(*asked[:3])
    assert b"3" not in slow.begun and not desk.flights


async def test_no_answer_is_told_to_all_and_not_remembered(slow, desks, desk):
    slow.error = Unavailable("down")
    slow.may.set()
    answers = await asyncio.gather(*(asking(desks, b"x") for _ in range(3)))
    assert {each[0] for each in answers} == {Silent(engine="slow", reason="down", required=True)}
    assert desk.problem == "down"
    slow.error = None
    assert isinstance((await desks.scan(b"x", ("slow",)))[0], Scanned)
    assert desk.problem == ""


async def test_a_bug_is_not_taken_for_an_answer(slow, desks):
    slow.error = ZeroDivisionError()
    slow.may.set()
    with pytest.raises(ZeroDivisionError):
        await desks.scan(b"x", ("slow",))


async def test_one_engine_does_not_wait_for_the_other(slow, clock, tmp_path):
    quick = Slow("quick")
    quick.may.set()
    both = Desks(
        {each.name: Desk(each, clock, required=True, concurrency=1, ttl=1) for each in (slow, quick)}, tmp_path
    )
    asked = asyncio.get_running_loop().create_task(both.scan(b"x", ("slow", "quick")))
    await settled()
    assert quick.begun == [b"x"]
    slow.may.set()
    assert [each.engine for each in await asked] == ["slow", "quick"]


async def test_an_engine_that_is_not_there_is_no_answer(desks):
    with pytest.raises(Unavailable, match="no engine nobody"):
        await desks.scan(b"x", ("nobody",))


async def test_no_more_verdicts_are_remembered_than_there_is_room(desk):
    for i in range(VERDICTS + 10):
        desk.remember(str(i), Scanned(engine="slow", version="1"))
    assert len(desk.verdicts) == VERDICTS


async def test_when_it_closes_whoever_waits_hears_that(slow, desks):
    asked = [asking(desks, b"%d" % i) for i in range(4)]
    await settled()
    desks.close()
    assert [each[0].reason for each in await asyncio.gather(*asked)] == ["the gateway ends"] * 4
    assert slow.now == 0


async def test_a_sample_is_given_back_when_nobody_needs_it(slow, desk):
    sample = in_memory(b"x")
    waiter = desk.ask(sample)
    sample.leave()
    assert sample.users == 1
    slow.may.set()
    await waiter
    assert sample.users == 0


async def test_nothing_is_left_over(slow, desks, desk):
    slow.may.set()
    for i in range(100):
        await desks.scan(b"%d" % i, ("slow",))
    gc.collect()
    assert not desk.flights and not desk.queue and desk.under_way == 0
