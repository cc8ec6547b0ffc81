"""Octets out of a compressed stream, in bounded steps, with what went wrong beside what came out."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from msgspec import Struct

from gatepost.adapters.inspection.budget import Budget, OverBudget

STEP = 256 * 1024  # octets made at a time, between two questions to the budget
FEED = 64 * 1024  # octets given at a time: what zlib has not used of them it copies
KEPT = 1024 * 1024  # octets of a bomb that are looked into all the same
LZMA_MEMORY = 96 * 1024 * 1024  # of its decoder: dictionaries to 64 MiB, which is xz -9


class Damaged(Exception):
    """The stream cannot be read on; says why, printable."""


class Meter:
    """What one container of `packed` octets has given, all its members together."""

    def __init__(self, budget: Budget, packed: int) -> None:
        self.budget, self.packed = budget, packed
        self.given = 0

    def add(self, octets: int) -> None:
        self.given += octets
        self.budget.room(octets)
        self.budget.ratio(self.packed, self.given)

    def lacks(self, octets: int) -> str:
        """The budget that so many more octets would run out of, "" if none: for what is better not begun."""
        allowance, given = self.budget.allowance, self.given + octets
        if self.budget.octets + octets > allowance.octets:
            return "size"
        return "ratio" if given > allowance.free and given > allowance.ratio * self.packed else ""


class Unpacked(Struct, frozen=True):
    """What came out.

    Args:
        problem: why it is not whole, "" where it is.
        over: the budget that ran out while it was made; `octets` is its beginning then.
        unused: octets behind the end of the stream.
    """

    octets: bytes
    problem: str = ""
    over: str = ""
    unused: int = 0


class Decompressor(Protocol):
    """What zlib, bz2 and lzma have in one shape."""

    def step(self, octets: bytes | memoryview) -> bytes:
        """At most `STEP` octets; takes none while it is not hungry."""

    @property
    def hungry(self) -> bool: ...

    @property
    def ended(self) -> bool: ...

    @property
    def unused(self) -> int: ...


class Inflate:
    """Raw, zlib or gzip by `wbits` as in zlib's manual."""

    def __init__(self, wbits: int) -> None:
        self.inner = zlib.decompressobj(wbits)

    def step(self, octets: bytes | memoryview) -> bytes:
        return self.inner.decompress(self.inner.unconsumed_tail or octets, STEP)

    @property
    def hungry(self) -> bool:
        return not self.inner.unconsumed_tail

    @property
    def ended(self) -> bool:
        return self.inner.eof

    @property
    def unused(self) -> int:
        return len(self.inner.unused_data)


class Bzip2:
    def __init__(self) -> None:
        self.inner = bz2.BZ2Decompressor()

    def step(self, octets: bytes | memoryview) -> bytes:
        return self.inner.decompress(octets, STEP)

    @property
    def hungry(self) -> bool:
        return self.inner.needs_input

    @property
    def ended(self) -> bool:
        return self.inner.eof

    @property
    def unused(self) -> int:
        return len(self.inner.unused_data)


class Lzma:
    """Of a format of module lzma."""

    def __init__(self, form: int, filters: list[dict[str, int]] | None = None) -> None:
        limit = None if form == lzma.FORMAT_RAW else LZMA_MEMORY
        self.inner = lzma.LZMADecompressor(form, limit, filters)

    def step(self, octets: bytes | memoryview) -> bytes:
        return self.inner.decompress(octets, STEP)

    @property
    def hungry(self) -> bool:
        return self.inner.needs_input

    @property
    def ended(self) -> bool:
        return self.inner.eof

    @property
    def unused(self) -> int:
        return len(self.inner.unused_data)


class Stream:
    """One stream of `octets`, and where it ends."""

    def __init__(self, octets: bytes | memoryview, made: Decompressor) -> None:
        self.octets, self.made = memoryview(octets), made
        self.at = 0

    def pieces(self) -> Iterator[bytes]:
        """Raises `Damaged` where it ends early or makes no sense."""
        try:
            while not self.made.ended:
                piece = self.made.step(self.feed())
                yield piece  # an empty one too: streams can be made of which nothing comes for long
                if not piece and self.at >= len(self.octets) and self.made.hungry and not self.made.ended:
                    raise Damaged("cut short")
        except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError, MemoryError) as error:
            raise Damaged(f"cannot be decompressed: {type(error).__name__}") from error

    def feed(self) -> memoryview:
        given = self.octets[self.at : self.at + FEED] if self.made.hungry else self.octets[:0]
        self.at += len(given)
        return given

    @property
    def unused(self) -> int:
        """Octets behind its end; 0 until that is reached."""
        return len(self.octets) - self.at + self.made.unused if self.made.ended else 0


def gathered(made: Iterable[bytes], meter: Meter) -> Unpacked:
    """All pieces in one, as far as they come and the budget allows."""
    kept: list[bytes] = []
    try:
        for piece in made:
            meter.add(len(piece))
            if piece:
                kept.append(piece)
    except Damaged as error:
        return Unpacked(b"".join(kept), problem=str(error))
    except OverBudget as error:
        return Unpacked(beginning(kept), over=str(error))
    return Unpacked(b"".join(kept))


def beginning(kept: list[bytes]) -> bytes:
    return b"".join(kept[: KEPT // STEP + 1])[:KEPT]


def unpacked(octets: bytes | memoryview, make: Callable[[], Decompressor], meter: Meter) -> Unpacked:
    """One stream. Never raises."""
    try:
        stream = Stream(octets, make())
    except (ValueError, lzma.LZMAError) as error:
        return Unpacked(b"", problem=f"cannot be decompressed: {type(error).__name__}")
    whole = gathered(stream.pieces(), meter)
    return Unpacked(whole.octets, whole.problem, whole.over, stream.unused)
