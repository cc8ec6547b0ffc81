"""What is in an exFAT file system? (Microsoft: exFAT file system specification)"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.disks.chains import Chains
from gatepost.adapters.inspection.disks.extents import pieces, total, with_zeros_from
from gatepost.adapters.inspection.disks.fields import le
from gatepost.adapters.inspection.disks.files import File, Files, inside, unread
from gatepost.adapters.inspection.disks.views import View
from gatepost.model.inspection import Trait

BOOT = 512  # octets that are read of the boot sector
MARK = b"EXFAT   "  # at octet 3
ENTRY = 32  # octets
FILE, STREAM, NAME = 0x85, 0xC0, 0xC1  # types of entries in use
SECONDARY = 0x40  # bit in the type of what belongs to the entry before
DIRECTORY = 0x10  # attribute
IN_ONE_ROW = 0x02
SECTORS, CLUSTERS = range(9, 13), range(26)  # their octets as powers of two
SECOND_TABLE = 1


class Entry(Struct, frozen=True):
    """Args: valid: octets that were written; the others of `size` read as zeros."""

    name: str
    attributes: int
    first: int
    size: int
    valid: int
    in_one_row: bool


def read_exfat(view: View, meter: Meter) -> Files:
    boot = view.read(0, BOOT)
    sector, cluster = le(boot, 108, 1), le(boot, 109, 1)
    if sector not in SECTORS or sector + cluster not in CLUSTERS:
        raise Damaged("an exFAT file system with impossible clusters")
    second = le(boot, 84, 4) if le(boot, 106, 2) & SECOND_TABLE and le(boot, 110, 1) > 1 else 0
    chains = Chains(
        view, meter, at=(le(boot, 80, 4) + second) << sector, bits=32, data=le(boot, 88, 4) << sector,
        cluster=1 << sector + cluster, count=le(boot, 92, 4),
    )  # fmt: skip
    waiting = [("", le(boot, 96, 4), False, 0)]
    while waiting:
        path, first, in_one_row, size = waiting.pop()
        octets, problem = chains.row_directory(first, size) if in_one_row else chains.directory(first)
        if problem:
            yield unread(f"directory {path}: {problem}")
        for entry in entries(octets):
            meter.budget.time()
            if isinstance(entry, Trait):
                yield entry
            elif entry.attributes & DIRECTORY:
                waiting.append((inside(path, entry.name), entry.first, entry.in_one_row, entry.size))
            else:
                yield file(chains, path, entry)


def entries(octets: bytes) -> Iterator[Entry | Trait]:
    """A file has an entry for itself, one for its content, and some for its name."""
    for at in range(0, len(octets) - ENTRY + 1, ENTRY):
        if octets[at] == FILE:
            parts = tuple(secondary(octets, at))
            streams = [part for part in parts if part[0] == STREAM]
            if len(streams) != 1:
                yield unread("a file that does not say where it is")
            yield from (made(octets[at : at + ENTRY], part, parts) for part in streams[:1])


def secondary(octets: bytes, first: int) -> Iterator[bytes]:
    """The entries that belong to the one at `first`, as far as they can."""
    for at in range(first + ENTRY, min(first + ENTRY * (octets[first + 1] + 1), len(octets) - ENTRY + 1), ENTRY):
        if not octets[at] & SECONDARY:
            return
        yield octets[at : at + ENTRY]


def made(entry: bytes, stream: bytes, parts: tuple[bytes, ...]) -> Entry:
    name = b"".join(part[2:] for part in parts if part[0] == NAME)[: 2 * stream[3]].decode("utf-16-le", "replace")
    return Entry(
        name, le(entry, 4, 2), le(stream, 20, 4), le(stream, 24, 8), le(stream, 8, 8), bool(stream[1] & IN_ONE_ROW)
    )


def file(chains: Chains, path: str, entry: Entry) -> File:
    """What was not written has clusters all the same, so the claim of a size cannot be larger than the disk."""
    find, size = chains.row if entry.in_one_row else chains.file, chains.bounded(entry.size)
    where = find(entry.first, size)
    found = total(where)
    return File(
        name=inside(path, entry.name), length=found,
        pieces=lambda: with_zeros_from(pieces(chains.view, where), entry.valid),
        traits=() if found == size else (unread("its clusters end early"),),
    )  # fmt: skip
