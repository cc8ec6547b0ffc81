"""How does something get onto the disk so that a power failure cannot take it back?

A file is written under another name, synced, and then renamed; whoever reads finds all of it or nothing. What root
writes belongs to the owner of the directory: the gateway's user must be able to go on with it.
"""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_synced(directory: str | Path, chunks: Iterable[bytes], name: str = "") -> str:
    """A new file with these octets in `directory`, on the disk; nothing is left behind if that fails. Raises OSError.

    Args:
        name: what the name begins with; "" = the number of this process.
    """
    path = f"{directory}/{name or os.getpid()}.{secrets.token_hex(8)}"
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


def replace(path: Path, octets: bytes) -> None:
    """All of it or nothing, on the disk. Raises OSError.

    Who is killed leaves a file whose name begins as that of `path`.
    """
    made = write_synced(path.parent, (octets,), path.name)
    try:
        os.rename(made, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(made)
        raise
    sync_directory(path.parent)


def give(what: int | Path, like: str | Path) -> None:
    """A file or directory to the owner of another, where we are root. Raises OSError."""
    if os.geteuid() == 0:
        owner = os.stat(like)
        os.chown(what, owner.st_uid, owner.st_gid)


def sync_directory(path: str | Path) -> None:
    """Names that came and went in it are on the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
