"""How does something get onto the disk so that a power failure cannot take it back?

A file is written under another name, synced, and then renamed; whoever reads finds all of it or nothing. What root
writes belongs to the owner of the directory: the gateway's user must be able to go on with it.
"""

import fcntl
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from gatepost.ports.unavailable import Unavailable

PATIENCE = 10.0  # seconds for a lock that others hold for milliseconds
PAUSE = 0.005  # seconds between two tries


def write_synced(directory: str, chunks: Iterable[bytes]) -> str:
    """A new file with these octets in `directory`, on the disk; nothing is left behind if that fails."""
    path = f"{directory}/{os.getpid()}.{secrets.token_hex(8)}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            give(descriptor, directory)
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            os.unlink(path)
        raise
    return path


def give(descriptor: int, directory: str) -> None:
    """To the owner of the directory, where we are root."""
    if os.geteuid() == 0:
        owner = os.stat(directory)
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def sync_directory(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Nobody else has the lock of that file or directory meanwhile; whoever dies gives it back.

    Raises:
        Unavailable: somebody else has it for too long.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        wait_for(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def wait_for(descriptor: int, path: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise Unavailable(f"quarantine: {path} is locked by another process") from None
            time.sleep(PAUSE)
        else:
            return
