"""Where on a disk does a file lie, and what is there?"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import STEP
from gatepost.adapters.inspection.disks.views import View

ZEROS = bytes(STEP)


class Extent(Struct, frozen=True):
    """Octets in a row.

    Args:
        at: octet in the view; None for a hole, which reads as zeros.
    """

    at: int | None
    length: int


def total(extents: Sequence[Extent]) -> int:
    return sum(extent.length for extent in extents)


def pieces(view: View, extents: Iterable[Extent]) -> Iterator[bytes]:
    """Of at most `STEP` octets; ends early where the view does."""
    for extent in extents:
        done = 0
        while done < extent.length:
            step = min(STEP, extent.length - done)
            piece = ZEROS[:step] if extent.at is None else view.read(extent.at + done, step)
            yield piece
            if len(piece) < step:
                return
            done += step


def with_zeros_from(made: Iterable[bytes], initial: int) -> Iterator[bytes]:
    """What was never written reads as zeros, whatever is there."""
    at = 0
    for piece in made:
        kept = max(min(len(piece), initial - at), 0)
        yield piece if kept == len(piece) else piece[:kept] + bytes(len(piece) - kept)
        at += len(piece)


def joined(made: Iterable[bytes], most: int) -> bytes:
    """At most `most` octets of it."""
    kept: list[bytes] = []
    room = most
    for piece in made:
        kept.append(piece[:room])
        room -= len(kept[-1])
        if room <= 0:
            break
    return b"".join(kept)
