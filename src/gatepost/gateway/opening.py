"""How does a connection begin? PROXY header, who the client is, admission; then `connection` takes over.

A PROXY header is required from the listed networks and nothing else is believed from them; from anybody
else it is an unknown command (ARCHITECTURE, PROXY protocol; attack TLS-19).
"""

import asyncio
import fcntl
import struct
import termios
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from gatepost.gateway.admission import Admission
from gatepost.gateway.connection import Connection
from gatepost.gateway.listener import Listener, contains
from gatepost.gateway.session import Session
from gatepost.gateway.transaction import Place
from gatepost.gateway.wheel import Wheel
from gatepost.model.client import client_of
from gatepost.model.stage import ConnectStage, IPAddress
from gatepost.model.tls import Tls
from gatepost.smtp.proxy import BadProxyHeader, ProxyReader
from gatepost.smtp.server import ServerProtocol

PROXY_TIME = 10.0  # seconds for the PROXY header
NO_OCTETS = struct.pack("i", 0)


class Door:
    """Makes the first protocol of each connection accepted on a listener. One per listener and worker."""

    def __init__(self, listener: Listener, admission: Admission, wheel: Wheel) -> None:
        self.listener = listener
        self.admission = admission
        self.wheel = wheel
        self.addresses: dict[tuple[str, int], str] = {}  # of our ends, as text

    def __call__(self) -> asyncio.Protocol:
        return Opening(self)

    def our_end(self, transport: asyncio.Transport) -> str:
        name = transport.get_extra_info("sockname")
        text = self.addresses.get(name[:2])
        if text is None:
            host = f"[{name[0]}]" if ":" in name[0] else name[0]
            text = self.addresses[name[:2]] = f"{host}:{name[1]}"
        return text


class Opening(asyncio.Protocol):
    """Lives until the client's address is known for certain."""

    __slots__ = ("door", "ends", "ip", "is_over", "port", "reader", "transport")

    def __init__(self, door: Door) -> None:
        self.door = door
        self.reader: ProxyReader | None = None
        self.transport: asyncio.Transport | None = None
        self.is_over = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # TCP has no other
        peer = transport.get_extra_info("peername")
        if not peer:  # already gone
            transport.abort()
            return
        self.ip, self.port = plain_address(peer[0]), peer[1]
        if contains(self.door.listener.settings.proxy_protocol, self.ip):
            self.transport = transport
            self.reader = ProxyReader()
            self.ends = self.door.wheel.loop.time() + PROXY_TIME
            self.door.wheel.visit(self, self.ends)
        else:
            self.hand_on(transport, self.ip, self.port)

    def data_received(self, data: bytes) -> None:
        if self.reader is None or self.transport is None:
            return
        try:
            header = self.reader.feed(data)
        except BadProxyHeader:
            self.transport.abort()
            return
        if header is None:
            return
        self.is_over = True
        ip, port = header.source_ip or self.ip, header.source_port or self.port
        self.hand_on(self.transport, ip, port, self.reader.rest, header.tls)

    def hand_on(
        self, transport: asyncio.Transport, client: IPAddress, port: int, octets: bytes = b"", tls: Tls | None = None
    ) -> None:
        """A bug of ours must not leave a connection that nobody greets and no deadline ends."""
        try:
            begin(self.door, transport, client, port, octets, tls)
        except Exception as error:
            self.door.listener.on_bug("opening", error)
            transport.abort()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.is_over = True

    def look(self, now: float) -> float:
        """The wheel comes by: has the header taken too long?"""
        if self.is_over or self.transport is None:
            return 0.0
        if now < self.ends:
            return self.ends
        self.transport.abort()
        return 0.0


def begin(
    door: Door, transport: asyncio.Transport, client: IPAddress, port: int, octets: bytes = b"", tls: Tls | None = None
) -> None:
    """Everything is known: count the client in and greet it, or send it away.

    Args:
        octets: what came behind a PROXY header.
        tls: what the client uses up to the proxy.
    """
    listener = door.listener
    now = listener.outside.clock.now()
    key, address = names_of(client)
    implicit = listener.settings.tls.mode == "implicit"
    at = ConnectStage(
        session=listener.ids.next(now), listener=listener.name, role=listener.role, client_ip=client,
        limits=listener.limits, now=now, spoke_early=not implicit and (bool(octets) or arrived(transport)), client=key,
        relay=client if contains(listener.site.trusted_relays, client) else None,
    )  # fmt: skip
    session = Session(
        listener, at, Place(listener.site.node, listener.site.worker, key, address, port, door.our_end(transport))
    )
    session.tls = tls
    core = ServerProtocol(listener.table, session.terms(), normalize_lf=listener.normalizes(client))
    core.tls_active = tls is not None
    connection = Connection(session, core, door.admission, door.wheel)
    transport.set_protocol(connection)
    refusal = door.admission.enter(key, session.is_trusted)
    if octets:
        core.receive(octets)
    connection.begin(transport, refusal, implicit_tls=implicit, pause=listener.settings.policies.greeting_delay)


@lru_cache(maxsize=4096)
def names_of(client: IPAddress) -> tuple[str, str]:
    """What counts take for this client, and its address, as text."""
    return client_of(client), str(client)


@lru_cache(maxsize=4096)
def plain_address(text: str) -> IPAddress:
    """IPv4-mapped addresses are IPv4."""
    ip = ip_address(text.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return mapped or ip


def arrived(transport: asyncio.Transport) -> bool:
    """Octets of the client are here before we said a word."""
    descriptor = transport.get_extra_info("socket").fileno()
    try:
        waiting: int = struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, NO_OCTETS))[0]
    except OSError:
        return False
    return waiting > 0
