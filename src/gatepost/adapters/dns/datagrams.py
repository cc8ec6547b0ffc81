"""How do questions go to one server by UDP, and how do answers find who asked?

All questions to a server share a socket, so that a worker needs few descriptors however many wait. Who would forge an
answer has to know the number of the question and, of a server elsewhere, the port: both are random, and the port is
left after `QUESTIONS` (RFC 5452 §9).
"""

import asyncio
import secrets
import socket
from typing import Protocol

from gatepost.adapters.dns.settings import ServerAddress

QUESTIONS = 500  # asked from one port
AT_A_TIME = 64  # answers read before others in the loop get their turn
LONGEST = 65_535  # octets of a datagram
RENEWED_AFTER = 1.0  # seconds that a port must have been there before it is given up for lost


class Ear(Protocol):
    """Who waits for an answer."""

    def heard(self, octets: bytes) -> None:
        """An answer to a question of that number; whether to this very question is for the ear to see."""

    def deaf(self, reason: str) -> None:
        """None will come."""


class Datagrams:
    """The way to one server. Owned by its `Server`."""

    def __init__(self, where: ServerAddress) -> None:
        self.where = where
        self.port: Port | None = None

    def ask(self, loop: asyncio.AbstractEventLoop, question: bytes, ear: Ear) -> "Ticket":
        """Send a question, of which the first two octets are left out.

        Raises:
            OSError: there is no way to that server.
        """
        try:
            return self.send(loop, question, ear)
        except ConnectionRefusedError:  # so the server has said of an earlier question; that port is closed by now
            return self.send(loop, question, ear)

    def send(self, loop: asyncio.AbstractEventLoop, question: bytes, ear: Ear) -> "Ticket":
        if self.port is None or self.port.is_closed or self.port.asked >= QUESTIONS:
            self.renew()
            self.port = Port(loop, self.where)
        return Ticket(self.port, self.port.ask(question, ear))

    def late(self, now: float) -> None:
        """An answer is overdue: perhaps our own address is another one by now, and none can come to this port."""
        if self.port is not None and now - self.port.opened > RENEWED_AFTER:
            self.renew()

    def renew(self) -> None:
        """The next question goes from another port; this one is closed when nobody waits there."""
        if self.port is not None:
            self.port.retire()
            self.port = None

    def close(self) -> None:
        if self.port is not None:
            self.port.close()
            self.port = None


class Ticket:
    """One question that was sent."""

    __slots__ = ("identity", "port")

    def __init__(self, port: "Port", identity: int) -> None:
        self.port, self.identity = port, identity

    def cancel(self) -> None:
        """Nobody waits any more; an answer that comes all the same is dropped."""
        self.port.forget(self.identity)


class Port:
    """One socket and who waits there, by the number of the question."""

    def __init__(self, loop: asyncio.AbstractEventLoop, where: ServerAddress) -> None:
        self.loop = loop
        self.waiting: dict[int, Ear] = {}
        self.asked = 0
        self.opened = loop.time()
        self.is_retired = False
        self.room = memoryview(bytearray(LONGEST))
        self.socket = socket.socket(family(where), socket.SOCK_DGRAM)
        try:
            self.socket.setblocking(False)
            self.socket.connect((where.host, where.port))  # from here on the kernel drops what others send
        except OSError:
            self.socket.close()
            raise
        loop.add_reader(self.socket.fileno(), self.on_readable)

    def ask(self, question: bytes, ear: Ear) -> int:
        """The number of the question."""
        identity = secrets.randbelow(0x10000)
        while identity in self.waiting:
            identity = secrets.randbelow(0x10000)
        self.waiting[identity] = ear
        self.asked += 1
        try:
            self.socket.send(identity.to_bytes(2) + question)
        except BlockingIOError:
            pass  # lost, as any datagram may be
        except OSError as error:
            del self.waiting[identity]
            self.fail(error)
            raise
        return identity

    def forget(self, identity: int) -> None:
        self.waiting.pop(identity, None)
        if self.is_retired and not self.waiting:
            self.close()

    def on_readable(self) -> None:
        for _ in range(AT_A_TIME):
            try:
                size = self.socket.recv_into(self.room)
            except BlockingIOError:
                return
            except OSError as error:
                self.fail(error)
                return
            ear = self.waiting.get(int.from_bytes(self.room[:2])) if size >= 2 else None
            if ear is not None:
                ear.heard(bytes(self.room[:size]))
            if self.is_closed:
                return

    def fail(self, error: OSError) -> None:
        """Connection refused, usually: nobody listens there, and all who wait need not. uvloop would read no more."""
        self.close()
        while self.waiting:  # one at a time: what one hears may make another leave
            _, ear = self.waiting.popitem()
            ear.deaf(reason_of(error))

    @property
    def is_closed(self) -> bool:
        return self.socket.fileno() < 0

    def retire(self) -> None:
        self.is_retired = True
        if not self.waiting:
            self.close()

    def close(self) -> None:
        if not self.is_closed:
            self.loop.remove_reader(self.socket.fileno())
            self.socket.close()


def family(where: ServerAddress) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in where.host else socket.AF_INET


def reason_of(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
