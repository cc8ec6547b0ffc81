"""Where do the partitions of a disk lie, by its master boot record and its GUID partition table?"""

from collections.abc import Iterator
from uuid import UUID

from msgspec import Struct

from gatepost.adapters.inspection.disks.fields import guid, le
from gatepost.adapters.inspection.disks.files import unread
from gatepost.adapters.inspection.disks.views import View
from gatepost.model.inspection import Trait

SECTORS = (512, 4096)  # octets that a sector of a disk may have
TABLE, ENTRY, ENTRIES = 446, 16, 4  # of a master boot record, in octets
SIGNATURE = b"\x55\xaa"
EXTENDED = (0x05, 0x0F, 0x85)  # types
PROTECTIVE = 0xEE
MOST_LOGICAL = 64
GPT = b"EFI PART"
MOST_IN_GPT = 1024
SMALLEST_ENTRY = 128  # octets, of a GUID partition table


RESERVED = UUID("e3c9e316-0b5c-4db8-817d-f92df00215ae")  # Windows' own type, which holds nothing


class Place(Struct, frozen=True):
    """Octets of a disk; may_be_empty: no file system is missed there."""

    start: int
    size: int
    may_be_empty: bool = False


def partitions(view: View) -> Iterator[Place | Trait]:
    seen: set[int] = set()
    for sector in SECTORS:
        for found in (*by_boot_record(view, sector), *by_gpt(view, sector)):
            if isinstance(found, Trait):
                yield found
            elif found.start >= view.size or found.size <= 0:
                yield unread("a partition outside of the disk")
            elif found.start not in seen:
                seen.add(found.start)
                yield found


def by_boot_record(view: View, sector: int) -> Iterator[Place | Trait]:
    """The logical ones are in a chain, of which each link names the next."""
    if sector != SECTORS[0]:
        return
    extended: list[int] = []
    for kind, start, count in table(view.read(0, SECTORS[0])):
        if kind in EXTENDED:
            extended.append(start)
        elif kind != PROTECTIVE:
            yield Place(start * sector, count * sector)
    for first in extended:
        yield from logical(view, first, sector)


def logical(view: View, first: int, sector: int) -> Iterator[Place | Trait]:
    at: int | None = first
    seen: set[int] = set()
    while at is not None:
        octets = view.read(at * sector, SECTORS[0])
        if at in seen or len(seen) == MOST_LOGICAL or octets[510:512] != SIGNATURE:
            yield unread("a chain of partitions that leads to itself, goes on for long, or is damaged")
            return
        seen.add(at)
        following = None
        for kind, start, count in table(octets):
            if kind in EXTENDED:
                following = first + start
            else:
                yield Place((at + start) * sector, count * sector)
        at = following


def table(octets: bytes) -> Iterator[tuple[int, int, int]]:
    """Type, first sector, sectors; nothing where it cannot be such a table."""
    entries = [octets[at : at + ENTRY] for at in range(TABLE, TABLE + ENTRIES * ENTRY, ENTRY)]
    if octets[510:512] != SIGNATURE or any(entry[0] & 0x7F for entry in entries):
        return
    for entry in entries:
        if entry[4] and le(entry, 12, 4):
            yield entry[4], le(entry, 8, 4), le(entry, 12, 4)


def by_gpt(view: View, sector: int) -> Iterator[Place | Trait]:
    """The one at the beginning, and the copy at the end, in which there may be others."""
    for header in (sector, view.size - sector):
        head = view.read(header, 512)
        if head[:8] != GPT:
            continue
        count, size = le(head, 80, 4), le(head, 84, 4)
        if size < SMALLEST_ENTRY or size > sector * 8:
            yield unread("a partition table with impossible entries")
            continue
        if count > MOST_IN_GPT:
            yield unread("more partitions than are looked at")
        octets = view.read(le(head, 72, 8) * sector, min(count, MOST_IN_GPT) * size)
        if len(octets) < min(count, MOST_IN_GPT) * size:
            yield unread("a partition table that is cut short")
        for at in range(0, len(octets) - size + 1, size):
            first, last = le(octets, at + 32, 8), le(octets, at + 40, 8)
            if any(octets[at : at + 16]) and first:
                yield Place(first * sector, (last - first + 1) * sector, guid(octets, at) == RESERVED)
