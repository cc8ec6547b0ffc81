"""What is in a VHD? (Microsoft: Virtual Hard Disk Image Format Specification 1.0)

The footer at the end counts; a dynamic disk keeps a copy at its beginning.
"""

from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.disks.fields import be, is_power
from gatepost.adapters.inspection.disks.files import unread
from gatepost.adapters.inspection.disks.images import open_view
from gatepost.adapters.inspection.disks.views import Blocks, Flat
from gatepost.adapters.inspection.opened import Hints, Opened
from gatepost.adapters.inspection.types.disks import FOOTERS, SECTOR, VHD
from gatepost.model.inspection import Trait
from gatepost.model.traits import INCONSISTENT

FIXED, DYNAMIC, DIFFERENCING = 2, 3, 4
HEADER = b"cxsparse"
NOWHERE = 0xFFFFFFFF
BLOCK = (SECTOR, 256 * 1024 * 1024)  # octets, the least and the most
SAID = slice(8, 64)  # of a footer, what must be the same in its copy


def open_vhd(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    meter = Meter(budget, len(octets))
    size = next((size for size in FOOTERS if octets[-size:][: len(VHD)] == VHD), 0)
    footer = octets[-size:] if size else octets[:SECTOR]
    kind = be(footer, 60, 4)
    if size and octets[: len(VHD)] == VHD and octets[SAID] != footer[SAID]:
        yield Trait(INCONSISTENT, "two footers that differ")
    if kind == DIFFERENCING:
        yield unread("what differs from another disk, which is not here")
    if kind not in (FIXED, DYNAMIC, DIFFERENCING):
        yield unread(f"a disk of the unknown type {kind}")
    if kind in (DYNAMIC, DIFFERENCING):
        yield from open_view(dynamic(octets, footer), meter)
    else:
        yield from open_view(Flat(memoryview(octets)[: len(octets) - size]), meter)


def dynamic(octets: bytes, footer: bytes) -> Blocks:
    """Raises `Damaged`. A block begins with a map of sectors that were written, which not all programs heed."""
    at = be(footer, 16, 8)
    header = octets[at : at + 1024]
    table, entries, block = be(header, 16, 8), be(header, 28, 4), be(header, 32, 4)
    if header[:8] != HEADER or not is_power(block, *BLOCK):
        raise Damaged("no header of a dynamic disk")
    start = -(-block // SECTOR // 8 // SECTOR) * SECTOR
    whole = memoryview(octets)

    def content(index: int) -> bytes | memoryview | None:
        if index >= entries or table + 4 * index + 4 > len(octets):
            return b""
        sector = be(octets, table + 4 * index, 4)
        if sector == NOWHERE:
            return None
        first = sector * SECTOR + start
        return whole[first : first + block]

    return Blocks(min(be(footer, 48, 8), entries * block), block, content)
