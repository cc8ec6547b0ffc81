"""What does clamd find in a sample? Several of them are asked in turn."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from msgspec import structs

from gatepost.adapters.engines.clamd import link
from gatepost.adapters.engines.clamd.replies import Garbage, Told, verdict, version
from gatepost.adapters.engines.settings import ClamdSettings, EngineAddress
from gatepost.adapters.engines.turns import Failed, Turns
from gatepost.ports.clock import Clock
from gatepost.ports.scanner import Sample, Scanned, Version
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.units import size_text

T = TypeVar("T")
TRIES = 4  # of one sample that was cut short
FRESH = 60.0  # seconds for which a version counts: signatures are loaded some times a day


class ClamdScanner:
    """A `Scanner`.

    Args:
        name: of its section.
    """

    def __init__(self, name: str, settings: ClamdSettings, clock: Clock) -> None:
        self.name = name
        self.settings, self.clock = settings, clock
        self.turns = Turns(name, settings.places, clock, settings.timeout)
        self.versions: dict[EngineAddress, tuple[float, Version]] = {}

    async def scan(self, sample: Sample) -> Scanned:
        if sample.size > self.settings.max_size:
            limit = size_text(self.settings.max_size)
            return Scanned(engine=self.name, unscannable=f"larger than {limit}")
        told, seen = await self.within(lambda address: self.ask(address, sample))
        infected = (told.infected,) if told.infected else ()
        answer = Scanned(engine=self.name, infected=infected, unscannable=told.unscannable)
        return structs.replace(answer, version=seen.version, signatures=seen.signatures)

    async def version(self) -> Version:
        return await self.within(self.version_of)

    async def ping(self, address: EngineAddress) -> None:
        """Raises `Failed` if it is not well."""
        if await self.brief(address, link.PING) != b"PONG":
            raise Failed("does not answer PING")

    async def brief(self, address: EngineAddress, command: bytes) -> bytes:
        """What is answered to something that takes no time. Raises `Failed`."""
        patience = self.settings.connect_timeout
        try:
            async with asyncio.timeout(patience):
                return await link.question(address, iter((command,)), patience)
        except TimeoutError:
            raise Failed(f"no answer within {patience:g} s") from None

    async def within(self, attempt: Callable[[EngineAddress], Awaitable[T]]) -> T:
        """The first answer of one of them within the time. Raises `Unavailable`."""
        limit = self.settings.timeout

        async def bounded(address: EngineAddress) -> T:
            left = end - self.clock.monotonic()
            try:
                async with asyncio.timeout(left):
                    return await attempt(address)
            except TimeoutError:
                self.versions.pop(address, None)  # who is asked next must show first that it answers at all
                raise Failed(f"no answer within {limit:g} s", is_final=True) from None

        end = self.clock.monotonic() + limit
        return await self.turns.ask(bounded)

    async def ask(self, address: EngineAddress, sample: Sample) -> tuple[Told, Version]:
        seen = await self.version_of(address)
        patience = self.settings.connect_timeout
        try:
            if address.path:
                reply = await link.question_with_file(address, sample.descriptor(), patience)
            else:
                reply = await self.stream(address, sample)
        except OSError as error:
            raise Unavailable(f"the sample cannot be read: {error}") from error
        try:
            return verdict(reply), seen
        except Garbage as garbage:
            raise Failed(str(garbage)) from garbage

    async def stream(self, address: EngineAddress, sample: Sample) -> bytes:
        """Send it. One that has heard too much says so and resets, and what it said may be lost on the way."""
        for _ in range(TRIES - 1):
            with suppress(link.CutShort):
                return await link.question(address, link.stream(sample.chunks()), self.settings.connect_timeout)
        return await link.question(address, link.stream(sample.chunks()), self.settings.connect_timeout)

    async def version_of(self, address: EngineAddress) -> Version:
        """As told a moment ago, or now."""
        now = self.clock.monotonic()
        known = self.versions.get(address)
        if known is not None and now < known[0]:
            return known[1]
        reply = await self.brief(address, link.VERSION)
        try:
            told = version(reply)
        except Garbage as garbage:
            raise Failed(str(garbage)) from garbage
        self.versions[address] = (now + FRESH, told)
        return told
