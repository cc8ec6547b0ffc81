"""Which signals came? They end the waiting in `poll` and are acted on between two turns of the loop."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

HEEDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGCHLD)
IGNORED_BY_CHILDREN = (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)
"""Ctrl-C and a closed terminal reach the whole group; only the supervisor decides what follows."""


class Heed:
    """The supervisor's ear; made once, in the main thread."""

    def __init__(self) -> None:
        self.ear, mouth = socket.socketpair()
        self.ear.setblocking(False)
        mouth.setblocking(False)
        self.mouth = mouth
        for number in HEEDED:
            signal.signal(number, nothing)
        signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)

    def came(self) -> list[int]:
        """Numbers in the order in which they came."""
        with suppress(BlockingIOError):
            return list(self.ear.recv(4096))
        return []


def nothing(number: int, frame: FrameType | None) -> None:
    """A handler, so that the signal does not do what it does by default; the wake-up octet says the rest."""


@contextmanager
def held() -> Iterator[None]:
    """No signal arrives in here: what is sent to a child before it has settled must not reach our ear."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HEEDED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def forget_all() -> None:
    """In a new child, signals still held: as in a fresh process, but deaf to what is meant for the supervisor."""
    signal.set_wakeup_fd(-1)
    for number in HEEDED:
        signal.signal(number, signal.SIG_IGN if number in IGNORED_BY_CHILDREN else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEEDED)


def name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
