"""Which clusters does a file of FAT or exFAT have, as its table chains them?"""

from collections.abc import Iterator

from gatepost.adapters.inspection.archives.unpacking import Meter
from gatepost.adapters.inspection.disks.extents import Extent
from gatepost.adapters.inspection.disks.fields import le
from gatepost.adapters.inspection.disks.views import View

PAGE, PAGES = 4096, 1024  # octets of the table that are read at a time, and how many such are kept
FIRST = 2  # number of the first cluster
ASK = 1024  # steps between two questions to the budget
LARGEST_12 = 8192  # octets of a table with 12 bits for each cluster
MOST_DIRECTORY = 8 * 1024 * 1024  # octets of one directory
LAST = 0xFF8  # from this number on, with all bits above it set, a chain has its end


class Chains:
    """Of one file system.

    Args:
        at: octet of the table.
        bits: of an entry: 12, 16 or 32.
        data: octet of the first cluster.
        cluster: its octets.
        count: of clusters.
    """

    def __init__(self, view: View, meter: Meter, *, at: int, bits: int, data: int, cluster: int, count: int) -> None:
        self.view, self.meter, self.at, self.bits = view, meter, at, bits
        self.data, self.cluster, self.count = data, cluster, count
        self.pages: dict[int, bytes] = {}
        self.of_directories: set[int] = set()
        self.whole = view.read(at, LARGEST_12) if bits == 12 else b""
        self.mask = 0x0FFFFFFF if bits == 32 else (1 << bits) - 1

    def after(self, cluster: int) -> int:
        if self.bits == 12:
            pair = le(self.whole, cluster + cluster // 2, 2)
            return pair >> 4 if cluster & 1 else pair & 0xFFF
        width = self.bits // 8
        page, within = divmod(cluster * width, PAGE)
        if page not in self.pages:
            if len(self.pages) >= PAGES:
                del self.pages[next(iter(self.pages))]
            self.pages[page] = self.view.read(self.at + page * PAGE, PAGE)
        return le(self.pages[page], within, width) & self.mask

    def is_cluster(self, number: int) -> bool:
        return FIRST <= number < FIRST + self.count

    def clusters(self, first: int, most: int) -> Iterator[int]:
        """At most so many, none twice."""
        seen: set[int] = set()
        while self.is_cluster(first) and first not in seen and len(seen) < most:
            seen.add(first)
            yield first
            if len(seen) % ASK == 0:
                self.meter.budget.time()
            first = self.after(first)

    def bounded(self, length: int) -> int:
        """What is more than all that may be unpacked is shown by its beginning, so its end is not looked for."""
        return min(length, self.meter.budget.allowance.octets + 1)

    def file(self, first: int, length: int) -> tuple[Extent, ...]:
        """Where it lies, as far as its chain goes, at most `length` octets."""
        return self.joined(self.clusters(first, -(-length // self.cluster)), length)

    def row(self, first: int, length: int) -> tuple[Extent, ...]:
        """Of a file that lies in one row."""
        room = (FIRST + self.count - first) * self.cluster if self.is_cluster(first) else 0
        return (Extent(self.place(first), min(length, room)),) if room else ()

    def directory(self, first: int) -> tuple[bytes, str]:
        """As far as its clusters were in no directory before, so all are read in linear time; and what is wrong."""
        clusters: list[int] = []
        for cluster in self.clusters(first, MOST_DIRECTORY // self.cluster):
            if cluster in self.of_directories:
                return self.read(clusters, "it has a part of another one, or of itself")
            clusters.append(cluster)
            self.of_directories.add(cluster)
        is_ended = clusters and self.after(clusters[-1]) >= (LAST | self.mask & ~0xFFF)
        return self.read(clusters, "" if is_ended else "its chain of clusters does not end")

    def row_directory(self, first: int, size: int) -> tuple[bytes, str]:
        """The same of one that lies in one row."""
        clusters: list[int] = []
        for cluster in range(first, first + -(-min(size, MOST_DIRECTORY) // self.cluster)):
            if not self.is_cluster(cluster) or cluster in self.of_directories:
                return self.read(clusters, "it has a part of another one, or of itself")
            clusters.append(cluster)
            self.of_directories.add(cluster)
        return self.read(clusters, "" if 0 < size <= MOST_DIRECTORY else "its size cannot be")

    def read(self, clusters: list[int], problem: str) -> tuple[bytes, str]:
        kept = [self.view.read(self.place(cluster), self.cluster) for cluster in clusters]
        self.meter.budget.time()
        is_whole = all(len(each) == self.cluster for each in kept)
        return b"".join(kept), problem if is_whole else "cut short"

    def place(self, cluster: int) -> int:
        return self.data + (cluster - FIRST) * self.cluster

    def joined(self, clusters: Iterator[int], length: int) -> tuple[Extent, ...]:
        """Neighbours in one."""
        rows: list[list[int]] = []
        for cluster in clusters:
            if rows and rows[-1][0] + rows[-1][1] == cluster:
                rows[-1][1] += 1
            else:
                rows.append([cluster, 1])
        found: list[Extent] = []
        for first, count in rows:
            found.append(Extent(self.place(first), min(count * self.cluster, length)))
            length -= found[-1].length
        return tuple(found)
