"""Is the data directory there, is it ours, and are we the only ones in it?"""

import fcntl
import os
from pathlib import Path

from gatepost.supervise.contract import StartError
from gatepost.supervise.privileges import Account

LOCK = "lock"


def make(path: Path, owner: Account | None) -> None:
    """Makes it, for its owner's eyes only, where it is absent. Raises `StartError`."""
    try:
        if not path.exists():
            path.mkdir(mode=0o700, parents=True)
            if owner is not None:
                os.chown(path, owner.uid, owner.gid)
    except OSError as error:
        raise StartError(f"gateway.data_dir: cannot make {path}: {error.strerror}") from None
    if not path.is_dir():
        raise StartError(f"gateway.data_dir: {path} is no directory")


def is_ours(path: Path) -> None:
    """Raises `StartError` if the user we are may not use it."""
    for above in reversed(path.absolute().parents):
        if not os.access(above, os.X_OK, effective_ids=True):
            raise StartError(
                f"gateway.data_dir: user {os.geteuid()} may not enter {above}, above {path}; "
                f"let him: chmod o+x {above}, or choose another place"
            )
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
        raise StartError(
            f"gateway.data_dir: user {os.geteuid()} may not write in {path}; "
            f"make it his: chown -R {os.geteuid()} {path}"
        )


def lock(path: Path, owner: Account | None) -> int:
    """A descriptor; as long as it, or a child's copy of it, is open nobody else gets it. Raises `StartError`."""
    try:
        descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        if owner is not None and os.fstat(descriptor).st_nlink == 1:  # never a file that its owner linked to here
            os.fchown(descriptor, owner.uid, owner.gid)
    except OSError as error:
        raise StartError(f"gateway.data_dir: cannot open {path / LOCK}: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "another process"
        os.close(descriptor)
        raise StartError(
            f"gateway.data_dir: {path} is in use by a gateway that runs already (process {holder}); "
            "stop that one first, or give this one a data_dir of its own"
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor
