"""Several coroutines wait at once, and are ended together."""

import asyncio

import pytest

from gatepost.auth.side_by_side import side_by_side
from gatepost.engine.stepping import Done, carry_on, first_step


async def at_once(value):
    return value


async def fails(error):
    raise error


class Bell:
    """Futures by number, and who was ended before his came."""

    def __init__(self):
        self.futures = {}
        self.ended = []

    async def wait(self, number, *more):
        try:
            for each in (number, *more):
                self.futures[each] = asyncio.get_running_loop().create_future()
                await self.futures[each]
        except BaseException:
            self.ended.append(number)
            raise
        return number


async def joined(*coroutines):
    return await side_by_side(coroutines)


def test_what_need_not_wait_runs_through():
    step = first_step(joined(at_once(1), at_once(2)))
    assert isinstance(step, Done) and step.value == (1, 2)


def test_nothing_is_nothing():
    assert first_step(joined()).value == ()


async def test_all_are_begun_before_any_is_waited_for_and_results_keep_their_order():
    bell = Bell()
    task = asyncio.create_task(joined(bell.wait(1), at_once("now"), bell.wait(2)))
    await asyncio.sleep(0)
    assert list(bell.futures) == [1, 2]
    bell.futures[2].set_result(None)
    bell.futures[1].set_result(None)
    assert await task == (1, "now", 2)


async def test_one_that_waits_again_goes_on_while_others_wait():
    bell = Bell()
    task = asyncio.create_task(joined(bell.wait(1, 11), bell.wait(2)))
    await asyncio.sleep(0)
    bell.futures[1].set_result(None)
    await asyncio.sleep(0.001)
    assert list(bell.futures) == [1, 2, 11]
    for future in (bell.futures[2], bell.futures[11]):
        future.set_result(None)
    assert await task == (1, 2)


async def test_it_goes_on_as_the_engine_steps_it_without_a_task():
    bell = Bell()
    coroutine = joined(bell.wait(1), bell.wait(2))
    waited = coroutine.send(None)
    task = carry_on(coroutine, waited)
    for future in bell.futures.values():
        future.set_result(None)
    assert await task == (1, 2)


async def test_what_one_raises_ends_all():
    bell = Bell()
    with pytest.raises(KeyError):
        await joined(bell.wait(1), fails(KeyError("x")), bell.wait(2))
    assert bell.ended == [1]  # the last was never begun
    assert 2 not in bell.futures


async def test_what_was_waited_for_may_fail():
    bell = Bell()
    task = asyncio.create_task(joined(bell.wait(1), bell.wait(2)))
    await asyncio.sleep(0)
    bell.futures[1].set_exception(OSError("gone"))
    with pytest.raises(OSError, match="gone"):
        await task
    assert bell.ended == [1, 2]


async def test_cancellation_ends_all():
    bell = Bell()
    task = asyncio.create_task(joined(bell.wait(1), bell.wait(2)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(bell.ended) == [1, 2]


def test_who_leaves_takes_all_along():
    loop = asyncio.new_event_loop()
    bell = Bell()

    async def begin():
        coroutine = joined(bell.wait(1), bell.wait(2))
        coroutine.send(None)
        coroutine.close()

    loop.run_until_complete(begin())
    loop.close()
    assert sorted(bell.ended) == [1, 2]
