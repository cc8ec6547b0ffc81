"""One process that we started: is it alive, how is it, what has it still to be told?"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from signal import Signals
from socket import MSG_DONTWAIT, socket

import msgspec

from gatepost.model.health import Alarm, Heartbeat

PACKET_LIMIT = 64 * 1024  # octets
PACKETS_AT_ONCE = 64  # of one line, so that a chatterer does not keep the others waiting


class Tested(msgspec.Struct, frozen=True, tag="tested"):
    """What a child found wrong with a configuration."""

    problems: tuple[str, ...]


Message = Heartbeat | Alarm | Tested
decode = msgspec.json.Decoder(Message).decode

Farewell = Sequence[tuple[float, Signals]]
"""Signals to send, and when (monotonic)."""


class Child:
    """Owned by the crew; never signalled once it has been waited for, so its number is no one else's.

    Args:
        line: our end of its control line.
        ended: called with the exit code (negative = a signal) when it is gone.
    """

    def __init__(self, pid: int, name: str, line: socket, now: float, ended: Callable[["Child", int], None]) -> None:
        self.pid, self.name, self.line = pid, name, line
        self.ended = ended
        self.started = self.heard = now
        self.heartbeat: Heartbeat | None = None
        self.is_mute = False  # its end of the line is closed
        self.farewell: list[tuple[float, Signals]] = []

    @property
    def is_leaving(self) -> bool:
        return bool(self.farewell)

    def part(self, farewell: Farewell) -> None:
        """Replaces what was planned before; the last signal should be SIGKILL."""
        self.farewell = list(farewell)

    def tell_what_is_due(self, now: float) -> None:
        """The last signal is repeated each time: what has had SIGKILL stays marked as leaving."""
        while self.farewell and self.farewell[0][0] <= now:
            self.signal(self.farewell[0][1])
            if len(self.farewell) == 1:
                break
            del self.farewell[0]

    def signal(self, number: Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def hear(self) -> list[Message]:
        """What it said since we last asked."""
        found, self.is_mute = messages(self.line)
        return found


def messages(line: socket) -> tuple[list[Message], bool]:
    """What came in on a control line, and whether its other end is closed.

    What cannot be read is left out: a bug of the sender, who lives on.
    """
    found: list[Message] = []
    for _ in range(PACKETS_AT_ONCE):
        try:
            packet = line.recv(PACKET_LIMIT, MSG_DONTWAIT)
        except BlockingIOError:
            break
        except OSError:
            return found, True
        if not packet:
            return found, True
        with suppress(msgspec.DecodeError):
            found.append(decode(packet))
    return found, False
