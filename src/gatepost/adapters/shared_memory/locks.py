"""Who may change this part of the shared table just now? One kernel lock per shard.

POSIX record locks (`fcntl(2)`, F_SETLKW) on a memfd: the kernel gives them back when their holder
dies, wherever it was killed; a process forked by a worker does not inherit them, as it would a
`flock`; a range of bytes locks several shards in one call. A semaphore in the pages themselves
would be quicker and would stay locked after SIGKILL.

They hold between processes, not between threads: a worker touches shared memory from its loop only.
Nobody takes a second one while holding one, so there is no order to get wrong.
"""

import os
from fcntl import LOCK_EX, LOCK_UN, lockf

SHARDS = 64  # a power of two: locks of one table


def lock_file() -> int:
    """A descriptor that all processes forked later lock on; nothing else may open or close it."""
    return os.memfd_create("gatepost-locks", os.MFD_CLOEXEC)


class Locks:
    """The locks of one table: the bytes `first` to `first + SHARDS - 1` of the lock file."""

    __slots__ = ("file", "first")

    def __init__(self, file: int, first: int) -> None:
        self.file, self.first = file, first

    def take(self, shard: int, count: int = 1) -> None:
        """Waits for `count` shards from `shard` on; a holder keeps them for microseconds."""
        lockf(self.file, LOCK_EX, count, self.first + shard)

    def give(self, shard: int, count: int = 1) -> None:
        lockf(self.file, LOCK_UN, count, self.first + shard)
