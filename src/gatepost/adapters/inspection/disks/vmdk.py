"""What is in a VMDK that holds its disk itself? (VMware: Virtual Disk Format 5.0)

One that only names other files holds nothing that could be looked into.
"""

from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.disks.fields import is_power, le
from gatepost.adapters.inspection.disks.files import unread
from gatepost.adapters.inspection.disks.grains import Inflated
from gatepost.adapters.inspection.disks.images import open_view
from gatepost.adapters.inspection.disks.views import Blocks
from gatepost.adapters.inspection.opened import Hints, Opened

MARK = b"KDMV"
SECTOR = 512
AT_END, FOOTER = 0xFFFFFFFFFFFFFFFF, 1024  # the directory is said in a footer, so many octets before the end
HAS_ZEROS, IS_COMPRESSED = 1 << 2, 1 << 16  # flags
GRAINS = (8, 65536)  # sectors, the least and the most
GRAIN_HEAD = 12  # octets in front of what is compressed
ZLIB = 15
PARENT = b"parentCID="
NO_PARENT = b"parentCID=ffffffff"
DESCRIPTOR = 64 * 1024  # octets of it that are looked at


def open_vmdk(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    if octets[:4] != MARK:
        raise Damaged("a disk in other files, which are not here")
    said = octets[le(octets, 28, 8) * SECTOR :][: min(le(octets, 36, 8) * SECTOR, DESCRIPTOR)].lower()
    if PARENT.lower() in said and NO_PARENT.lower() not in said:
        yield unread("what differs from another disk, which is not here")
    meter = Meter(budget, len(octets))
    yield from open_view(grains(octets, meter), meter)


def grains(octets: bytes, meter: Meter) -> Blocks:
    """Raises `Damaged`. What lies behind the end of the file is nothing, not zeros."""
    head = octets if le(octets, 56, 8) != AT_END else octets[-FOOTER:]
    flags, grain, entries = le(head, 8, 4), le(head, 20, 8), le(head, 44, 4)
    directory = le(head, 56, 8) * SECTOR
    if head[:4] != MARK or not is_power(grain, *GRAINS) or not is_power(entries, 1, 65536):
        raise Damaged("no directory of grains")
    size = grain * SECTOR
    inflated, whole = Inflated(ZLIB, size, meter), memoryview(octets)

    def content(index: int) -> bytes | memoryview | None:
        upper, lower = divmod(index, entries)
        table = le(octets, directory + 4 * upper, 4) * SECTOR
        if max(directory + 4 * upper, table + 4 * lower) + 4 > len(octets):
            return b""
        at = le(octets, table + 4 * lower, 4) * SECTOR if table else 0
        if not at or (at == SECTOR and flags & HAS_ZEROS):
            return None
        if not flags & IS_COMPRESSED:
            return whole[at : at + size]
        start = at + GRAIN_HEAD
        return inflated.get(at, lambda: whole[start : start + min(le(octets, at + 8, 4), 2 * size)])

    return Blocks(le(head, 12, 8) * SECTOR, size, content)
