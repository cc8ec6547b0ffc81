import asyncio
import gc

import pytest

from gatepost.engine.stepping import Done, first_step
from gatepost.gateway.directory_cache import CachedDirectory
from gatepost.model.address import Address, Domain
from gatepost.ports.directory import Found
from gatepost.ports.unavailable import Unavailable

COM = Domain("example.com")
ANN = Address("ann", COM)
POSITIVE, NEGATIVE, KEEP = 3600.0, 300.0, 86_400.0


class HeldClock:
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


class Slow:
    """A directory that answers only when `let_go`; knows all whose name begins with "a"."""

    def __init__(self) -> None:
        self.asked: list[Address] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def find(self, address: Address) -> Found | None:
        self.asked.append(address)
        await asyncio.sleep(0)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return Found(str(address), listed=True) if address.local.startswith("a") else None


@pytest.fixture
def clock():
    return HeldClock()


@pytest.fixture
async def source():
    return Slow()


@pytest.fixture
def directory(source, clock):
    return cached(source, clock)


def cached(source, clock, size=100):
    return CachedDirectory(source, clock, positive_ttl=POSITIVE, negative_ttl=NEGATIVE, keep_when_down=KEEP, size=size)


async def test_who_was_found_is_not_asked_for_again(directory, source, clock):
    found = await directory.find(ANN)
    clock.time += POSITIVE - 1
    assert await directory.find(ANN) == found == Found("ann@example.com", listed=True)
    assert len(source.asked) == 1


async def test_what_is_remembered_needs_no_wait(directory):
    await directory.find(ANN)
    assert isinstance(first_step(directory.find(ANN)), Done)


async def test_who_is_unknown_is_not_asked_for_again(directory, source, clock):
    assert await directory.find(Address("bob", COM)) is None
    clock.time += NEGATIVE - 1
    assert await directory.find(Address("bob", COM)) is None
    assert len(source.asked) == 1


@pytest.mark.parametrize(("local", "ttl"), [("ann", POSITIVE), ("bob", NEGATIVE)])
async def test_after_its_time_the_directory_is_asked_anew(directory, source, clock, local, ttl):
    await directory.find(Address(local, COM))
    clock.time += ttl
    await directory.find(Address(local, COM))
    assert len(source.asked) == 2


async def test_a_failure_is_not_remembered(directory, source):
    source.error = Unavailable("down")
    with pytest.raises(Unavailable):
        await directory.find(ANN)
    source.error = None
    assert await directory.find(ANN) is not None


async def test_who_was_found_before_counts_while_the_directory_is_down(directory, source, clock):
    found = await directory.find(ANN)
    source.error = Unavailable("down")
    clock.time += POSITIVE + KEEP - 1
    assert await directory.find(ANN) == found


async def test_he_does_not_count_for_ever(directory, source, clock):
    await directory.find(ANN)
    source.error = Unavailable("down")
    clock.time += POSITIVE + KEEP
    with pytest.raises(Unavailable):
        await directory.find(ANN)


async def test_who_was_unknown_before_is_not_called_so_while_the_directory_is_down(directory, source, clock):
    await directory.find(Address("bob", COM))
    source.error = Unavailable("down")
    clock.time += NEGATIVE
    with pytest.raises(Unavailable):
        await directory.find(Address("bob", COM))


async def test_who_is_gone_is_unknown_from_then_on(directory, source, clock, monkeypatch):
    await directory.find(ANN)
    clock.time += POSITIVE

    async def nobody(address):
        return None

    monkeypatch.setattr(source, "find", nobody)
    assert await directory.find(ANN) is None
    monkeypatch.setattr(source, "find", None)
    assert await directory.find(ANN) is None, "from memory"


async def test_a_hundred_at_once_are_one_question(directory, source):
    source.gate.clear()
    asking = [asyncio.create_task(directory.find(ANN)) for _ in range(100)]
    await asyncio.sleep(0)
    source.gate.set()
    assert len(set(await asyncio.gather(*asking))) == 1
    assert len(source.asked) == 1


async def test_a_failure_reaches_all_who_wait(directory, source):
    source.error = Unavailable("down")
    outcomes = await asyncio.gather(*(directory.find(ANN) for _ in range(5)), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["down"] * 5


async def test_a_bug_reaches_all_who_wait(directory, source):
    source.error = KeyError("bug")
    outcomes = await asyncio.gather(*(directory.find(ANN) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(outcome, KeyError) for outcome in outcomes)


async def test_who_leaves_takes_nobody_along(directory, source):
    source.gate.clear()
    first, second = (asyncio.create_task(directory.find(ANN)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    source.gate.set()
    assert await second is not None


async def test_when_all_have_left_the_answer_is_still_remembered(directory, source):
    source.gate.clear()
    only = asyncio.create_task(directory.find(ANN))
    await asyncio.sleep(0)
    only.cancel()
    source.gate.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert isinstance(first_step(directory.find(ANN)), Done)


async def test_an_abandoned_look_up_leaves_no_complaint_behind(directory, source):
    complaints = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context["message"]))
    source.gate.clear()
    source.error = Unavailable("down")
    abandoned = directory.find(ANN)
    abandoned.send(None)
    abandoned.close()
    source.gate.set()
    for _ in range(5):
        await asyncio.sleep(0)
    gc.collect()
    assert not complaints


async def test_a_look_up_may_begin_outside_any_task(directory):
    step = first_step(directory.find(ANN))
    assert not isinstance(step, Done)
    found = asyncio.get_running_loop().create_future()
    step.then(lambda result, error: found.set_result(result))
    assert await found is not None


async def test_closing_answers_those_who_wait(directory, source):
    source.gate.clear()
    waiting = asyncio.create_task(directory.find(ANN))
    await asyncio.sleep(0)
    directory.close()
    with pytest.raises(Unavailable):
        await waiting
    assert not directory.flights


async def test_guessing_drives_nobody_out(source, clock):
    directory = cached(source, clock, size=10)
    await directory.find(ANN)
    for n in range(50):
        await directory.find(Address(f"guess{n}", COM))
    assert (len(directory.known), len(directory.unknown)) == (1, 10)


async def test_the_oldest_go_when_it_is_full(source, clock):
    directory = cached(source, clock, size=10)
    for n in range(11):
        await directory.find(Address(f"a{n}", COM))
    assert list(directory.known) == [f"a{n}@example.com" for n in range(1, 11)]


async def test_another_case_is_another_question(directory, source):
    """Else somebody could make `user` unknown by asking for `USER` where the directory tells them apart."""
    await directory.find(Address("bob", COM))
    await directory.find(Address("BOB", COM))
    assert len(source.asked) == 2
