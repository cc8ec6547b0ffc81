"""What does one server answer to one question? By UDP; by TCP if that is cut short; without EDNS if it must be."""

import asyncio
from typing import Protocol

from gatepost.adapters.dns.datagrams import Ticket, reason_of
from gatepost.adapters.dns.message import Question, Rcode, head, query
from gatepost.adapters.dns.servers import Server
from gatepost.adapters.dns.stream import Stream

IDENTITY = 2  # octets of the question's number, which whoever sends it puts there
STREAMS = 50  # connections by TCP to one server: descriptors are for clients


class Judge(Protocol):
    """Who wants to know. Told once by each attempt, unless it cancels it."""

    def told(self, attempt: "Attempt", octets: bytes, rcode: int) -> None:
        """A whole answer to that question."""

    def failed(self, attempt: "Attempt", reason: str) -> None:
        """The server cannot be reached, or talks nonsense."""


class Attempt:
    """One question at one server. An `Ear`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, server: Server, asked: Question, judge: Judge) -> None:
        self.loop, self.server, self.asked, self.judge = loop, server, asked, judge
        self.edns = True
        self.by_tcp = False
        self.sent: Ticket | Stream | None = None

    def begin(self) -> None:
        """Send it. Raises OSError if it cannot be."""
        octets = query(0, self.asked, edns=self.edns)[IDENTITY:]
        if self.by_tcp:
            if self.server.streams >= STREAMS:
                raise OSError("too many connections")
            self.sent = Stream(self.loop, self.server.where, octets, self)
            self.server.streams += 1
        else:
            self.sent = self.server.datagrams.ask(self.loop, octets, self)

    def again(self) -> None:
        self.cancel()
        try:
            self.begin()
        except OSError as error:
            self.deaf(reason_of(error))

    def heard(self, octets: bytes) -> None:
        first = head(octets, self.asked)
        if not first.is_ours:
            if self.by_tcp:
                self.deaf("the answer is to another question")
            return  # a datagram may be forged: the true one may still come
        self.server.answered()
        if first.rcode in (Rcode.FORMERR, Rcode.NOTIMP) and self.edns:  # RFC 6891 §7
            self.edns = False
            self.again()
        elif first.is_truncated and not self.by_tcp:
            self.by_tcp = True
            self.again()
        else:
            self.cancel()
            self.judge.told(self, octets, first.rcode)

    def deaf(self, reason: str) -> None:
        self.cancel()
        self.judge.failed(self, reason)

    def cancel(self) -> None:
        if self.sent is None:
            return
        if isinstance(self.sent, Stream):
            self.server.streams -= 1
        self.sent.cancel()
        self.sent = None
