"""What is in a VHDX? ([MS-VHDX]) Its log is not applied; that there is one is said."""

from collections.abc import Iterator
from uuid import UUID

from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.disks.fields import guid, is_power, le
from gatepost.adapters.inspection.disks.files import unread
from gatepost.adapters.inspection.disks.images import open_view
from gatepost.adapters.inspection.disks.views import Blocks
from gatepost.adapters.inspection.opened import Hints, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import INCONSISTENT

KIB, MIB = 1024, 1024 * 1024
HEADERS, HEAD = (64 * KIB, 128 * KIB), b"head"
REGIONS, REGION, REGION_SIZE = (192 * KIB, 256 * KIB), b"regi", 64 * KIB
MOST_REGIONS = MOST_ITEMS = 2047
ENTRY = 32  # octets, of both tables
TABLE = UUID("2dc27766-f623-4200-9d64-115e9bfd4a08")
METADATA = UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
PARAMETERS = UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b")
DISK_SIZE = UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8")
SECTOR_SIZE = UUID("8141bf1d-a96f-4709-ba47-f233a8faab5f")
HAS_PARENT = 0x02
FULL, PARTIAL = 6, 7  # states of a block that is there
CHUNK = 1 << 23  # sectors that one map of sectors is for


class Shape(Struct, frozen=True):
    """Args: size, block, sector: octets; table: octet where the list of blocks begins, and where it ends."""

    size: int
    block: int
    sector: int
    table: tuple[int, int]
    has_parent: bool


def open_vhdx(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    shape = read_shape(octets)
    yield from odd(octets, shape)
    yield from open_view(blocks(octets, shape), Meter(budget, len(octets)))


def read_shape(octets: bytes) -> Shape:
    """Raises `Damaged`."""
    at = next((at for at in REGIONS if octets[at : at + 4] == REGION), None)
    found = {} if at is None else dict(regions(octets, at))
    if TABLE not in found or METADATA not in found:
        raise Damaged("no table of regions")
    items = dict(metadata(octets, *found[METADATA]))
    parameters, sector = items.get(PARAMETERS, b""), le(items.get(SECTOR_SIZE, b""), 0, 4)
    block, size = le(parameters, 0, 4), le(items.get(DISK_SIZE, b""), 0, 8)
    if not is_power(block, MIB, 256 * MIB) or sector not in (512, 4096):
        raise Damaged("impossible blocks")
    start, length = found[TABLE]
    return Shape(size, block, sector, (start, start + length), bool(le(parameters, 4, 4) & HAS_PARENT))


def odd(octets: bytes, shape: Shape) -> Iterator[Trait]:
    if any(octets[at : at + 4] == HEAD and any(octets[at + 48 : at + 64]) for at in HEADERS):
        yield unread("changes that are still in its log")
    first, second = (octets[at : at + REGION_SIZE] for at in REGIONS)
    if first[:4] == REGION and second[:4] == REGION and first != second:
        yield Trait(INCONSISTENT, "two tables of regions that differ")
    if shape.has_parent:
        yield unread("what differs from another disk, which is not here")


def regions(octets: bytes, start: int) -> Iterator[tuple[UUID, tuple[int, int]]]:
    for at in range(start + 16, start + 16 + ENTRY * min(le(octets, start + 8, 4), MOST_REGIONS), ENTRY):
        yield guid(octets, at), (le(octets, at + 16, 8), le(octets, at + 24, 4))


def metadata(octets: bytes, start: int, length: int) -> Iterator[tuple[UUID, bytes]]:
    for at in range(start + ENTRY, start + ENTRY + ENTRY * min(le(octets, start + 10, 2), MOST_ITEMS), ENTRY):
        place = start + le(octets, at + 16, 4)
        yield guid(octets, at), octets[place : place + min(le(octets, at + 20, 4), ENTRY)]


def blocks(octets: bytes, shape: Shape) -> Blocks:
    """In the list of blocks a map of sectors follows after each chunk."""
    in_chunk = max(CHUNK * shape.sector // shape.block, 1)
    whole = memoryview(octets)

    def content(index: int) -> bytes | memoryview | None:
        at = shape.table[0] + 8 * (index + index // in_chunk)
        if at + 8 > min(shape.table[1], len(octets)):
            return b""
        entry = le(octets, at, 8)
        if entry & 7 not in (FULL, PARTIAL):
            return None
        place = (entry >> 20) * MIB
        return whole[place : place + shape.block]

    return Blocks(shape.size, shape.block, content)
