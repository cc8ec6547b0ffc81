"""What exactly do engines see? The message as a recipient would have it, held for as long as somebody scans it.

A message is kept dot-stuffed (RFC 5321 §4.5.2). Most hold no line that begins with a dot: then an engine may be given
the very file in which the message lies, opened anew for reading only. Whoever scans may outlive the session whose
message it is, so a file of the session is never read by its descriptor.
"""

import asyncio
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from gatepost.model.message import Content, Message
from gatepost.ports.scanner import HasDescriptor
from gatepost.ports.unavailable import Unavailable

BLOCK = 256 * 1024  # octets read at a time


class HeldSample:
    """A `Sample`. Made with one user; closed when the last has left it.

    Args:
        octets: all of it, where it lies in memory.
        file: descriptor that it owns, -1 for none.
    """

    __slots__ = ("digest", "file", "octets", "size", "users")

    def __init__(self, size: int, digest: str, octets: bytes = b"", file: int = -1) -> None:
        self.size, self.digest = size, digest
        self.octets, self.file = octets, file
        self.users = 1

    def chunks(self) -> Iterator[bytes]:
        """Raises OSError rather than end early."""
        if self.octets or self.file < 0:
            yield self.octets
            return
        yield from blocks(self.file, self.size)

    def descriptor(self) -> int:
        """Raises OSError."""
        if self.file < 0:
            self.file = os.memfd_create("sample", os.MFD_CLOEXEC)
            write_all(self.file, self.octets)
        return self.file

    def hold(self) -> None:
        self.users += 1

    def leave(self) -> None:
        self.users -= 1
        if not self.users and self.file >= 0:
            os.close(self.file)
            self.file = -1


async def sample_of(content: Message | bytes, directory: Path) -> HeldSample:
    """Made here and now where it lies in memory; in a thread where it lies in a file.

    Args:
        directory: where a copy is made of a large message that is dot-stuffed.

    Raises:
        Unavailable: it cannot be read.
    """
    if isinstance(content, bytes):
        return in_memory(content)
    try:
        file = opened_anew(content.content)
        if file < 0:
            return in_memory(unstuffed(b"".join(content.content.chunks())))
        return await asyncio.get_running_loop().run_in_executor(None, in_file, file, content.content.size, directory)
    except OSError as error:
        raise Unavailable(f"the message cannot be read: {error}") from error


def in_memory(octets: bytes) -> HeldSample:
    return HeldSample(len(octets), hashlib.sha256(octets).hexdigest(), octets)


def unstuffed(octets: bytes) -> bytes:
    """Without the dot that each line with a dot in front has been given."""
    if b"\r\n." in octets:
        octets = octets.replace(b"\r\n.", b"\r\n")
    return octets[1:] if octets.startswith(b".") else octets


def opened_anew(content: Content) -> int:
    """A descriptor of our own for its file, which cannot write to it; -1 if it lies in memory. Raises OSError."""
    if not isinstance(content, HasDescriptor) or content.descriptor < 0:
        return -1
    return os.open(f"/proc/self/fd/{content.descriptor}", os.O_RDONLY | os.O_CLOEXEC)


def in_file(file: int, size: int, directory: Path) -> HeldSample:
    """Takes the descriptor over. Raises OSError."""
    try:
        if not is_stuffed(file, size):
            return HeldSample(size, digest_of(file, size), file=file)
        copy, length, digest = unstuffed_copy(file, size, directory)
    except BaseException:
        os.close(file)
        raise
    os.close(file)
    return HeldSample(length, digest, file=copy)


def is_stuffed(file: int, size: int) -> bool:
    """Some line begins with a dot."""
    before = b"\r\n"
    for block in blocks(file, size):
        if b"\r\n." in block or b"\r\n." in before + block[:2]:
            return True
        before = (before + block[-2:])[-2:]
    return False


def digest_of(file: int, size: int) -> str:
    digest = hashlib.sha256()
    for block in blocks(file, size):
        digest.update(block)
    return digest.hexdigest()


def unstuffed_copy(file: int, size: int, directory: Path) -> tuple[int, int, str]:
    """Descriptor of a nameless file with it, its length and digest. Raises OSError."""
    copy = os.open(directory, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    digest, length = hashlib.sha256(), 0
    try:
        for piece in unstuffed_pieces(blocks(file, size)):
            digest.update(piece)
            length += len(piece)
            write_all(copy, piece)
    except BaseException:
        os.close(copy)
        raise
    return copy, length, digest.hexdigest()


def unstuffed_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same as `unstuffed`, however it is cut: a dot goes if CRLF, or nothing, stands before it."""
    before = b"\r\n"
    for piece in pieces:
        data = before + piece
        yield data.replace(b"\r\n.", b"\r\n")[2:]
        before = data[-2:]


def blocks(file: int, size: int) -> Iterator[bytes]:
    """Raises OSError where there is less than `size`."""
    at = 0
    while at < size:
        block = os.pread(file, min(BLOCK, size - at), at)
        if not block:
            raise OSError(f"{size - at} octets of it are missing")
        at += len(block)
        yield block


def write_all(file: int, octets: bytes) -> None:
    view = memoryview(octets)
    while view:
        view = view[os.write(file, view) :]
