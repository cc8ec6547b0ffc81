"""Who was found, or not, a while ago? Remembers for a directory that has to be waited for, and asks it once at a time.

However many ask for one address at the same time, the directory is asked once. Who was found before still counts
for a while when the directory is down; who was not, does not: then the answer is "try again later".
"""

import asyncio
from collections import OrderedDict
from functools import partial

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.ports.clock import Clock
from gatepost.ports.directory import Directory, Found
from gatepost.ports.unavailable import Unavailable


class Known(Struct, frozen=True):
    """Somebody who was found; `until` when (seconds, monotonic) that needs no second look."""

    found: Found
    until: float


class Flight(Struct):
    """One question under way, and who waits for its answer: a future each, so that who leaves takes nobody along."""

    task: "asyncio.Task[Found | None]"
    waiting: "list[asyncio.Future[Found | None]]"


class CachedDirectory:
    """A `Directory` in front of another. Owned by one worker, by its event loop.

    Args:
        positive_ttl: seconds that a recipient who was found is remembered.
        negative_ttl: seconds that an unknown one is.
        keep_when_down: seconds after `positive_ttl` that he still counts if the directory does not answer.
        size: recipients remembered, and as many unknown ones apart, so that guessing drives nobody out.
    """

    def __init__(
        self,
        source: Directory,
        clock: Clock,
        *,
        positive_ttl: float,
        negative_ttl: float,
        keep_when_down: float,
        size: int,
    ) -> None:
        self.source, self.clock, self.size = source, clock, size
        self.positive_ttl, self.negative_ttl, self.keep_when_down = positive_ttl, negative_ttl, keep_when_down
        self.known: OrderedDict[str, Known] = OrderedDict()
        self.unknown: OrderedDict[str, float] = OrderedDict()
        self.flights: dict[str, Flight] = {}

    async def find(self, address: Address) -> Found | None:
        key = f"{address.local}@{address.domain}"  # with its case: what is one mailbox is for the directory to say
        now = self.clock.monotonic()
        known = self.known.get(key)
        if known is not None and now < known.until:
            return known.found
        until = self.unknown.get(key)
        if until is not None and now < until:
            return None
        try:
            return await self.ask(key, address)
        except Unavailable:
            if known is not None and now < known.until + self.keep_when_down:
                return known.found
            raise

    async def ask(self, key: str, address: Address) -> Found | None:
        loop = asyncio.get_running_loop()
        flight = self.flights.get(key)
        if flight is None:
            flight = Flight(loop.create_task(self.source.find(address)), [])
            self.flights[key] = flight
            flight.task.add_done_callback(partial(self.land, key, flight))
        waiter: asyncio.Future[Found | None] = loop.create_future()
        flight.waiting.append(waiter)
        try:
            return await waiter
        finally:
            waiter.cancel()  # who left wants no answer any more

    def land(self, key: str, flight: Flight, task: "asyncio.Task[Found | None]") -> None:
        """Remember the answer and give it to all who wait."""
        del self.flights[key]
        error = Unavailable("the look-up was given up") if task.cancelled() else task.exception()
        if error is None:
            self.remember(key, task.result())
        for waiter in flight.waiting:
            if waiter.done():  # left
                continue
            if error is None:
                waiter.set_result(task.result())
            else:
                waiter.set_exception(error)

    def remember(self, key: str, found: Found | None) -> None:
        now = self.clock.monotonic()
        self.known.pop(key, None)
        self.unknown.pop(key, None)
        if found is None:
            self.unknown[key] = now + self.negative_ttl
            if len(self.unknown) > self.size:
                self.unknown.popitem(last=False)
        else:
            self.known[key] = Known(found, now + self.positive_ttl)
            if len(self.known) > self.size:
                self.known.popitem(last=False)

    def close(self) -> None:
        """Give up what is under way."""
        for flight in list(self.flights.values()):
            flight.task.cancel()
