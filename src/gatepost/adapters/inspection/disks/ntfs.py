"""What is in an NTFS file system?

The master file table is read from its first record to its last, and directories only for the names that they list:
what some program would show is found, in time that grows with the table.
"""

from collections.abc import Iterator

from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.budget import OverBudget
from gatepost.adapters.inspection.disks.extents import pieces
from gatepost.adapters.inspection.disks.fields import is_power, le
from gatepost.adapters.inspection.disks.files import Files, unread
from gatepost.adapters.inspection.disks.ntfs_content import extent
from gatepost.adapters.inspection.disks.ntfs_files import Catalogue
from gatepost.adapters.inspection.disks.ntfs_records import DATA, Attribute, Record, read_record
from gatepost.adapters.inspection.disks.ntfs_records import MARK as MARK_OF_RECORD
from gatepost.adapters.inspection.disks.views import View

BOOT = 512  # octets that are read of the boot sector
MARK = b"NTFS    "  # at octet 3
LARGEST_RECORD = 64 * 1024  # octets
LARGEST_TABLE = 128 * 1024 * 1024  # octets that are read of it, holes too
MOST_RECORDS = 20  # in use, for each member that the budget has room for
MOST_PARTS = 100  # attributes and rows of clusters, for each of these
INDEX, INDEX_SIZES = 4096, (512, 2 * 1024 * 1024)  # octets of a block of a directory, where they are not said


class Volume:
    """Sizes as the boot sector has them. Raises `Damaged`.

    What is wrong with the table is in `problem` once its records were read.
    """

    def __init__(self, view: View) -> None:
        boot = view.read(0, BOOT)
        sector, per_cluster = le(boot, 11, 2), le(boot, 13, 1)
        per_cluster = 1 << 256 - per_cluster if per_cluster > 128 else per_cluster
        self.view, self.cluster = view, sector * per_cluster
        self.record = size_of(boot, 64, self.cluster)
        index = size_of(boot, 68, self.cluster)
        self.index = index if is_power(index, *INDEX_SIZES) else INDEX
        self.problem, self.read = "", 0
        self.tables = (le(boot, 48, 8), le(boot, 56, 8))  # clusters of the table, and of a copy of its beginning
        if not is_power(sector, 256, 4096) or not is_power(self.cluster, 256, 2 * 1024 * 1024):
            raise Damaged("an NTFS file system with impossible clusters")
        if not is_power(self.record, 512, LARGEST_RECORD):
            raise Damaged("an NTFS file system with impossible records")

    def first_record(self) -> Record:
        """Of the table itself."""
        for cluster in self.tables:
            found = read_record(0, self.view.read(cluster * self.cluster, self.record))
            if found is not None:
                return found
        raise Damaged("no master file table")

    def records(self, meter: Meter) -> Iterator[Record]:
        """In use, all of them; where the table goes on in other places is known by what was read of it before."""
        first = [part for part in self.first_record().attributes if is_table(part)]
        if not first or not first[0].real:
            raise Damaged("no master file table")
        waiting, known, load = first[:1], {first[0].lowest}, 0.0
        said, written = first[0].real // self.record, first[0].valid // self.record
        for number, raw in enumerate(self.raw_records(waiting, meter)):
            found = read_record(number, raw) if number < said else None
            if found is None:
                self.check(raw, number < min(said, written))
                continue
            load += max(1 / MOST_RECORDS, sum(1 + len(part.runs) for part in found.attributes) / MOST_PARTS)
            if load > meter.budget.allowance.members:
                raise OverBudget("members")
            meter.budget.time()
            yield found
            more = [part for part in found.attributes if is_table(part) and part.lowest not in known]
            if found.base == 0:
                known.update(part.lowest for part in more)
                waiting.extend(more)
        if said * self.record > LARGEST_TABLE:
            raise OverBudget("members")
        if self.read < said * self.record:
            self.problem = "the master file table ends early"

    def check(self, raw: bytes, is_written: bool) -> None:
        """One that is not in use begins as the others do, or is empty."""
        if is_written and raw[:4] != MARK_OF_RECORD and raw.strip(b"\0"):
            self.problem = "a record of the master file table is damaged"

    def raw_records(self, waiting: list[Attribute], meter: Meter) -> Iterator[bytes]:
        """Args: waiting: pieces of the table; more may be added while it is read."""
        rest = b""
        while waiting and self.read < LARGEST_TABLE:
            for piece in pieces(self.view, (extent(run, self.cluster) for run in waiting.pop(0).runs)):
                meter.budget.time()
                octets = rest + piece
                end = len(octets) - len(octets) % self.record
                for at in range(0, end, self.record):
                    yield octets[at : at + self.record]
                rest, self.read = octets[end:], self.read + len(piece)
                if self.read > LARGEST_TABLE:
                    return


def is_table(part: Attribute) -> bool:
    return part.kind == DATA and not part.name and part.octets is None


def size_of(boot: bytes, at: int, cluster: int) -> int:
    """Clusters, or the power of two of octets where it is negative."""
    said = int.from_bytes(boot[at : at + 1], "little", signed=True)
    return said * cluster if said > 0 else 1 << min(-said, 31)


def read_ntfs(view: View, meter: Meter) -> Files:
    volume = Volume(view)
    catalogue = Catalogue(view, volume.cluster, volume.index)
    over = ""
    try:
        for record in volume.records(meter):
            catalogue.add(record)
    except OverBudget as error:
        over = str(error)
    if volume.problem:
        yield unread(volume.problem)
    yield from catalogue.files(meter)
    if over:
        raise OverBudget(over)
