"""The worker's end of the line to the nursery (`process.py`): start it, hear it, notice its end."""

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import Callable

import msgspec

from gatepost.adapters.inspection.wire import Ended, Orders, Packet, Ready, receive, send

STARTS_WITHIN = 30.0  # seconds
ENDS_WITHIN = 2.0  # seconds
COMMAND = [sys.executable, "-I", "-m", "gatepost.adapters.inspection.process"]
ENVIRONMENT = {"LC_ALL": "C.UTF-8"}  # the worker's own may hold what is nobody's business


class Nursery:
    """Owned by a `Pool`. Started in its constructor, which takes some milliseconds; ready a second later.

    Args:
        hear: told of `Ready` and `Ended`.
        gone: called once when it has ended, however that came.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, orders: Orders, hear: Callable[[Ready | Ended], None],
        gone: Callable[[], None],
    ) -> None:  # fmt: skip
        self.loop, self.hear, self.gone = loop, hear, gone
        self.is_open = True
        self.line, self.process = launched()
        self.line.setblocking(False)
        self.late = loop.call_later(STARTS_WITHIN, self.end)
        loop.add_reader(self.line, self.read)
        self.say(orders)

    def say(self, packet: Packet, descriptors: tuple[int, ...] = ()) -> None:
        try:
            send(self.line, packet, descriptors)
        except OSError:  # it has ended, or hears no more
            self.loop.call_soon(self.end)

    def read(self) -> None:
        try:
            packet, _ = receive(self.line)
        except BlockingIOError:
            return
        except (OSError, msgspec.DecodeError):
            packet = None
        match packet:
            case Ready():
                self.late.cancel()
                self.hear(packet)
            case Ended():
                self.hear(packet)
            case _:
                self.end()

    def end(self) -> None:
        """Whatever it has forked ends with it."""
        if not self.is_open:
            return
        self.is_open = False
        self.late.cancel()
        self.loop.remove_reader(self.line)
        self.line.close()
        self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(ENDS_WITHIN)
        self.gone()


def launched() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """Our end of the line, and the process at the other."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [*COMMAND, str(theirs.fileno())],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(theirs.fileno(),), cwd="/", env=ENVIRONMENT,
        )  # fmt: skip
    return ours, process
