"""Who waits for which scan of one engine? What is known is said at once; the same octets are scanned once at a time.

A scan goes on when who asked has left: a client that was told to come back finds the verdict, or joins the scan, and
never starts a second one. One that has not begun, and that nobody waits for any more, is forgotten.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial

from gatepost.adapters.engines.sample import HeldSample
from gatepost.ports.clock import Clock
from gatepost.ports.scanner import Scanned, Scanner, Silent
from gatepost.ports.unavailable import Unavailable

VERDICTS = 10_000  # remembered by each worker
CLOSED = "the gateway ends"
Answer = Scanned | Silent


class Flight:
    """One scan, waiting to begin or under way, and who waits for it: a future each."""

    __slots__ = ("sample", "task", "waiting")

    def __init__(self, sample: HeldSample) -> None:
        self.sample = sample
        self.task: asyncio.Task[Scanned] | None = None
        self.waiting: list[asyncio.Future[Answer]] = []


class Desk:
    """All scans of one engine in one worker.

    Args:
        required: what `Silent` says of it.
        concurrency: scans under way at once.
        ttl: seconds for which a verdict is remembered.
    """

    def __init__(self, scanner: Scanner, clock: Clock, *, required: bool, concurrency: int, ttl: float) -> None:
        self.scanner, self.clock = scanner, clock
        self.required, self.concurrency, self.ttl = required, concurrency, ttl
        self.verdicts: OrderedDict[str, tuple[float, Scanned]] = OrderedDict()
        self.flights: dict[str, Flight] = {}
        self.queue: deque[Flight] = deque()
        self.under_way = 0
        self.seen = ""  # version by which the verdicts were given
        self.signatures = 0.0
        self.problem = ""  # of the last scan, "" if it went well

    @property
    def waiting(self) -> int:
        """Scans that have not begun."""
        return len(self.queue)

    def ask(self, sample: HeldSample) -> "Answer | asyncio.Future[Answer]":
        """The verdict, or what becomes it. Who does not want it any more cancels that."""
        known = self.verdicts.get(sample.digest)
        if known is not None and self.clock.monotonic() < known[0]:
            return known[1]
        flight = self.flights.get(sample.digest)
        if flight is None:
            sample.hold()
            flight = self.flights[sample.digest] = Flight(sample)
            self.queue.append(flight)
        waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        flight.waiting.append(waiter)
        waiter.add_done_callback(partial(self.leave, flight))
        self.begin()
        return waiter

    def leave(self, flight: Flight, waiter: "asyncio.Future[Answer]") -> None:
        """Somebody has his answer, or wants none any more."""
        if waiter in flight.waiting:
            flight.waiting.remove(waiter)
        if flight.task is None and not flight.waiting and flight in self.queue:
            self.queue.remove(flight)
            self.forget(flight)

    def begin(self) -> None:
        while self.queue and self.under_way < self.concurrency:
            flight = self.queue.popleft()
            self.under_way += 1
            flight.task = asyncio.get_running_loop().create_task(self.scanner.scan(flight.sample))
            flight.task.add_done_callback(partial(self.land, flight))

    def land(self, flight: Flight, task: "asyncio.Task[Scanned]") -> None:
        """Remember what came of a scan, and give it to all who wait."""
        self.under_way -= 1
        self.forget(flight)
        waiting, flight.waiting = flight.waiting, []
        settle = self.outcome(flight.sample.digest, task)
        for waiter in waiting:
            if not waiter.done():  # else he has left
                settle(waiter)
        self.begin()

    def outcome(self, digest: str, task: "asyncio.Task[Scanned]") -> "Callable[[asyncio.Future[Answer]], None]":
        """What is to be done with who waits."""
        if task.cancelled():
            return lambda waiter: waiter.set_result(self.silent(CLOSED))
        error = task.exception()
        if error is None:
            answer = task.result()
            self.remember(digest, answer)
            return lambda waiter: waiter.set_result(answer)
        if isinstance(error, Unavailable):
            self.problem = str(error)
            return lambda waiter: waiter.set_result(self.silent(str(error)))
        self.problem = type(error).__name__
        return lambda waiter: waiter.set_exception(error)  # a bug of ours: whoever asked tells of it

    def silent(self, reason: str) -> Silent:
        return Silent(engine=self.scanner.name, reason=reason, required=self.required)

    def remember(self, digest: str, answer: Scanned) -> None:
        """Other signatures may find what these did not."""
        self.problem = ""
        self.signatures = answer.signatures
        if answer.version != self.seen:
            self.verdicts.clear()
            self.seen = answer.version
        self.verdicts[digest] = (self.clock.monotonic() + self.ttl, answer)
        self.verdicts.move_to_end(digest)
        if len(self.verdicts) > VERDICTS:
            self.verdicts.popitem(last=False)

    def forget(self, flight: Flight) -> None:
        del self.flights[flight.sample.digest]
        flight.sample.leave()

    def close(self) -> None:
        """Whoever waits hears that there is no answer."""
        while self.queue:
            flight = self.queue.popleft()
            self.forget(flight)
            for waiter in tuple(flight.waiting):
                if not waiter.done():
                    waiter.set_result(self.silent(CLOSED))
        for flight in tuple(self.flights.values()):
            if flight.task is not None:
                flight.task.cancel()
