"""Run a coroutine to its end at once if it never waits; carry the rest of it on only if it does.

`coro.send(None)` costs 0.4 µs, a task 10. A coroutine run this way, outside any task, may await plain futures but
not `asyncio.timeout` or anything else that asks for the current task. Who must be able to cancel it makes a task
of the rest with `carry_on`; who only wants its result has it carried on by `Pending`, for half the price.
"""

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Done(Struct, frozen=True):
    """It ended at its first step."""

    value: Any


class Pending(Generic[T]):
    """A coroutine that waits, and goes on whenever what it waits for is there. Nobody can cancel it.

    Args:
        coroutine: stepped once.
        waited: the future it waits for.
    """

    __slots__ = ("coroutine", "tell")

    def __init__(self, coroutine: Coroutine[Any, Any, T], waited: "asyncio.Future[Any]") -> None:
        self.coroutine = coroutine
        self.tell: Callable[[T | None, BaseException | None], None] = unheard
        self.wait_for(waited)

    def then(self, tell: Callable[[T | None, BaseException | None], None]) -> None:
        """Call this once, with the result, or with None and what was raised."""
        self.tell = tell

    def wait_for(self, waited: "asyncio.Future[Any]") -> None:
        waited._asyncio_future_blocking = False  # as a task says that it has seen it (PEP 3156's handshake)
        waited.add_done_callback(self.go_on)

    def go_on(self, waited: "asyncio.Future[Any]") -> None:
        try:
            further = self.coroutine.send(None)  # what it waited for gives it the result, or raises
        except StopIteration as end:
            self.tell(end.value, None)
        except BaseException as error:  # whose it is, whoever asked for the result must know
            self.tell(None, error)
        else:
            self.wait_for(further)


def unheard(result: object, error: BaseException | None) -> None:
    """Nobody has asked."""


def first_step(coroutine: Coroutine[Any, Any, T]) -> "Done | Pending[T]":
    """`Done` with the result, or `Pending` that carries on from where it waits. Raises what it raised."""
    try:
        waited = coroutine.send(None)
    except StopIteration as end:
        return Done(end.value)
    return Pending(coroutine, waited)


def carry_on(coroutine: Coroutine[Any, Any, T], waited: Any) -> "asyncio.Task[T]":
    """A task for the rest of a coroutine that has been stepped once and waits for `waited`."""
    return asyncio.get_running_loop().create_task(finish(coroutine, waited))


async def finish(coroutine: Coroutine[Any, Any, T], waited: Any) -> T:
    return await rest(coroutine, waited)


@types.coroutine
def rest(coroutine: Coroutine[Any, Any, T], waited: Any) -> Generator[Any, Any, T]:
    """Hand on what the coroutine waits for, and what comes back, until it returns."""
    try:
        while True:
            try:
                sent = yield waited
            except GeneratorExit:  # nobody waits any more: the loop has ended
                coroutine.close()
                raise
            except BaseException as error:  # cancellation too belongs to the coroutine
                waited = coroutine.throw(error)
            else:
                waited = coroutine.send(sent)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        del waited  # a future keeps its exception, whose traceback keeps this frame
