"""What is on a disc with UDF? (ECMA-167, OSTA UDF 1.02 … 2.60)"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.disks import udf_records as records
from gatepost.adapters.inspection.disks.extents import joined
from gatepost.adapters.inspection.disks.fields import le
from gatepost.adapters.inspection.disks.files import File, Files, inside, nothing, unread
from gatepost.adapters.inspection.disks.udf_entries import Blocks, Entry
from gatepost.adapters.inspection.disks.udf_records import Address
from gatepost.adapters.inspection.disks.udf_volumes import sequences
from gatepost.adapters.inspection.disks.views import View
from gatepost.model.inspection import Trait
from gatepost.model.traits import DEVICE, INCONSISTENT, LINK

DIRECTORY, SYMBOLIC_LINK, STREAMS = 4, 12, 13  # kinds of files
DEVICES = (6, 7, 9, 10)
DELETED, PARENT = 0x04, 0x08  # what is said of a name
LARGEST = 8 * 1024 * 1024  # octets of one directory
MOST_SETS = 16
HEAD = 38  # octets in front of a name


class Listed(Struct, frozen=True):
    """A name in a directory, and where its file is described."""

    name: str
    where: Address


def read_udf(view: View, meter: Meter) -> Files:
    found = False
    done: set[tuple[object, ...]] = set()
    for each in sequences(view):
        for volume in each.volumes:
            key = (volume, *sorted(each.partitions.items()))
            if key not in done:
                done.add(key)
                found = True
                yield from Walk(Blocks(view, volume, each.block, each.partitions, meter)).files()
    if not found:
        raise Damaged("no volume that could be read")


class Walk:
    """Through one volume; every directory once."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.seen: set[Address] = set()
        self.waiting: list[tuple[str, bool, Address]] = []

    def files(self) -> Files:
        """Args of what waits: its path, whether it lists the streams of a file, where it is described."""
        yield from self.roots()
        while self.waiting:
            path, of_streams, where = self.waiting.pop()
            self.blocks.meter.budget.time()
            if where in self.seen:
                yield Trait(INCONSISTENT, f"directory {path}: is listed in several, or in itself")
                continue
            self.seen.add(where)
            try:
                directory = self.blocks.entry(where)
                octets = joined(directory.pieces(self.blocks.view), min(directory.length, LARGEST))
            except Damaged as error:
                yield unread(f"directory {path}: {error}")
                continue
            if directory.problem or len(octets) < directory.length:
                yield unread(f"directory {path}: {directory.problem or 'not all of it can be read'}")
            for each in self.names(octets):
                self.blocks.meter.budget.time()
                yield from self.file(path, of_streams, each)
            yield from self.unlisted(octets, path)

    def roots(self) -> Iterator[Trait]:
        aim, done = self.blocks.volume.file_set, set[Address]()
        while aim not in done and len(done) < MOST_SETS:
            done.add(aim)
            try:
                octets = self.blocks.read(aim, 512)
            except Damaged as error:
                octets = str(error).encode()
            if records.tag(octets) != records.FILE_SET:
                yield unread("no file set where one must be")
                return
            self.waiting.append(("", False, records.address(octets, 400)))
            if le(octets, 464, 4) & records.LENGTH:
                self.waiting.append(("", True, records.address(octets, 464)))
            if not le(octets, 448, 4) & records.LENGTH:
                return
            aim = records.address(octets, 448)

    def names(self, octets: bytes) -> Iterator[Listed]:
        at = 0
        while at + HEAD <= len(octets) and le(octets, at, 2) == records.NAME:
            start = at + HEAD + le(octets, at + 36, 2)
            end = start + octets[at + 19]
            if not octets[at + 18] & (DELETED | PARENT):
                yield Listed(records.name(octets[start:end]), records.address(octets, at + 20))
            at += -(-(end - at) // 4) * 4

    def unlisted(self, octets: bytes, path: str) -> Iterator[Trait]:
        """Where the list stops before its end, what follows is not seen."""
        at = 0
        while at + HEAD <= len(octets) and le(octets, at, 2) == records.NAME:
            at += -(-(HEAD + le(octets, at + 36, 2) + octets[at + 19]) // 4) * 4
        if at < len(octets) and octets[at:].strip(b"\0"):
            yield unread(f"directory {path}: damaged")

    def file(self, path: str, of_streams: bool, each: Listed) -> Files:
        name = path if of_streams else inside(path, each.name)
        stream = each.name if of_streams else ""
        try:
            entry = self.blocks.entry(each.where)
        except Damaged as error:
            yield File(name=name, stream=stream, length=0, pieces=nothing, traits=(unread(str(error)),))
            return
        if entry.streams is not None and not of_streams:
            self.waiting.append((name, True, entry.streams))
        if entry.kind == DIRECTORY:
            self.waiting.append((name, False, each.where))
            return
        yield File(
            name=name, stream=stream, length=entry.length, pieces=lambda: entry.pieces(self.blocks.view),
            traits=tuple(odd(entry)),
        )  # fmt: skip


def odd(entry: Entry) -> Iterator[Trait]:
    if entry.kind == SYMBOLIC_LINK:
        yield Trait(LINK)
    elif entry.kind in DEVICES:
        yield Trait(DEVICE)
    if entry.problem:
        yield unread(entry.problem)
