"""How does c-ares ask, and what may it remember?"""

import asyncio
import math
import os
from contextlib import suppress

import aiodns
import pycares

from gatepost.adapters.dns.settings import DnsSettings, ServerAddress

FORGOTTEN_AFTER = 0.1  # seconds; what is asked at once is forgotten at once


class Channel(aiodns.DNSResolver):
    """c-ares, with nothing from the system's files and without a memory of its own.

    c-ares remembers every answer for up to an hour, however many and large they are, and has no option against it that
    pycares knows. It forgets them when it is told to begin anew, which leaves servers and questions under way alone.

    Raises:
        pycares.AresError: there are no descriptors left.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, settings: DnsSettings, servers: tuple[ServerAddress, ...]
    ) -> None:
        self.forgetting: asyncio.TimerHandle | None = None
        super().__init__(
            list(map(str, servers)), loop, timeout=settings.timeout, tries=rounds(settings),
            flags=pycares.ARES_FLAG_EDNS, lookups="b", domains=[], rotate=False, resolvconf_path=os.devnull,
        )  # fmt: skip

    def use(self, servers: tuple[ServerAddress, ...]) -> None:
        """From now on; what others were asked and have not answered is asked of these."""
        self.nameservers = list(map(str, servers))

    def forget_soon(self, question: "asyncio.Future[pycares.DNSResult]") -> None:
        """It is done, and what was said need not be known any longer."""
        if self.forgetting is None:
            self.forgetting = self.loop.call_later(FORGOTTEN_AFTER, self.forget)

    def forget(self) -> None:
        self.forgetting = None
        with suppress(pycares.AresError):  # no thread to be had: after the next answer, then
            self._channel.reinit()

    def shut(self) -> None:
        """As `close` does, which is a coroutine and never waits."""
        if self.forgetting is not None:
            self.forgetting.cancel()
        self.cancel()
        self._cleanup()


def rounds(settings: DnsSettings) -> int:
    """How often all servers are asked: c-ares waits twice as long each time round, and not beyond the deadline."""
    return min(settings.tries, math.ceil(math.log2(settings.deadline / settings.timeout + 1)))
