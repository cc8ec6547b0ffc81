"""What does a disk show at an octet, whether it is there as it is, a part of another, or in blocks here and there?

Nothing is copied but what is read, so that a disk of many gibibytes in a small file costs nothing.
"""

from collections.abc import Callable
from typing import Protocol


class View(Protocol):
    """A disk, or a part of one."""

    @property
    def size(self) -> int:
        """Octets that it has, or claims."""

    def read(self, at: int, length: int) -> bytes:
        """Fewer than asked for where the disk or its file ends; never raises. Who calls bounds `length`."""


class Flat:
    """Octets as they are."""

    def __init__(self, octets: bytes | memoryview) -> None:
        self.octets = memoryview(octets)
        self.size = len(octets)

    def read(self, at: int, length: int) -> bytes:
        return bytes(self.octets[at : at + length]) if at >= 0 and length > 0 else b""


class Part:
    """So many octets of another view."""

    def __init__(self, view: View, start: int, size: int) -> None:
        self.view, self.start = view, start
        self.size = max(min(size, view.size - start), 0)

    def read(self, at: int, length: int) -> bytes:
        length = min(length, self.size - at)
        return self.view.read(self.start + at, length) if at >= 0 and length > 0 else b""


class Blocks:
    """A disk in blocks of one size.

    Args:
        content: of the block with this number, shorter where its file is cut short; None for zeros.
    """

    def __init__(self, size: int, block: int, content: Callable[[int], bytes | memoryview | None]) -> None:
        self.size, self.block, self.content = size, block, content

    def read(self, at: int, length: int) -> bytes:
        end = min(at + length, self.size) if at >= 0 else at
        parts: list[bytes] = []
        while at < end:
            index, within = divmod(at, self.block)
            step = min(self.block - within, end - at)
            stored = self.content(index)
            parts.append(bytes(step) if stored is None else bytes(stored[within : within + step]))
            if len(parts[-1]) < step:
                break
            at += step
        return b"".join(parts)
