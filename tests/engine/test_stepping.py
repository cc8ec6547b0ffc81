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


def as_task(coroutine):
    return carry_on(coroutine, coroutine.send(None))


def test_what_never_waits_needs_no_loop():
    assert first_step(at_once(7)) == Done(7)


def test_what_it_raises_is_raised():
    async def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        first_step(broken())


def heard(pending):
    """What a pending coroutine comes to, as (result, error), once it has."""
    told = []
    pending.then(lambda result, error: told.append((result, error)))
    return told


async def test_what_waits_is_carried_on_from_there_without_a_task():
    one, other = futures(2)
    told = heard(first_step(waiting(one, other)))
    tasks = len(asyncio.all_tasks())
    one.set_result(1)
    await asyncio.sleep(0)
    assert not told and len(asyncio.all_tasks()) == tasks
    other.set_result(2)
    await asyncio.sleep(0)
    assert told == [([1, 2], None)]


async def test_what_is_raised_is_told():
    (future,) = futures(1)
    told = heard(first_step(waiting(future)))
    error = ZeroDivisionError()
    future.set_exception(error)
    await asyncio.sleep(0)
    assert told == [(None, error)]


async def test_what_is_waited_for_may_be_cancelled():
    (future,) = futures(1)
    told = heard(first_step(waiting(future)))
    future.cancel()
    await asyncio.sleep(0)
    assert isinstance(told[0][1], asyncio.CancelledError)


async def test_nobody_need_ask_for_the_result():
    (future,) = futures(1)
    first_step(waiting(future))
    future.set_result(1)
    await asyncio.sleep(0)
    assert future.done()


async def test_a_coroutine_that_has_been_stepped_by_its_caller_is_carried_on():
    (future,) = futures(1)
    task = as_task(waiting(future))
    future.set_result(3)
    assert await task == [3]


async def test_an_exception_of_what_is_waited_for_belongs_to_the_coroutine():
    (future,) = futures(1)

    async def careful():
        try:
            await future
        except ZeroDivisionError:
            return "caught"

    task = as_task(careful())
    future.set_exception(ZeroDivisionError())
    assert await task == "caught"


async def test_an_exception_that_it_does_not_catch_is_the_tasks():
    (future,) = futures(1)
    task = as_task(waiting(future))
    future.set_exception(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await task


async def test_cancelling_the_task_cancels_what_it_waits_for():
    (future,) = futures(1)
    task = as_task(waiting(future))
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

    task = as_task(stubborn())
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
