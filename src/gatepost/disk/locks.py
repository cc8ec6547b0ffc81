"""How does one process alone get at something, and what if it dies meanwhile?

The kernel gives back the lock of whoever dies (flock(2)).
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gatepost.ports.unavailable import Unavailable

PATIENCE = 10.0  # seconds for a lock that others hold for milliseconds
PAUSE = 0.005  # seconds between two tries


@contextmanager
def locked(path: str | Path, patience: float = PATIENCE, busy: str = "locked by another process") -> Iterator[None]:
    """Nobody else has the lock of that file or directory meanwhile.

    Args:
        busy: what is said of somebody who has it.

    Raises:
        Unavailable: somebody has it for longer than `patience` seconds.
        OSError: there is no such file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        wait_for(descriptor, path, patience, busy)
        yield
    finally:
        os.close(descriptor)


def wait_for(
    descriptor: int, path: str | Path, patience: float = PATIENCE, busy: str = "locked by another process"
) -> None:
    """The lock of an open file, until it is closed. Raises `Unavailable`, see `locked`."""
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise Unavailable(f"{path}: {busy}") from None
            time.sleep(PAUSE)
        else:
            return
