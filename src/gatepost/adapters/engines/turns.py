"""Which of several servers is asked now? The first that answers; who fails again and again is left alone a while."""

import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from gatepost.engine.breaker import Breaker
from gatepost.ports.clock import Clock
from gatepost.ports.unavailable import Unavailable

A = TypeVar("A")
T = TypeVar("T")
FAILURES = 3  # in a row, until nobody waits for it any more
SHOWN = 160  # characters of what went wrong


class Failed(Exception):
    """One server gave no answer.

    Args:
        is_final: the next one would not either, or there is no time left to ask it.
    """

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason[:SHOWN])
        self.is_final = is_final


def why(error: Exception) -> str:
    """In the system's words, whichever loop has raised it."""
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number and number > 0 else str(error)


class Place(Generic[A]):
    """One server as this worker has seen it."""

    def __init__(self, address: A, breaker: Breaker) -> None:
        self.address, self.breaker = address, breaker

    @property
    def problem(self) -> str:
        """Of the last failure, "" once one has succeeded."""
        return self.breaker.problem


class Turns(Generic[A]):
    """The servers of one engine, in order. Owned by its scanner.

    Args:
        name: of the engine.
        patience: seconds within which an attempt ends by itself.
    """

    def __init__(self, name: str, addresses: Sequence[A], clock: Clock, patience: float) -> None:
        self.name = name
        self.places = tuple(Place(address, Breaker(clock, patience, FAILURES)) for address in addresses)

    async def ask(self, attempt: Callable[[A], Awaitable[T]]) -> T:
        """The first answer. Raises `Unavailable` with what became of every server."""
        problems = []
        for place in self.places:
            if not place.breaker.allows():
                problems.append(f"{place.address}: {place.problem}")
                continue
            try:
                answer = await attempt(place.address)
            except Failed as failed:
                place.breaker.failed(str(failed))
                problems.append(f"{place.address}: {failed}")
                if failed.is_final:
                    break
            else:
                place.breaker.succeeded()
                return answer
        raise Unavailable(f"{self.name}: {'; '.join(problems)}")
