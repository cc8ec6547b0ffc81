"""Which names does NTFS have for a file: in its own record, and in the directories that list it?"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import Meter
from gatepost.adapters.inspection.disks.extents import joined
from gatepost.adapters.inspection.disks.fields import le
from gatepost.adapters.inspection.disks.ntfs_records import REFERENCE, mended

DOS = 2  # name space of a short name beside a long one
MARK = b"INDX"
ROOT_HEADER, BLOCK_HEADER = 16, 24  # octets in front of a list of entries
LAST = 0x02  # flag of the entry that ends a list
NAME_IN_ENTRY = 16  # octet
LARGEST = 8 * 1024 * 1024  # octets of one directory


class Name(Struct, frozen=True):
    """Args: directory: number of its record."""

    directory: int
    text: str
    space: int


Listed = Iterator[tuple[int, Name]]


def read_name(octets: bytes) -> Name:
    text = octets[66 : 66 + 2 * le(octets, 64, 1)].decode("utf-16-le", "replace")
    return Name(le(octets, 0, 8) & REFERENCE, text, le(octets, 65, 1))


def in_root(directory: int, octets: bytes) -> Listed:
    yield from entries(directory, octets, ROOT_HEADER)


def in_blocks(directory: int, made: Iterable[bytes], real: int, size: int, meter: Meter) -> Listed:
    """Args: size: of a block in octets."""
    octets = joined(made, min(real, LARGEST))
    for at in range(0, len(octets), size):
        meter.budget.time()
        if octets[at : at + 4] == MARK:
            yield from entries(directory, mended(octets[at : at + size])[0], BLOCK_HEADER)


def entries(directory: int, octets: bytes, header: int) -> Listed:
    """Each is at least as long as what stands in front of a name, so that a list ends."""
    at = header + le(octets, header, 4)
    end = min(header + le(octets, header + 4, 4), len(octets))
    while at + NAME_IN_ENTRY <= end and not le(octets, at + 12, 2) & LAST:
        length = le(octets, at + 8, 2)
        name = read_name(octets[at + NAME_IN_ENTRY : at + length])
        if name.text:
            yield le(octets, at, 8) & REFERENCE, Name(directory, name.text, name.space)
        at += max(length, NAME_IN_ENTRY)
