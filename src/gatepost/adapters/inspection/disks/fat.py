"""What is in a FAT12, FAT16 or FAT32 file system? (Microsoft: FAT32 File System Specification 1.03)

Entries behind the mark that ends a directory are read as well: Linux shows them.
"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.disks.chains import FIRST, Chains
from gatepost.adapters.inspection.disks.extents import pieces, total
from gatepost.adapters.inspection.disks.fat_names import DIRECTORY, Entry, entries
from gatepost.adapters.inspection.disks.fields import is_power, le
from gatepost.adapters.inspection.disks.files import File, Files, inside, unread
from gatepost.adapters.inspection.disks.views import View
from gatepost.model.inspection import Trait

BOOT = 512  # octets that are read of the boot sector
MEDIA = (0xF0, 0xF8)
LEAST_MEDIA = b"\xf0"  # a table begins with it as well
ENTRY = 32  # octets
LARGEST_12, LARGEST_16 = 4085, 65525  # clusters: fewer have 12 bits, fewer have 16
MIRRORED_NOT = 0x80
ROOT_IN_CLUSTERS = 32  # bits: FAT12 and FAT16 have a place for the root directory


class Geometry(Struct, frozen=True, kw_only=True):
    """Octets and clusters of a file system.

    Args:
        tables: where they begin.
        root: cluster of the root directory, 0 where it has a place of its own at `root_at`.
    """

    sector: int
    cluster: int
    bits: int
    fat: int
    tables: range
    root: int
    root_at: int
    root_size: int
    data: int
    count: int


def is_fat(boot: bytes) -> bool:
    """A jump, and numbers that can be."""
    jumps = boot[:1] == b"\xe9" or (boot[:1] == b"\xeb" and boot[2:3] == b"\x90")
    return (
        jumps
        and is_power(le(boot, 11, 2), 512, 4096)
        and is_power(le(boot, 13, 1), 1, 128)
        and le(boot, 14, 2) > 0
        and le(boot, 16, 1) > 0
        and (le(boot, 21, 1) >= MEDIA[1] or le(boot, 21, 1) == MEDIA[0])
    )


def geometry(boot: bytes, size: int) -> Geometry:
    """Args: size: of the view, where the file system does not say its own. Raises `Damaged`."""
    sector, per_cluster, reserved = le(boot, 11, 2), le(boot, 13, 1), le(boot, 14, 2)
    small = le(boot, 22, 2)
    table = small or le(boot, 36, 4)
    root_size = -(-le(boot, 17, 2) * ENTRY // sector) * sector
    sectors = le(boot, 19, 2) or le(boot, 32, 4) or size // sector
    root_at = (reserved + le(boot, 16, 1) * table) * sector
    data = root_at + root_size
    count = (sectors * sector - data) // (per_cluster * sector)
    if count <= 0 or not table:
        raise Damaged("a FAT file system without clusters")
    bits = 32 if not small else 12 if count < LARGEST_12 else 16
    active = le(boot, 40, 2) & 0x0F if bits == 32 and le(boot, 40, 2) & MIRRORED_NOT else 0
    return Geometry(
        sector=sector, cluster=per_cluster * sector, bits=bits, fat=(reserved + active * table) * sector,
        tables=range(reserved * sector, root_at, table * sector),
        root=le(boot, 44, 4) if bits == 32 else 0, root_at=root_at, root_size=root_size, data=data,
        count=min(count, table * sector * 8 // bits - FIRST),
    )  # fmt: skip


def read_fat(view: View, meter: Meter) -> Files:
    shape = geometry(view.read(0, BOOT), view.size)
    chains = Chains(
        view, meter, at=shape.fat, bits=shape.bits, data=shape.data, cluster=shape.cluster, count=shape.count
    )
    if any(view.read(at, 1) < LEAST_MEDIA for at in shape.tables):
        yield unread("a table of clusters that does not begin as one")
    waiting: list[tuple[str, int | None]] = [("", shape.root if shape.bits == ROOT_IN_CLUSTERS else None)]
    while waiting:
        path, first = waiting.pop()
        octets, problem = root(view, shape) if first is None else chains.directory(first)
        if problem:
            yield unread(f"directory {path}: {problem}")
        for entry in entries(octets):
            meter.budget.time()
            if entry.attributes & DIRECTORY:
                waiting.append((inside(path, entry.name), first_cluster(chains, entry)))
            else:
                yield from files(chains, path, entry)


def root(view: View, shape: Geometry) -> tuple[bytes, str]:
    octets = view.read(shape.root_at, shape.root_size)
    return octets, "" if octets and len(octets) == shape.root_size else "cut short"


def first_cluster(chains: Chains, entry: Entry) -> int:
    """Only FAT32 uses the upper half."""
    return entry.first if chains.bits == 32 else entry.first & 0xFFFF


def files(chains: Chains, path: str, entry: Entry) -> Iterator[File | Trait]:
    size = chains.bounded(entry.size)
    where = chains.file(first_cluster(chains, entry), size)
    found = total(where)
    wrong = () if found == size else (unread("its chain of clusters ends early"),)
    yield File(
        name=inside(path, entry.name), length=found, pieces=lambda: pieces(chains.view, where),
        traits=(*entry.traits, *wrong),
    )  # fmt: skip
