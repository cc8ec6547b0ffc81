"""What is in an image of QEMU, version 2 or 3? (QEMU: docs/interop/qcow2.txt)"""

from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.disks.fields import be
from gatepost.adapters.inspection.disks.files import unread
from gatepost.adapters.inspection.disks.grains import Inflated
from gatepost.adapters.inspection.disks.images import open_view
from gatepost.adapters.inspection.disks.views import Blocks
from gatepost.adapters.inspection.opened import Hints, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import ENCRYPTED

BITS = range(9, 22)  # of an offset in a cluster
OFFSET = 0x00FFFFFFFFFFFE00
COMPRESSED, ZEROS = 1 << 62, 1
ELSEWHERE, OTHER_METHOD, SUBCLUSTERS = 0x04, 0x08, 0x10  # features without which it is not understood
RAW_DEFLATE = -15
SECTOR = 512


def open_qcow2(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    features = be(octets, 72, 8) if be(octets, 4, 4) >= 3 else 0
    if be(octets, 32, 4):
        yield Trait(ENCRYPTED)
        return
    if be(octets, 8, 8):
        yield unread("what differs from another disk, which is not here")
    if be(octets, 60, 4):
        yield unread("earlier states of the disk")
    if features & (ELSEWHERE | OTHER_METHOD | SUBCLUSTERS):
        raise Damaged("clusters that are kept in another way")
    meter = Meter(budget, len(octets))
    yield from open_view(clusters(octets, meter), meter)


def clusters(octets: bytes, meter: Meter) -> Blocks:
    """Raises `Damaged`."""
    bits, table, entries = be(octets, 20, 4), be(octets, 40, 8), be(octets, 36, 4)
    if bits not in BITS:
        raise Damaged("impossible clusters")
    size = 1 << bits
    inflated, whole = Inflated(RAW_DEFLATE, size, meter), memoryview(octets)
    width = 62 - (bits - 8)  # of the place of what is compressed

    def content(index: int) -> bytes | memoryview | None:
        upper, lower = divmod(index, size // 8)
        if upper >= entries or table + 8 * upper + 8 > len(octets):
            return b""
        second = be(octets, table + 8 * upper, 8) & OFFSET
        if second + 8 * lower + 8 > len(octets):
            return b""
        entry = be(octets, second + 8 * lower, 8) if second else 0
        if entry & COMPRESSED:
            at, sectors = entry & (1 << width) - 1, entry >> width & (1 << 62 - width) - 1
            end = (at // SECTOR + sectors + 1) * SECTOR
            return inflated.get(at, lambda: whole[at:end])
        place = entry & OFFSET
        return whole[place : place + size] if place and not entry & ZEROS else None

    return Blocks(be(octets, 24, 8), size, content)
