"""Where does what a site has taught lie, and who may change it?

    learn/site.model    what all lessons together make, for the workers
    learn/calibration   what its scores mean here, once enough was taught
    learn/lessons.db    each lesson, to take it out again
    learn/lock          held by who teaches

What root writes belongs to the owner of the directory above: the gateway's user must be able to go on with it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gatepost.disk.durable import give
from gatepost.disk.locks import locked
from gatepost.ports.unavailable import Unavailable

MODEL, CALIBRATION, LESSONS, LOCK = "site.model", "calibration", "lessons.db", "lock"
PATIENCE = 30.0  # seconds for others who teach


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


def ensure(path: Path) -> None:
    """A file of 0600. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        give(descriptor, path.parent)
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
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error
    with locked(path, patience, "another process is teaching"):
        yield
