"""Where does what a site has taught lie, who may change it, and how is a file replaced whole?

    learn/site.model    what all lessons together make, for the workers
    learn/calibration   what its scores mean here, once enough was taught
    learn/lessons.db    each lesson, to take it out again
    learn/lock          held by who teaches

What root writes belongs to the owner of the directory above: the gateway's user must be able to go on with it.
"""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gatepost.ports.unavailable import Unavailable

MODEL, CALIBRATION, LESSONS, LOCK = "site.model", "calibration", "lessons.db", "lock"
PATIENCE = 30.0  # seconds for others who teach
PAUSE = 0.01  # seconds between two tries


def make_directory(directory: Path) -> None:
    """Raises `Unavailable`."""
    try:
        directory.mkdir(mode=0o700)
        give(directory, directory.parent)
    except FileExistsError:
        return
    except FileNotFoundError:
        raise Unavailable(f"{directory.parent} is not there yet: `gatepost run` makes it, for its own user") from None
    except OSError as error:
        raise Unavailable(f"{directory}: {error.strerror}") from error


def give(what: Path | int, like: Path) -> None:
    """To the owner of another, where we are root."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(what, owner.st_uid, owner.st_gid)


def ensure(path: Path) -> None:
    """A file of 0600. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        give(descriptor, path.parent)
    finally:
        os.close(descriptor)


def replace(path: Path, octets: bytes) -> None:
    """All of it or nothing, on the disk. Raises OSError."""
    made = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            give(descriptor, path.parent)
            file.write(octets)
            file.flush()
            os.fsync(descriptor)
        made.rename(path)
    except BaseException:
        with suppress(OSError):
            made.unlink()
        raise
    sync(path.parent)


def sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(directory: Path) -> None:
    """What one who was killed left half written. Only under the lock."""
    for name in (MODEL, CALIBRATION):
        for left in directory.glob(f"{name}.*"):
            left.unlink(missing_ok=True)


@contextmanager
def alone(directory: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Nobody else teaches meanwhile; whoever dies gives the lock back.

    Raises:
        Unavailable: somebody else does for too long, or this user may not.
    """
    make_directory(directory)
    path = directory / LOCK
    try:
        ensure(path)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error
    try:
        wait_for(descriptor, path, patience)
        yield
    finally:
        os.close(descriptor)


def wait_for(descriptor: int, path: Path, patience: float) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise Unavailable(f"{path}: another process is teaching") from None
            time.sleep(PAUSE)
        else:
            return
