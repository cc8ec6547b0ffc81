"""What does a scanner behind an ICAP server find in a sample? Several of them are asked in turn."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import chain
from typing import TypeVar

from gatepost.adapters.engines.icap.link import Link
from gatepost.adapters.engines.icap.reader import BadResponse, Response
from gatepost.adapters.engines.icap.requests import (
    LAST,
    LAST_OF_ALL,
    Options,
    beginning,
    body,
    chunk,
    options_of,
    options_request,
    scan_request,
)
from gatepost.adapters.engines.icap.verdict import verdict
from gatepost.adapters.engines.settings import IcapService, IcapSettings
from gatepost.adapters.engines.turns import Failed, Turns, why
from gatepost.ports.clock import Clock
from gatepost.ports.scanner import Sample, Scanned, Version
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.units import size_text

T = TypeVar("T")
IDLE = 20.0  # seconds for which a connection is kept that nobody uses
MOST_IDLE = 8  # of them, for each server
CONTINUE = 100


class IcapScanner:
    """A `Scanner`.

    Args:
        name: of its section.
    """

    def __init__(self, name: str, settings: IcapSettings, clock: Clock) -> None:
        self.name = name
        self.settings, self.clock = settings, clock
        self.turns = Turns(name, settings.places, clock, settings.timeout)
        self.known: dict[IcapService, tuple[float, Options]] = {}
        self.idle: dict[IcapService, list[Link]] = {service: [] for service in settings.places}

    async def scan(self, sample: Sample) -> Scanned:
        if sample.size > self.settings.max_size:
            return Scanned(engine=self.name, unscannable=f"larger than {size_text(self.settings.max_size)}")
        return await self.within(lambda service: self.ask(service, sample))

    async def version(self) -> Version:
        options = await self.within(self.options)
        return options.version

    async def within(self, attempt: Callable[[IcapService], Awaitable[T]]) -> T:
        """The first answer of one of them within the time. Raises `Unavailable`."""
        limit = self.settings.timeout
        end = self.clock.monotonic() + limit

        async def bounded(service: IcapService) -> T:
            try:
                async with asyncio.timeout(end - self.clock.monotonic()):
                    return await attempt(service)
            except TimeoutError:
                self.known.pop(service, None)  # who is asked next must show first that it answers at all
                raise Failed(f"no answer within {limit:g} s", is_final=True) from None

        return await self.turns.ask(bounded)

    async def ask(self, service: IcapService, sample: Sample) -> Scanned:
        options = await self.options(service)
        if self.settings.method.upper() not in options.methods:
            raise Failed(f"the service does not do {self.settings.method.upper()}")
        try:
            response = await self.over_a_link(service, lambda link: self.request(link, service, sample, options))
            told = verdict(response, sample)
        except BadResponse as bad:
            raise Failed(str(bad)) from bad
        except OSError as error:
            raise Unavailable(f"the sample cannot be read: {error}") from error
        if response.fields.get("istag", "").strip('"') != options.tag:
            self.known.pop(service, None)  # signatures or settings have changed
        infected = (told.infected,) if told.infected else ()
        return Scanned(
            engine=self.name, infected=infected, unscannable=told.unscannable, version=options.version.version
        )

    async def request(self, link: Link, service: IcapService, sample: Sample, options: Options) -> Response:
        wanted = None if options.preview is None else min(options.preview, self.settings.preview)
        head = scan_request(service, self.settings.method, sample, wanted)
        if wanted is None:
            return await link.ask(chain((head,), body(sample.chunks())))
        first = beginning(sample.chunks(), wanted)
        if len(first) == sample.size:
            return await link.ask(iter((head + chunk(first) + LAST_OF_ALL,)))
        response = await link.ask(iter((head + chunk(first) + LAST,)))
        if response.status == CONTINUE:
            response = await link.ask(body(sample.chunks(), skip=wanted))
        return response

    async def options(self, service: IcapService) -> Options:
        """As told a moment ago, or now. Raises `Failed`."""
        now = self.clock.monotonic()
        known = self.known.get(service)
        if known is not None and now < known[0]:
            return known[1]
        patience = self.settings.connect_timeout
        try:
            async with asyncio.timeout(patience):
                told = await self.over_a_link(service, lambda link: link.ask(iter((options_request(service),))))
            options = options_of(told)
        except TimeoutError:
            raise Failed(f"no answer within {patience:g} s") from None
        except BadResponse as bad:
            raise Failed(str(bad)) from bad
        self.known[service] = (now + options.ttl, options)
        return options

    async def over_a_link(self, service: IcapService, talk: Callable[[Link], Awaitable[Response]]) -> Response:
        """A connection that was idle may just be closed by the server: then the same is said over a new one."""
        link = self.idle_link(service)
        if link is not None:
            link.heard = False
            try:
                return await self.kept(service, link, talk)
            except Failed:
                if link.heard:
                    raise
        return await self.kept(service, await self.open(service), talk)

    async def kept(self, service: IcapService, link: Link, talk: Callable[[Link], Awaitable[Response]]) -> Response:
        """Talk, and keep the connection if it may be used again."""
        done = False
        try:
            response = await talk(link)
            done = response.status != CONTINUE
            return response
        finally:
            if done and link.is_usable and len(self.idle[service]) < MOST_IDLE:
                link.idle_since = self.clock.monotonic()
                self.idle[service].append(link)
                link.loop.call_later(IDLE, self.prune, service)
            else:
                link.close()

    def idle_link(self, service: IcapService) -> Link | None:
        """The one used last."""
        self.prune(service)
        links = self.idle[service]
        return links.pop() if links else None

    def prune(self, service: IcapService) -> None:
        """A server has a thread for every connection: what nobody uses is closed."""
        since = self.clock.monotonic() - IDLE
        for link in [link for link in self.idle[service] if link.idle_since <= since or not link.is_usable]:
            self.idle[service].remove(link)
            link.close()

    def close(self) -> None:
        for links in self.idle.values():
            while links:
                links.pop().close()

    async def open(self, service: IcapService) -> Link:
        loop = asyncio.get_running_loop()
        link = Link(loop)
        try:
            async with asyncio.timeout(self.settings.connect_timeout):
                await loop.create_connection(lambda: link, service.host, service.port)
        except TimeoutError:
            raise Failed("no connection in time") from None
        except (OSError, UnicodeError) as error:
            raise Failed(why(error)) from error
        return link
