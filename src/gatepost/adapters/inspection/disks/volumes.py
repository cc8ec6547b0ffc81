"""What is on a disk or partition: which file systems begin here, and what if none is known?

What no reader knows is said, and its beginning is looked at as it is, so that rules match in it.
"""

from collections.abc import Iterator

from gatepost.adapters.inspection.archives.unpacking import Damaged
from gatepost.adapters.inspection.disks.exfat import MARK as EXFAT
from gatepost.adapters.inspection.disks.exfat import read_exfat
from gatepost.adapters.inspection.disks.fat import is_fat, read_fat
from gatepost.adapters.inspection.disks.files import Giving, Reader, unread
from gatepost.adapters.inspection.disks.ntfs import MARK as NTFS
from gatepost.adapters.inspection.disks.ntfs import read_ntfs
from gatepost.adapters.inspection.disks.partitions import Place, partitions
from gatepost.adapters.inspection.disks.udf import read_udf
from gatepost.adapters.inspection.disks.views import Part, View
from gatepost.adapters.inspection.opened import Member, Opened
from gatepost.adapters.inspection.types.disks import DISC_HEAD, is_iso, is_udf
from gatepost.model.inspection import Trait
from gatepost.model.traits import ENCRYPTED

BOOT = 512  # octets
LOOK = 1024 * 1024  # octets of what is not known that are looked at
LOCKED = b"-FVE-FS-"  # at octet 3: BitLocker
LOCK, LOCK_AT = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001"), 424  # where the rest looks like FAT


def open_disk(view: View, giving: Giving) -> Opened:
    """A file system on all of it, and those in its partitions."""
    known = bool(readers := tuple(readers_of(view)))
    yield from open_volume(view, giving, readers)
    for place in partitions(view):
        giving.meter.budget.time()
        known = True
        if isinstance(place, Trait):
            yield place
        elif place.start:
            yield from open_partition(view, place, giving)
    if not known:
        yield from unknown(view, giving)


def open_partition(view: View, place: Place, giving: Giving) -> Opened:
    part = Part(view, place.start, place.size)
    if part.size < place.size:
        yield unread("a partition that is cut short")
    readers = tuple(readers_of(part))
    yield from open_volume(part, giving, readers)
    if not readers:
        yield from unknown(part, giving, place.may_be_empty)


def open_volume(view: View, giving: Giving, readers: tuple[Reader, ...]) -> Opened:
    """By several where programs may take it for different things."""
    if is_locked(view.read(0, BOOT)):
        yield Trait(ENCRYPTED, "BitLocker")
    for read in readers:
        try:
            yield from giving.members(read(view, giving.meter))
        except Damaged as error:
            yield unread(str(error))
            yield from look(view, giving)


def readers_of(view: View) -> Iterator[Reader]:
    boot = view.read(0, BOOT)
    if boot[3:11] == NTFS:
        yield read_ntfs
    if boot[3:11] == EXFAT:
        yield read_exfat
    if is_fat(boot):
        yield read_fat
    if is_udf(view.read(0, DISC_HEAD)):
        yield read_udf


def is_locked(boot: bytes) -> bool:
    return boot[3:11] == LOCKED or boot[LOCK_AT : LOCK_AT + len(LOCK)] == LOCK


def unknown(view: View, giving: Giving, may_be_empty: bool = False) -> Opened:
    """What shows a program no file may be damaged so that it shows none here."""
    if is_locked(view.read(0, BOOT)):
        return
    if is_iso(view.read(0, DISC_HEAD)):
        yield from look(view, giving, view.size)
    elif not may_be_empty or view.read(0, LOOK).strip(b"\0"):
        yield unread("no reader for the file system")
        yield from look(view, giving)


def look(view: View, giving: Giving, most: int = LOOK) -> Opened:
    most = min(view.size, most if not giving.meter.lacks(most) else LOOK)
    giving.meter.add(most)
    yield Member("", view.read(0, most), alike=True)
