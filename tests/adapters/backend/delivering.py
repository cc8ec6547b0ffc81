"""Messages, and pools in front of servers of `gatepost.testing`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from gatepost.adapters.backend.pool import Pool
from gatepost.adapters.backend.settings import BackendSettings
from gatepost.model.address import Address, Domain
from gatepost.ports.backend import Envelope
from gatepost.testing.listening import LoopbackServer

ANN = Address("ann", Domain("sender.test"))
BOB, EVE = (Address(name, Domain("example.test")) for name in ("bob", "eve"))
ONE = Envelope(sender=ANN, recipients=(BOB,), size=100)
TWO = Envelope(sender=ANN, recipients=(BOB, EVE), size=100)


class Octets:
    """A payload in memory, in chunks of `step` octets."""

    def __init__(self, octets: bytes, step: int = 64 * 1024) -> None:
        self.octets, self.step = octets, step

    @property
    def size(self) -> int:
        return len(self.octets)

    def chunks(self) -> Iterator[bytes]:
        return (self.octets[at : at + self.step] for at in range(0, len(self.octets), self.step))


HELLO = Octets(b"Subject: hello\r\n\r\nHello\r\n..dot\r\n")
SHORT = {"command_timeout": 0.5, "data_timeout": 0.5, "final_timeout": 0.5, "connect_timeout": 0.5}


class Notes:
    """A notice that remembers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []

    def __call__(self, code: str, host: str, text: str) -> None:
        self.told.append((code, host, text))

    @property
    def codes(self) -> list[str]:
        return [code for code, _, _ in self.told]


@asynccontextmanager
async def pool_for(*hosts: LoopbackServer | str, notice: Notes | None = None, **settings: Any) -> AsyncIterator[Pool]:
    """In clear unless said otherwise; closed at the end."""
    places = [host if isinstance(host, str) else host.where for host in hosts]
    pool = Pool("test", BackendSettings(**({"hosts": places, "tls": "off"} | settings)), "gw.test", notice or Notes())
    try:
        yield pool
    finally:
        await pool.close(grace=0.0)


async def soon(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until it is so; AssertionError if it does not come true."""
    for _ in range(int(seconds / 0.005)):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come true in time")
