"""Who waits for one spam engine, how many ask it at once, and until when?

A message's time is that of its client: it includes the wait for a turn. Nothing is remembered, as the same octets mean
something else from another client.
"""

import asyncio
from typing import Protocol

from gatepost.adapters.engines.arrival import Arrival
from gatepost.adapters.engines.opinion_settings import OpinionSettings, RspamdSettings, SpamdSettings
from gatepost.adapters.engines.rspamd.engine import Rspamd
from gatepost.adapters.engines.settings import EngineAddress
from gatepost.adapters.engines.spamd.engine import Spamd
from gatepost.adapters.engines.turns import Failed, Turns
from gatepost.ports.clock import Clock
from gatepost.ports.scanner import Sample
from gatepost.ports.second_opinion import NoOpinion, SecondOpinion
from gatepost.ports.unavailable import Unavailable


class SpamEngine(Protocol):
    """One engine, at whichever place."""

    name: str

    async def ask(self, address: EngineAddress, sample: Sample, arrival: Arrival) -> SecondOpinion:
        """Raises `Failed`; OSError where the sample cannot be read."""


class OpinionDesk:
    """One engine as one worker asks it.

    Args:
        places: asked in this order.
    """

    def __init__(
        self, engine: SpamEngine, places: tuple[EngineAddress, ...], settings: OpinionSettings, clock: Clock
    ) -> None:
        self.engine, self.settings, self.clock = engine, settings, clock
        self.turns = Turns(engine.name, places, clock, settings.timeout)
        self.slots = asyncio.Semaphore(settings.concurrency)
        self.problem = ""  # of the last message, "" if it went well

    async def ask(self, sample: Sample, arrival: Arrival) -> SecondOpinion | NoOpinion:
        """In a task of its own. Ends in time whatever the engine does."""
        limit = self.settings.timeout
        end = self.clock.monotonic() + limit
        try:
            async with asyncio.timeout(limit):
                await self.slots.acquire()
        except TimeoutError:
            return self.silent(f"{self.engine.name}: no turn within {limit:g} s")
        try:
            answer = await self.turns.ask(lambda address: self.within(end, address, sample, arrival))
        except Unavailable as error:
            return self.silent(str(error))
        finally:
            self.slots.release()
        self.problem = ""
        return answer

    async def within(self, end: float, address: EngineAddress, sample: Sample, arrival: Arrival) -> SecondOpinion:
        """Raises `Failed`, `Unavailable`."""
        try:
            async with asyncio.timeout(end - self.clock.monotonic()):
                return await self.engine.ask(address, sample, arrival)
        except TimeoutError:
            raise Failed(f"no answer within {self.settings.timeout:g} s", is_final=True) from None
        except OSError as error:
            raise Unavailable(f"the message cannot be read: {error}") from error

    def silent(self, reason: str) -> NoOpinion:
        self.problem = reason
        return NoOpinion(engine=self.engine.name, reason=reason)


def opinion_desk(name: str, settings: OpinionSettings, hostname: str, clock: Clock) -> OpinionDesk:
    """Nothing is asked yet.

    Args:
        name: of its section.
        hostname: ours.
    """
    match settings:
        case RspamdSettings():
            return OpinionDesk(Rspamd(name, settings), settings.places, settings, clock)
        case SpamdSettings():
            return OpinionDesk(Spamd(name, settings, hostname), settings.places, settings, clock)
    raise TypeError(f"no spam engine: {type(settings).__name__}")
