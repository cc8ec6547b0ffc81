"""Which of several servers is asked now? The first that answers; who fails again and again is left alone a while."""

import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from gatepost.ports.clock import Clock
from gatepost.ports.unavailable import Unavailable

A = TypeVar("A")
T = TypeVar("T")
FAILURES = 3  # in a row, until nobody waits for it any more
FIRST_PAUSE = 1.0  # seconds until it is tried again; doubles with each trial that fails
LONGEST_PAUSE = 15.0  # seconds
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

    def __init__(self, address: A, clock: Clock) -> None:
        self.address, self.clock = address, clock
        self.failures = 0
        self.pause = FIRST_PAUSE
        self.closed_until = 0.0
        self.problem = ""  # of the last failure, "" once one has succeeded

    @property
    def is_open(self) -> bool:
        return self.failures < FAILURES or self.clock.monotonic() >= self.closed_until

    def succeeded(self) -> None:
        self.failures, self.pause, self.problem = 0, FIRST_PAUSE, ""

    def failed(self, problem: str) -> None:
        self.failures += 1
        self.problem = problem
        if self.failures >= FAILURES:
            self.closed_until = self.clock.monotonic() + self.pause
            self.pause = min(2 * self.pause, LONGEST_PAUSE)


class Turns(Generic[A]):
    """The servers of one engine, in order. Owned by its scanner.

    Args:
        name: of the engine.
    """

    def __init__(self, name: str, addresses: Sequence[A], clock: Clock) -> None:
        self.name = name
        self.places = tuple(Place(address, clock) for address in addresses)

    async def ask(self, attempt: Callable[[A], Awaitable[T]]) -> T:
        """The first answer. Raises `Unavailable` with what became of every server."""
        problems = []
        for place in self.places:
            if not place.is_open:
                problems.append(f"{place.address}: {place.problem}")
                continue
            try:
                answer = await attempt(place.address)
            except Failed as failed:
                place.failed(str(failed))
                problems.append(f"{place.address}: {failed}")
                if failed.is_final:
                    break
            else:
                place.succeeded()
                return answer
        raise Unavailable(f"{self.name}: {'; '.join(problems)}")
