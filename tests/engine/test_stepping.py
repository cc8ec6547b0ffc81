"""Run a coroutine to its end at once if it never waits."""

import asyncio

import pytest

from gatepost.engine.stepping import Done, carry_on, first_step


async def at_once(value):
    return value


async def waiting(*futures):
    return [await future for future in futures]


def futures(number):
    loop = asyncio.get_running_loop()
    return [loop.create_future() for _ in range(number)]


def test_what_never_waits_needs_no_loop():
    assert first_step(at_once(7)) == Done(7)


def test_what_it_raises_is_raised():
    async def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        first_step(broken())


async def test_what_waits_becomes_a_task_that_goes_on_from_there():
    one, other = futures(2)
    task = first_step(waiting(one, other))
    one.set_result(1)
    await asyncio.sleep(0)
    assert not task.done()
    other.set_result(2)
    assert await task == [1, 2]


async def test_a_coroutine_that_has_been_stepped_by_its_caller_is_carried_on():
    (future,) = futures(1)
    coroutine = waiting(future)
    task = carry_on(coroutine, coroutine.send(None))
    future.set_result(3)
    assert await task == [3]


async def test_an_exception_of_what_is_waited_for_belongs_to_the_coroutine():
    (future,) = futures(1)

    async def careful():
        try:
            await future
        except ZeroDivisionError:
            return "caught"

    task = first_step(careful())
    future.set_exception(ZeroDivisionError())
    assert await task == "caught"


async def test_an_exception_that_it_does_not_catch_is_the_tasks():
    (future,) = futures(1)
    task = first_step(waiting(future))
    future.set_exception(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await task


async def test_cancelling_the_task_cancels_what_it_waits_for():
    (future,) = futures(1)
    task = first_step(waiting(future))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert future.cancelled()


async def test_a_coroutine_may_survive_its_cancellation():
    first, second = futures(2)

    async def stubborn():
        try:
            await first
        except asyncio.CancelledError:
            return await second

    task = first_step(stubborn())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    second.set_result("cleaned up")
    assert await task == "cleaned up"


async def test_what_nobody_waits_for_any_more_is_closed():
    (future,) = futures(1)
    ended = []

    async def tidy():
        try:
            await future
        finally:
            ended.append(True)

    coroutine = tidy()
    waited = coroutine.send(None)
    task = carry_on(coroutine, waited)
    await asyncio.sleep(0)
    task.get_coro().close()
    assert ended
    task._log_destroy_pending = False
    task.cancel()
