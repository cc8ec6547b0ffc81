"""Who waits for which answer of one record type? What is known is said at once; the rest is asked once at a time."""

import asyncio
from functools import partial
from typing import Generic, TypeVar

from msgspec import Struct

from gatepost.adapters.dns.cache import Cache
from gatepost.adapters.dns.lookup import Failure, Lookup
from gatepost.adapters.dns.message import Reply, question
from gatepost.adapters.dns.names import on_the_wire
from gatepost.adapters.dns.records import Kind
from gatepost.adapters.dns.servers import Servers
from gatepost.adapters.dns.settings import DnsSettings
from gatepost.ports.clock import Clock
from gatepost.ports.dns import Answer
from gatepost.ports.unavailable import Unavailable

T = TypeVar("T")
ENTRY = 512  # octets that anything remembered takes beside name and records
SHOWN = 100  # characters of a name in a reason: it stands in traces


class Flight(Struct, Generic[T]):
    """One look-up under way, and who waits for it: a future each, so that who leaves takes nobody along."""

    lookup: Lookup[T]
    waiting: "list[asyncio.Future[Answer[T] | Failure]]"


class Desk(Generic[T]):
    """All questions of one record type. Owned by one `Resolver`."""

    def __init__(self, kind: Kind[T], settings: DnsSettings, servers: Servers, clock: Clock) -> None:
        self.kind, self.settings, self.servers, self.clock = kind, settings, servers, clock
        self.cache: Cache[Answer[T] | Failure] = Cache(settings.cache_entries, settings.cache_memory)
        self.flights: dict[str, Flight[T]] = {}
        self.is_closed = False

    async def ask(self, name: str) -> Answer[T]:
        """Raises `Unavailable`; its text is short, for a trace."""
        known = self.cache.get(name, self.clock.monotonic())
        if known is None:
            known = await self.found_out(name)
        if isinstance(known, Failure):
            shown = name if len(name) <= SHOWN else f"{name[:SHOWN]}…"
            raise Unavailable(f"dns: {shown} {self.kind.type.name}: {known.reason}")
        return known

    async def found_out(self, name: str) -> Answer[T] | Failure:
        octets = on_the_wire(name)
        if octets is None:
            return Answer(exists=False)
        if self.is_closed:
            return Failure("the resolver is closed")
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Answer[T] | Failure] = loop.create_future()
        flight = self.flights.get(name)
        if flight is not None:
            flight.waiting.append(waiter)
            return await waiter
        if not self.servers.may_be_asked(loop.time()):
            return Failure("no resolver answers")
        asked = question(name.lower(), octets, self.kind.type)
        servers = self.servers.in_order(loop.time())
        lookup = Lookup(loop, self.settings, servers, asked, self.kind.reading, partial(self.land, name))
        self.flights[name] = Flight(lookup, [waiter])
        lookup.begin()
        return await waiter

    def land(self, name: str, outcome: Reply[T] | Failure) -> None:
        """Remember what came of a look-up, and give it to all who wait."""
        flight = self.flights.pop(name)
        answer, ttl = self.judged(outcome)
        self.remember(name, answer, ttl)
        for waiter in flight.waiting:
            if not waiter.done():  # else it has left
                waiter.set_result(answer)

    def judged(self, outcome: Reply[T] | Failure) -> tuple[Answer[T] | Failure, float]:
        """The answer, and how many seconds it holds."""
        if isinstance(outcome, Failure):
            return outcome, self.settings.failure_ttl
        ttl = self.settings.negative_ttl if outcome.ttl is None else float(outcome.ttl)
        records = tuple(sorted(outcome.records, key=self.kind.rank)) if len(outcome.records) > 1 else outcome.records
        return Answer(records, outcome.exists), max(self.settings.min_ttl, min(ttl, self.settings.max_ttl))

    def remember(self, name: str, answer: Answer[T] | Failure, ttl: float) -> None:
        records = answer.records if isinstance(answer, Answer) else ()
        octets = ENTRY + len(name) + sum(map(self.kind.weight, records))
        self.cache.put(name, answer, self.clock.monotonic() + ttl, octets)

    def close(self) -> None:
        """Whoever waits hears that there is no answer; who asks later, likewise."""
        self.is_closed = True
        for flight in list(self.flights.values()):
            flight.lookup.land(Failure("the resolver is closed"))
