"""A message on its way through a real gateway, held at a moment of our choice while something is killed.

Client and mail server are in the test's process, so every octet that enters or leaves the gateway is theirs to hold:
a moment is just before or just after one of them says something. What the gateway does in between it does unseen.
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from gatepost.testing.listening import Wire
from gatepost.testing.mailbox import KEYWORDS, Mailbox, Offer, Session
from tests.servers.loopback import HOST

ONE_BY_ONE = Offer(keywords=KEYWORDS - {"PIPELINING"})
PIPELINED = Offer()
ACCEPTED = re.compile(r"250 2\.0\.0 Message accepted (\w+)")
VERBS = ("EHLO", "MAIL", "RCPT", "DATA", "RSET", "QUIT")
LINE = 1000  # octets of a line at most
RETRIES = 200  # of a client that is told to come back
Strike = Callable[[], Awaitable[None]]


class Moments:
    """All moments of one message's way; at the one named `at` it strikes, once.

    Args:
        strike: what is done then; nobody goes on before it is done.
    """

    def __init__(self, at: str = "", strike: Strike | None = None) -> None:
        self.at, self.strike = at, strike
        self.passed: list[str] = []
        self.struck = False
        self.striking: asyncio.Future[None] | None = None

    async def here(self, name: str) -> None:
        self.passed.append(name)
        if name == self.at and self.strike is not None and not self.struck:
            self.struck = True
            # In a task of its own: whoever waits here may be one of those that are cut off.
            self.striking = asyncio.ensure_future(self.strike())
            await asyncio.shield(self.striking)

    async def are_over(self) -> None:
        """Whatever was begun is done."""
        if self.striking is not None:
            await self.striking

    def names(self) -> list[str]:
        return list(dict.fromkeys(self.passed))


class WatchedWire(Wire):
    """The mail server's side of a connection from the gateway."""

    def __init__(self, wire: Wire, server: "WatchedMailbox") -> None:
        super().__init__(wire.reader, wire.writer)
        self.server = server
        self.heard, self.tail = "", b""

    async def flush(self) -> None:
        if not self.unsent:
            await super().flush()
            return
        what = f"the server says {self.unsent[-1].partition(b' ')[0].decode()} to {self.heard or 'the connection'}"
        await self.server.moments.here(f"before {what}")
        await super().flush()
        await self.server.moments.here(f"after {what}")

    async def more(self) -> None:
        before = len(self.buffer)
        await super().more()
        self.tail = (self.tail + self.buffer[before:])[-LINE:]
        last = self.tail.removesuffix(b"\r\n").rpartition(b"\n")[2]
        if self.tail.endswith(b"\r\n.\r\n"):
            self.heard = "the final dot"
        else:
            verb = last[:4].decode("latin-1")
            self.heard = verb if verb in VERBS else "content"
        await self.server.moments.here(f"the server has heard {self.heard}")


class WatchedMailbox(Mailbox):
    """`moments` can be changed at any time."""

    def __init__(self, offer: Offer) -> None:
        super().__init__(offer)
        self.moments = Moments()

    async def converse(self, wire: Wire, index: int) -> None:
        watched = WatchedWire(wire, self)
        await Session(self, watched).run()
        await watched.flush()

    async def die(self) -> None:
        """All connections are cut, and it is back at once."""
        port = self.port
        await self.stop()
        await self.start(port)

    def copies(self, token: bytes) -> list[bytes]:
        """What was taken of the message with that token, octet by octet."""
        return [message.octets for message in self.received if token in message.octets]


class Lost(Exception):
    """The connection ended before the reply that was waited for."""


class Sender:
    """One message and the client that wants to be rid of it.

    Args:
        content: whole, CRLF line ends, no line begins with a dot.
        pieces: in which it is said, with moments in between.
    """

    def __init__(self, port: int, recipients: list[str], content: bytes, pieces: int = 1) -> None:
        self.port, self.recipients, self.content, self.pieces = port, recipients, content, pieces
        self.own_port = 0
        self.writer: asyncio.StreamWriter | None = None

    async def deliver(self, moments: Moments) -> str:
        """Until 250: its id. Comes again after every end, temporary refusal or silence, as clients do."""
        for _ in range(RETRIES):
            with suppress(Lost, OSError):
                reply = await self.attempt(Moments() if moments.struck else moments)
                found = ACCEPTED.match(reply)
                if found:
                    return found[1]
                assert reply[0] == "4", reply
            await asyncio.sleep(0.02)
        raise AssertionError(f"not delivered in {RETRIES} attempts")

    async def attempt(self, moments: Moments) -> str:
        """Once; the last reply. Raises `Lost`."""
        reader, self.writer = await asyncio.open_connection(HOST, self.port)
        self.own_port = self.writer.get_extra_info("sockname")[1]
        try:
            reply = await self.reply(reader)
            commands = [f"RCPT TO:<{recipient}>" for recipient in self.recipients]
            for command in ("EHLO client.sender.test", "MAIL FROM:<ann@sender.test>", *commands, "DATA"):
                if reply[0] in "45":
                    return reply
                await self.say(moments, command.encode() + b"\r\n", command.split()[0])
                reply = await self.reply(reader)
            if reply[0] in "45":
                return reply
            step = -(-len(self.content) // self.pieces)
            for at in range(0, len(self.content), step):
                await self.say(moments, self.content[at : at + step], f"content from {at}")
            await self.say(moments, b".\r\n", "the final dot")
            reply = await self.reply(reader)
            await moments.here("the client has heard the last reply")
            self.writer.write(b"QUIT\r\n")
            return reply
        finally:
            self.writer.close()

    async def say(self, moments: Moments, octets: bytes, what: str) -> None:
        await moments.here(f"before the client says {what}")
        self.writer.write(octets)
        await self.writer.drain()
        await moments.here(f"after the client says {what}")

    async def reply(self, reader: asyncio.StreamReader) -> str:
        while True:
            line = await reader.readline()
            if not line.endswith(b"\n"):
                raise Lost
            if line[3:4] != b"-":
                return line.decode().rstrip()


class Count(Struct):
    """What came of all messages of a test."""

    struck: int = 0
    messages: int = 0
    duplicates: int = 0
    lost: int = 0

    def __str__(self) -> str:
        return f"{self.messages} messages, {self.struck} strikes, {self.duplicates} duplicates, {self.lost} lost"


def process_of(gateway_port: int, client_port: int, pids: list[int]) -> int:
    """Which of these processes holds the gateway's end of this connection; 0 if none does (any more)."""
    wanted = (f"{gateway_port:04X}", f"{client_port:04X}")
    inode = ""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if (fields[1].partition(":")[2], fields[2].partition(":")[2]) == wanted:
            inode = fields[9]
    return next((pid for pid in pids if holds(pid, f"socket:[{inode}]")), 0)


def holds(pid: int, what: str) -> bool:
    """A descriptor of the process is that; False if the process has ended."""
    with suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with suppress(FileNotFoundError):  # closed meanwhile
                if os.readlink(f"/proc/{pid}/fd/{name}") == what:
                    return True
    return False
