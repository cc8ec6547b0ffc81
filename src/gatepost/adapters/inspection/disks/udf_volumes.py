"""Which file sets does a disc with UDF have, and where are the blocks of its partitions? (ECMA-167 part 3)"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.disks.fields import is_power, le
from gatepost.adapters.inspection.disks.udf_records import (
    ANCHOR,
    END,
    LOGICAL,
    PARTITION,
    POINTER,
    Address,
    address,
    tag,
)
from gatepost.adapters.inspection.disks.views import View

BLOCKS = (2048, 512, 4096, 1024, 8192, 16384, 32768)  # octets that a block of a disc may have
ANCHOR_AT = 256  # block
LATE = (512, 1024)  # blocks where some discs have it
MOST_DESCRIPTORS = 256  # of one sequence
MOST_SEQUENCES = 16
MOST_MAPS = 16
MAPS = 440  # octet of a logical volume descriptor
KINDS = {b"*UDF Virtual Partition": "virtual", b"*UDF Sparable Partition": "sparable",
         b"*UDF Metadata Partition": "metadata"}  # fmt: skip


class Map(Struct, frozen=True):
    """A partition as a logical volume counts them.

    Args:
        number: of the partition that it lies in.
        kind: "plain", one of `KINDS`, or "unknown".
        at: of a metadata partition, the block where its own file is described.
    """

    number: int
    kind: str = "plain"
    at: int = 0


class Logical(Struct, frozen=True):
    """A logical volume: where its file set is described, and its partitions."""

    block: int
    file_set: Address
    maps: tuple[Map, ...]


class Sequence(Struct, frozen=True):
    """What one sequence of volume descriptors says; `partitions`: the first block, the blocks, of each number."""

    block: int
    volumes: tuple[Logical, ...]
    partitions: dict[int, tuple[int, int]]


def sequences(view: View) -> Iterator[Sequence]:
    """The main ones and the reserve, by every anchor, each once."""
    seen: set[tuple[int, int]] = set()
    for block in BLOCKS:
        last = view.size // block - 1
        for at in dict.fromkeys((ANCHOR_AT, last, last - ANCHOR_AT, *LATE)):
            octets = view.read(at * block, 32)
            if tag(octets) != ANCHOR or le(octets, 12, 4) != at:
                continue
            for place in (16, 24):
                start, length = le(octets, place + 4, 4), le(octets, place, 4)
                if (block, start) not in seen and len(seen) < MOST_SEQUENCES:
                    seen.add((block, start))
                    yield sequence(view, block, start, length)


def sequence(view: View, block: int, start: int, length: int) -> Sequence:
    volumes: list[tuple[int, Logical]] = []
    partitions: dict[int, tuple[int, tuple[int, int]]] = {}
    at, end = start, start + length // block
    for _ in range(MOST_DESCRIPTORS):
        octets = view.read(at * block, max(block, 512)) if at < end else b""
        kind, order = tag(octets), le(octets, 16, 4)
        if kind == END or not octets:
            break
        at += 1
        if kind == POINTER:
            at, end = le(octets, 24, 4), le(octets, 24, 4) + le(octets, 20, 4) // block
        elif kind == PARTITION:
            number, place = le(octets, 22, 2), (le(octets, 188, 4), le(octets, 192, 4))
            if number not in partitions or partitions[number][0] <= order:
                partitions[number] = order, place
        elif kind == LOGICAL and (volume := logical(octets, view, (at - 1) * block)) is not None:
            volumes.append((order, volume))
    newest = max((order for order, _ in volumes), default=0)
    return Sequence(
        block,
        tuple(dict.fromkeys(volume for order, volume in volumes if order == newest)),
        {number: place for number, (_, place) in partitions.items()},
    )


def logical(octets: bytes, view: View, at: int) -> Logical | None:
    block, count, length = le(octets, 212, 4), le(octets, 268, 4), le(octets, 264, 4)
    if not is_power(block, 512, 32768):
        return None
    table = view.read(at + MAPS, min(length, 64 * MOST_MAPS))
    maps: list[Map] = []
    place = 0
    while len(maps) < min(count, MOST_MAPS) and place + 6 <= len(table):
        maps.append(read_map(table[place : place + 64]))
        place += max(table[place + 1], 6)
    return Logical(block, address(octets, 248), tuple(maps))


def read_map(octets: bytes) -> Map:
    if octets[0] == 1:
        return Map(le(octets, 4, 2))
    kind = KINDS.get(octets[5:28].rstrip(b"\0"), "unknown") if octets[0] == 2 else "unknown"
    return Map(le(octets, 38, 2), kind, le(octets, 40, 4))
