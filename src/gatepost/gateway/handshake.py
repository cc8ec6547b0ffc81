"""How does a connection in clear become one in TLS (RFC 3207 §4, RFC 8314 §3.3)?

By the loop's `start_tls`, which knows nothing of octets that have been read already. A client that speaks TLS from
the first octet may have sent some before we were ready, or in one segment with the header of a proxy: those are
given to the TLS protocol the way a transport would.
"""

import asyncio
import ssl
from typing import Protocol, runtime_checkable

from gatepost.engine.stepping import rest

SHUTDOWN = 5.0  # seconds for the end of TLS


@runtime_checkable
class Buffered(Protocol):
    """What `asyncio.BufferedProtocol` is, by what it can do: uvloop's TLS is none by name."""

    def get_buffer(self, size: int) -> memoryview: ...
    def buffer_updated(self, size: int) -> None: ...


async def encrypted(
    loop: asyncio.AbstractEventLoop,
    transport: asyncio.Transport,
    protocol: asyncio.Protocol,
    context: ssl.SSLContext,
    early: bytes,
    *,
    patience: float,
) -> asyncio.Transport:
    """The transport to use from now on, once the handshake is done.

    Args:
        early: what the client has sent of its handshake so far.
        patience: seconds for the handshake.

    Raises:
        OSError: no handshake: not TLS, no common version or cipher, closed, or too slow.
    """
    starting = loop.start_tls(
        transport,
        protocol,
        context,
        server_side=True,
        ssl_handshake_timeout=patience,
        ssl_shutdown_timeout=SHUTDOWN,
    )
    waited = starting.send(None)
    if early:  # behind what `start_tls` has just asked the loop to do, and before the loop reads again
        loop.call_soon(feed, transport, early)
    try:
        upgraded = await rest(starting, waited)  # in this task: what comes behind the handshake must find us ready
    finally:
        del starting, waited  # a failure would keep itself alive through them, and 50 KiB of OpenSSL's with it
    if upgraded is None or upgraded.get_extra_info("ssl_object") is None:
        raise ConnectionResetError("closed during the handshake")
    return upgraded


def feed(transport: asyncio.Transport, octets: bytes) -> None:
    """Hand octets to the transport's protocol as if they were read now."""
    protocol = transport.get_protocol()
    while octets and not transport.is_closing() and isinstance(protocol, Buffered):
        room = protocol.get_buffer(len(octets))
        taken = min(len(room), len(octets))
        room[:taken] = octets[:taken]
        protocol.buffer_updated(taken)
        octets = octets[taken:]
