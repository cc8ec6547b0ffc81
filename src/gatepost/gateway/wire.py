"""The transport under a connection: what is written when, when reading pauses, how it closes.

Closing on unread input would reset the connection and the client would never see our last word; so we
half-close and read on for a while, unparsed (ARCHITECTURE §5 rule 2).
"""

import asyncio
from abc import ABC, abstractmethod

from gatepost.gateway.handshake import encrypted
from gatepost.gateway.tls import ServerTls, describe
from gatepost.gateway.wheel import Wheel
from gatepost.model.tls import Tls

WRITE_BUFFER = 64 * 1024  # octets of replies the client may leave unread
LINGER = 5.0  # seconds for the client to read our last reply


class Wire(asyncio.Protocol, ABC):
    """What `Connection` says and hears through. Owned by the event loop."""

    __slots__ = ("ends", "loop", "out", "reading", "transport", "wheel", "writable")

    def __init__(self, wheel: Wheel) -> None:
        self.wheel = wheel
        self.loop = wheel.loop
        self.transport: asyncio.Transport | None = None
        self.out: list[bytes] | tuple[()] = ()
        self.reading = self.writable = True
        self.ends = 0.0  # when a connection that is to be closed is cut off (loop's clock)

    @abstractmethod
    def look(self, now: float) -> float:
        """The wheel comes by; see `gatepost.gateway.wheel`."""

    def attach(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        transport.set_write_buffer_limits(high=WRITE_BUFFER)

    def flush(self) -> None:
        out = self.out
        if out:
            if self.transport is not None:
                self.transport.write(out[0] if len(out) == 1 else b"".join(out))
            self.out = ()

    def pause_reading(self) -> None:
        if self.reading and self.transport is not None:
            self.transport.pause_reading()
            self.reading = False

    def resume_reading(self) -> None:
        if not self.reading and self.writable and self.transport is not None:
            self.transport.resume_reading()
            self.reading = True

    def close_when_heard(self) -> None:
        """Half-close, and give the client `LINGER` seconds to read; TLS has no half-close."""
        transport = self.transport
        if transport is None:
            return
        self.resume_reading()
        if transport.can_write_eof():
            transport.write_eof()
            self.end_within(LINGER)
        else:
            self.close()

    def close(self) -> None:
        """Write what is buffered, then close; a peer that does not read has `LINGER` seconds."""
        if self.transport is not None:
            self.transport.close()
            self.end_within(LINGER)

    def end_within(self, seconds: float) -> None:
        if not self.ends:
            self.ends = self.loop.time() + seconds
            self.wheel.visit(self, self.ends)

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    async def start_tls(self, tls: ServerTls, early: bytes, patience: float) -> Tls | None:
        """Handshake; None if the client is gone. Arguments and exceptions as of `encrypted`."""
        transport = self.transport
        if transport is None:
            return None
        upgraded = await encrypted(self.loop, transport, self, tls.context, early, patience=patience)
        if self.transport is None:
            return None
        self.attach(upgraded)
        self.reading = True
        return describe(upgraded.get_extra_info("ssl_object"))
