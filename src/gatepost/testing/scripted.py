"""A mail server that does as a script says: right, wrong, too late, too much, or not at all.

The first step of a script is the greeting; each further step answers one command line, and after a DATA
that was answered 354, one content with its final dot. A script that has run out is silent.
"""

import asyncio
import ssl
from collections.abc import Sequence
from enum import Enum

from msgspec import Struct

from gatepost.testing.listening import LoopbackServer, Wire

EHLO = b"250-scripted.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 SIZE 52428800\r\n"
NO_PIPELINING = EHLO.replace(b"250-PIPELINING\r\n", b"")


class Act(Enum):
    """Things to do that are not octets."""

    CLOSE = "close"
    RESET = "reset"  # closed by RST
    SILENCE = "silence"  # nothing more, ever; the connection stays open


class Drip(Struct, frozen=True):
    """Octets one by one, `every` seconds apart."""

    octets: bytes
    every: float = 1.0


class Pause(Struct, frozen=True):
    """What was said so far is sent; the rest comes `seconds` later."""

    seconds: float = 0.02


class Endless(Struct, frozen=True):
    """The same piece until the other side has had enough."""

    piece: bytes = b"250-and another thing\r\n" * 200


class Upgrade(Struct, frozen=True):
    """`octets`, then a TLS handshake. What stands behind the 220 is what an attacker would inject."""

    context: ssl.SSLContext
    octets: bytes = b"220 2.0.0 Ready\r\n"


Piece = bytes | Act | Drip | Pause | Endless | Upgrade
Step = Piece | tuple[Piece, ...]


def dialogue(recipients: int = 1, ehlo: bytes = EHLO) -> list[Step]:
    """All well: greeting, EHLO, MAIL, RCPTs, DATA, the final dot."""
    rcpts = [b"250 2.1.5 Ok\r\n"] * recipients
    return [b"220 scripted.test ESMTP\r\n", ehlo, b"250 2.1.0 Ok\r\n", *rcpts, b"354 go\r\n", b"250 2.0.0 Ok\r\n"]


class ScriptedServer(LoopbackServer):
    """Attributes: `commands` of each connection, `contents` that came whole (without the final dot), `dots` of them.

    Args:
        scripts: of the first connection, the second …; the last one is that of all further ones.
    """

    def __init__(self, *scripts: Sequence[Step]) -> None:
        super().__init__()
        self.scripts = scripts
        self.commands: list[list[bytes]] = []
        self.contents: list[bytes] = []

    @property
    def dots(self) -> int:
        return len(self.contents)

    async def converse(self, wire: Wire, index: int) -> None:
        commands: list[bytes] = []
        self.commands.append(commands)
        script = self.scripts[min(index, len(self.scripts) - 1)]
        verb = b""
        for at, step in enumerate(script):
            if at:
                await self.read_command(wire, commands, after=(verb, script[at - 1]))
                verb = commands[-1][:4].upper()
            for piece in step if isinstance(step, tuple) else (step,):
                if piece is Act.CLOSE:
                    return
                await perform(wire, piece)
        while True:
            await wire.more()

    async def read_command(self, wire: Wire, commands: list[bytes], after: tuple[bytes, Step]) -> None:
        verb, step = after
        if verb == b"DATA" and isinstance(step, bytes) and step.startswith(b"354"):
            wire.buffer = b"\r\n" + wire.buffer
            self.contents.append((await wire.until(b"\r\n.\r\n") + b"\r\n")[2:])
            commands.append(b".")
        else:
            commands.append(await wire.until(b"\r\n"))


async def perform(wire: Wire, piece: Piece) -> None:
    """One piece of a step; an orderly close is the caller's."""
    match piece:
        case bytes():
            wire.say(piece)
        case Drip(octets, every):
            for octet in octets:
                await send(wire, bytes((octet,)))
                await asyncio.sleep(every)
        case Pause(seconds):
            await wire.flush()
            await asyncio.sleep(seconds)
        case Upgrade(context, octets):
            await send(wire, octets)
            await wire.writer.start_tls(context)
        case Endless() | Act():
            await perform_last(wire, piece)


async def perform_last(wire: Wire, piece: Endless | Act) -> None:
    """What nothing can follow."""
    await wire.flush()
    if piece is Act.RESET:
        wire.writer.transport.abort()
        raise EOFError
    while True:
        if isinstance(piece, Endless):
            await send(wire, piece.piece)
        else:
            await wire.more()


async def send(wire: Wire, octets: bytes) -> None:
    """At once."""
    wire.say(octets)
    await wire.flush()
