"""Who waits for which answer of one record type? What is known is said at once; the rest is asked once at a time."""

import asyncio
from functools import partial
from typing import Generic, TypeVar

from msgspec import Struct

from gatepost.adapters.dns.cache import Cache
from gatepost.adapters.dns.names import is_askable
from gatepost.adapters.dns.outcome import CLOSED, Failure, Outcome
from gatepost.adapters.dns.questions import Question, Questions, outcome_of
from gatepost.adapters.dns.records import Kind
from gatepost.adapters.dns.reply import BadAnswer, read
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

    question: Question
    deadline: asyncio.TimerHandle
    waiting: "list[asyncio.Future[Answer[T] | Failure]]"


class Desk(Generic[T]):
    """All questions of one record type. Owned by one `Resolver`."""

    def __init__(
        self, kind: Kind[T], settings: DnsSettings, servers: Servers, questions: Questions, clock: Clock
    ) -> None:
        self.kind, self.settings, self.servers, self.questions, self.clock = kind, settings, servers, questions, clock
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
        if not is_askable(name):
            return Answer(exists=False)
        if self.is_closed:
            return Failure(CLOSED)
        if self.servers.are_mute:
            return Failure("no resolver answers")
        loop = asyncio.get_running_loop()
        flight = self.flights.get(name) or self.begin(loop, name)
        waiter: asyncio.Future[Answer[T] | Failure] = loop.create_future()
        flight.waiting.append(waiter)
        return await waiter

    def begin(self, loop: asyncio.AbstractEventLoop, name: str) -> Flight[T]:
        question = self.questions.ask(loop, name, self.kind.type)
        deadline = loop.call_later(self.settings.deadline, question.cancel)
        question.add_done_callback(partial(self.land, name))
        flight = self.flights[name] = Flight(question, deadline, [])
        return flight

    def land(self, name: str, question: Question) -> None:
        """Remember what came of a look-up, and give it to all who wait."""
        flight = self.flights.pop(name)
        flight.deadline.cancel()
        outcome = outcome_of(question)
        if self.is_closed:
            outcome = Failure(CLOSED)
        if isinstance(outcome, Failure) and outcome.is_silence:
            self.servers.missed_one(outcome.reason)
        else:
            self.servers.answered()
        answer, ttl = self.judged(name, outcome)
        self.remember(name, answer, ttl)
        for waiter in flight.waiting:
            if not waiter.done():  # else it has left
                waiter.set_result(answer)

    def judged(self, name: str, outcome: Outcome) -> tuple[Answer[T] | Failure, float]:
        """The answer, and how many seconds it holds."""
        if isinstance(outcome, Failure):
            return outcome, self.settings.failure_ttl
        try:
            reply = read(outcome, name, self.kind)
        except BadAnswer as error:
            return Failure(f"bad answer: {error}"), self.settings.failure_ttl
        ttl = float(reply.ttl) if reply.records else min(reply.ttl, self.settings.negative_ttl)
        records = tuple(sorted(reply.records, key=self.kind.rank)) if len(reply.records) > 1 else reply.records
        return Answer(records, outcome.exists), max(self.settings.min_ttl, min(ttl, self.settings.max_ttl))

    def remember(self, name: str, answer: Answer[T] | Failure, ttl: float) -> None:
        records = answer.records if isinstance(answer, Answer) else ()
        octets = ENTRY + len(name) + sum(map(self.kind.weight, records))
        self.cache.put(name, answer, self.clock.monotonic() + ttl, octets)

    def close(self) -> None:
        """Whoever waits hears that there is no answer; who asks later, likewise."""
        self.is_closed = True
        for flight in self.flights.values():
            flight.question.cancel()
