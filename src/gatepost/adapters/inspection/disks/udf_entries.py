"""Where is the content of a file or directory on a disc with UDF? (ECMA-167 4/14.6 … 4/14.14)

Lists of extents may go on elsewhere and entries may point to newer ones; each block is followed once.
"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.disks import udf_records as records
from gatepost.adapters.inspection.disks.extents import Extent, pieces
from gatepost.adapters.inspection.disks.fields import le
from gatepost.adapters.inspection.disks.udf_records import Address, Allocation
from gatepost.adapters.inspection.disks.udf_volumes import Logical, Map
from gatepost.adapters.inspection.disks.views import View

MOST_EXTENTS = 100_000  # of one file
MOST_HOPS = 64  # from an entry to a newer one
LARGEST_LIST = 64 * 1024  # octets of a list of extents in one place
HEAD = 216  # octets of the longer kind of entry
STRATEGY_CHAINED = 4096


class Entry(Struct, frozen=True):
    """A file, directory, or link.

    Args:
        kind: ECMA-167 4/14.6.6: 4 a directory, 5 a file, 12 a symbolic link …
        embedded: its content, where it stands in the entry.
        extents: where it is, else.
        streams: where its other contents are listed.
    """

    kind: int
    length: int
    embedded: bytes | None
    extents: tuple[Extent, ...]
    streams: Address | None
    problem: str = ""

    def pieces(self, view: View) -> Iterator[bytes]:
        """Exactly `length` octets, unless it is damaged."""
        if self.embedded is not None:
            return iter((self.embedded,))
        return pieces(view, self.extents)


class Blocks:
    """Of one logical volume.

    Args:
        partitions: first block and number of blocks of each, by their number.
    """

    def __init__(
        self, view: View, volume: Logical, block: int, partitions: dict[int, tuple[int, int]], meter: Meter
    ) -> None:
        self.view, self.volume, self.block, self.partitions, self.meter = view, volume, block, partitions, meter
        self.moved: dict[int, tuple[Extent, ...]] = {}  # where a metadata partition lies

    def octet(self, where: Address) -> int:
        """Raises `Damaged` where there is no such partition."""
        if where.partition >= len(self.volume.maps):
            raise Damaged("a partition that is not there")
        chart = self.volume.maps[where.partition]
        if chart.kind == "metadata":
            return self.in_metadata(where, chart)
        if chart.kind not in ("plain", "sparable"):
            raise Damaged(f"a {chart.kind} partition")
        if chart.number not in self.partitions:
            raise Damaged("a partition that is not there")
        return self.partitions[chart.number][0] * self.block + where.block * self.volume.block

    def in_metadata(self, where: Address, chart: Map) -> int:
        if where.partition not in self.moved:
            self.moved[where.partition] = ()  # asked for while it is made, it has nothing
            self.moved[where.partition] = self.metadata_extents(chart)
        at = where.block * self.volume.block
        for extent in self.moved[where.partition]:
            if at < extent.length and extent.at is not None:
                return extent.at + at
            at -= extent.length
        raise Damaged("a block outside of the metadata")

    def metadata_extents(self, chart: Map) -> tuple[Extent, ...]:
        plain = next((at for at, each in enumerate(self.volume.maps) if each == Map(chart.number)), -1)
        return self.entry(Address(chart.at, plain if plain >= 0 else len(self.volume.maps))).extents

    def read(self, where: Address, length: int) -> bytes:
        return self.view.read(self.octet(where), length)

    def entry(self, where: Address) -> Entry:
        """Raises `Damaged`."""
        octets = self.read(where, self.volume.block)
        for _ in range(MOST_HOPS):
            newer = self.newer(octets, where)
            if newer is None:
                break
            where, octets = newer
        kind = records.tag(octets) if len(octets) >= HEAD else 0
        if kind not in (records.FILE, records.EXTENDED_FILE):
            raise Damaged("no entry of a file where one must be")
        return self.read_entry(octets, where, is_extended=kind == records.EXTENDED_FILE)

    def newer(self, octets: bytes, where: Address) -> tuple[Address, bytes] | None:
        """What replaces an entry, by its strategy: in the block behind it is said where."""
        if records.tag(octets) == records.INDIRECT:
            aim = records.address(octets, 36)
        elif le(octets, 20, 2) == STRATEGY_CHAINED:
            behind = self.read(Address(where.block + 1, where.partition), self.volume.block)
            if records.tag(behind) != records.INDIRECT:
                return None
            aim = records.address(behind, 36)
        else:
            return None
        found = self.read(aim, self.volume.block)
        kinds = (records.FILE, records.EXTENDED_FILE, records.INDIRECT)
        return (aim, found) if aim != where and records.tag(found) in kinds else None

    def read_entry(self, octets: bytes, where: Address, is_extended: bool) -> Entry:
        head = HEAD if is_extended else HEAD - 40
        start = head + le(octets, head - 8, 4)
        size = min(le(octets, head - 4, 4), LARGEST_LIST)
        length, form = le(octets, 56, 8), le(octets, 34, 2) & 7
        listed = octets[start : start + size]
        streams = records.address(octets, 152) if is_extended and le(octets, 152, 4) & records.LENGTH else None
        if form == records.EMBEDDED:
            content = listed[:length]
            return Entry(octets[27], len(content), content, (), streams, short(len(content), length))
        if form not in records.SIZES:
            raise Damaged(f"extents of the unknown kind {form}")
        extents, problem = self.extents(listed, form, where.partition, length)
        found = sum(extent.length for extent in extents)
        return Entry(octets[27], found, None, extents, streams, problem or short(found, length))

    def extents(self, listed: bytes, form: int, partition: int, length: int) -> tuple[tuple[Extent, ...], str]:
        """Until so many octets are found, or the list ends."""
        found: list[Extent] = []
        seen: set[Address] = set()
        waiting = records.allocations(listed, form, partition)[::-1]
        while waiting and length > 0 and len(found) < MOST_EXTENTS:
            self.meter.budget.time()
            each = waiting.pop()
            if each.kind == records.CONTINUED:
                if each.address in seen:
                    return tuple(found), "a list of extents that leads to itself"
                seen.add(each.address)
                waiting = self.continued(each, form)[::-1]
                continue
            try:
                at = self.octet(each.address) if each.kind == records.RECORDED else None
            except Damaged as error:
                return tuple(found), str(error)
            found.append(Extent(at, min(each.length, length)))
            length -= each.length
        return tuple(found), ""

    def continued(self, each: Allocation, form: int) -> list[Allocation]:
        octets = self.read(each.address, min(each.length, LARGEST_LIST))
        if records.tag(octets) != records.ALLOCATION:
            return []
        return records.allocations(octets[24 : 24 + le(octets, 20, 4)], form, each.address.partition)


def short(found: int, length: int) -> str:
    return "its extents end early" if found < length else ""
