"""Where a message is kept while it is judged: in memory when small, in an unnamed file when not.

The file has no name (O_TMPFILE), so whatever happens to the process it leaves nothing behind; the
message is not ours until the backend or the quarantine has it, so nothing needs to survive.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

BLOCK = 128 * 1024  # octets read at a time: what the backend writes at a time
PARTS = 32  # pieces that are kept as they came; then they are joined, for each takes some memory of its own


class SpoolFull(Exception):
    """The disk took no more; the client is told 452 and keeps the message."""


class Spool:
    """Content of one message; implements `model.message.Content`. Owned by the session that fills it.

    Args:
        directory: where large messages go; on the same machine, not shared.
        memory_limit: octets kept in memory.
    """

    __slots__ = ("descriptor", "directory", "memory_limit", "parts", "size")

    def __init__(self, directory: Path, memory_limit: int) -> None:
        self.directory = directory
        self.memory_limit = memory_limit
        self.size = 0
        self.parts: list[bytes] = []  # in memory: most messages come in one piece, which is kept as it is
        self.descriptor = -1

    def write(self, octets: bytes) -> None:
        """Append. Raises `SpoolFull`."""
        if not octets:
            return
        self.size += len(octets)
        if self.descriptor >= 0:
            self.append_to_file(octets)
        elif self.size > self.memory_limit:
            self.move_to_file(octets)
        else:
            self.parts.append(octets)
            if len(self.parts) == PARTS:
                self.parts = [b"".join(self.parts)]

    def move_to_file(self, octets: bytes) -> None:
        try:
            self.descriptor = os.open(self.directory, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SpoolFull(str(error)) from error
        for part in self.parts:
            self.append_to_file(part)
        self.parts = []
        self.append_to_file(octets)

    def append_to_file(self, octets: bytes) -> None:
        view = memoryview(octets)
        try:
            while view:
                view = view[os.write(self.descriptor, view) :]
        except OSError as error:
            raise SpoolFull(str(error)) from error

    def chunks(self) -> Iterator[bytes]:
        """All of it. Raises OSError rather than end early: what reads it says that the message is complete then."""
        if self.descriptor < 0:
            if self.size and not self.parts:
                raise OSError(errno.EBADF, "the spool is closed")
            yield from self.parts
            return
        at = 0
        while block := os.pread(self.descriptor, BLOCK, at):
            at += len(block)
            yield block
        if at != self.size:
            raise OSError(errno.EIO, f"{self.size - at} octets of the spool cannot be read back")

    def head(self, octets: int) -> bytes:
        """The beginning, for the header."""
        if self.descriptor >= 0:
            return os.pread(self.descriptor, octets, 0)
        if self.parts and len(self.parts[0]) < octets:
            self.parts = [b"".join(self.parts)]
        return self.parts[0][:octets] if self.parts else b""

    def close(self) -> None:
        """Give everything back; may be called twice."""
        self.parts = []
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
