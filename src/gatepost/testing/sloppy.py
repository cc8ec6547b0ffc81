"""A mail server as bad as they come: every false end of data ends a message, and what follows runs as commands.

Behind a gateway that lets one of the SMUG-* forms through, a second message appears here (CVE-2023-51764 and
its kin). It answers 250 to all it is told, in the order in which it is told.
"""

import re

from msgspec import Struct

from gatepost.testing.listening import LoopbackServer, Wire

LINE_END = rb"(?:\r\x00?\n|\n|\r)"
LINE = re.compile(LINE_END)
END_OF_DATA = re.compile(LINE_END + rb"\x00?\.[\x00 \t\v\f]*" + LINE_END)
PYTHON_LINE_END = rb"(?:\r\x00?\n|\n|\r|\v|\f|[\x1c-\x1e]|\x85|\xc2\x85|\xe2\x80[\xa8\xa9])"
PYTHON_END_OF_DATA = re.compile(PYTHON_LINE_END + rb"\x00?\.[\x00 \t\v\f]*" + PYTHON_LINE_END)


class Taken(Struct, frozen=True):
    """What it believes to be one message: the commands before it, and the octets up to its supposed end, raw."""

    commands: tuple[bytes, ...]
    octets: bytes


class SloppyServer(LoopbackServer):
    """Attributes: `messages` in order, `commands` all of them, `raw` all octets that came, by connection.

    Args:
        splits_like_python: a line also ends where `str.splitlines` ends one (NEL, U+2028, VT, FF …).
    """

    def __init__(self, *, splits_like_python: bool = False) -> None:
        super().__init__()
        self.end_of_data = PYTHON_END_OF_DATA if splits_like_python else END_OF_DATA
        self.messages: list[Taken] = []
        self.commands: list[bytes] = []
        self.raw: dict[int, bytearray] = {}

    async def converse(self, wire: Wire, index: int) -> None:
        self.raw[index] = bytearray()
        wire.say(b"220 sloppy.test ESMTP\r\n")
        said: list[bytes] = []
        while True:
            command = await self.match(wire, LINE, index)
            if not command.strip(b"\0 "):
                continue  # the other half of a line end
            self.commands.append(command)
            said.append(command)
            verb = command[:4].upper()
            wire.say(reply_to(verb))
            if verb == b"DATA":
                wire.buffer = b"\r\n" + wire.buffer
                self.messages.append(Taken(tuple(said), (await self.match(wire, self.end_of_data, index))[2:]))
                said.clear()
                wire.say(b"250 2.0.0 Ok\r\n")
            elif verb == b"QUIT":
                return

    async def match(self, wire: Wire, end: re.Pattern[bytes], index: int) -> bytes:
        """What comes before the first end, as soon as it is there."""
        start = 0
        while (found := end.search(wire.buffer, start)) is None:
            start = max(len(wire.buffer) - 64, 0)
            held = len(wire.buffer)
            await wire.more()
            self.raw[index] += wire.buffer[held:]
        before, wire.buffer = wire.buffer[: found.start()], wire.buffer[found.end() :]
        return before


def reply_to(verb: bytes) -> bytes:
    if verb == b"EHLO":
        return b"250-sloppy.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 SIZE 104857600\r\n"
    return {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 2.0.0 Ok\r\n")
