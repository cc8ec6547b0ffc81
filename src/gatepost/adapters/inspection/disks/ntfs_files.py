"""Which files do the records of an NTFS file system make, under which names, with which streams?"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import Meter
from gatepost.adapters.inspection.disks import ntfs_names
from gatepost.adapters.inspection.disks.extents import pieces
from gatepost.adapters.inspection.disks.fields import le
from gatepost.adapters.inspection.disks.files import LONGEST_PATH, File, Files, nothing, unread
from gatepost.adapters.inspection.disks.ntfs_content import content, extent, in_order, length
from gatepost.adapters.inspection.disks.ntfs_names import DOS, Name
from gatepost.adapters.inspection.disks.ntfs_records import (
    DATA,
    ENCRYPTED_FLAG,
    FILE_NAME,
    INDEX,
    INDEX_ROOT,
    REPARSE,
    Attribute,
    Record,
)
from gatepost.adapters.inspection.disks.views import View
from gatepost.model.inspection import Trait
from gatepost.model.traits import ENCRYPTED, INCONSISTENT, LINK

ROOT, EXTEND, FIRST_OF_USERS = 5, 11, 16  # numbers of records
IS_DIRECTORY = 0x02  # flag
DEEPEST = 256  # directories in each other
NAMES = 100  # of one file that are shown
LINKS = {0xA000000C: "a symbolic link", 0xA0000003: "a mount point"}  # by tag


class Node(Struct, eq=False):
    """A file or directory while its records are still read.

    Args:
        names: with the directory's number, as records and directories have them.
        streams: pieces of its contents, by name.
    """

    number: int
    flags: int = 0
    torn: bool = False
    names: dict[tuple[int, str], Name] = {}
    streams: dict[str, list[Attribute]] = {}
    index: list[Attribute] = []
    reparse: Attribute | None = None


class Catalogue:
    """Of one file system."""

    def __init__(self, view: View, cluster: int, index: int) -> None:
        self.view, self.cluster, self.index = view, cluster, index
        self.nodes: dict[int, Node] = {}
        self.paths: dict[int, tuple[str, bool]] = {ROOT: ("", True)}
        self.is_circular = False

    def add(self, record: Record) -> None:
        number = record.number if record.base is None else record.base
        node = self.nodes.setdefault(number, Node(number))
        node.torn = node.torn or record.torn
        if record.base is None:
            node.flags = record.flags
        for each in record.attributes:
            self.add_attribute(node, each)

    def add_attribute(self, node: Node, each: Attribute) -> None:
        if each.kind == DATA:
            node.streams.setdefault(each.name, []).append(each)
        elif each.kind == FILE_NAME and each.octets is not None:
            name = ntfs_names.read_name(each.octets)
            node.names.setdefault((name.directory, name.text), name)
        elif each.kind in (INDEX_ROOT, INDEX) and each.name == "$I30":
            node.index.append(each)
        elif each.kind == REPARSE:
            node.reparse = each

    def files(self, meter: Meter) -> Files:
        for node in tuple(self.nodes.values()):
            yield from self.add_listed(node, meter)
        for node in self.nodes.values():
            meter.budget.time()
            names = tuple(shown(node))
            if len(names) > NAMES:
                yield unread(f"a file with more names than are looked at: {names[0].text}")
            if node.flags & IS_DIRECTORY and len({name.directory for name in names}) > 1:
                yield Trait(INCONSISTENT, f"a directory in several others: {names[0].text}")
            for name in names[:NAMES]:
                directory, is_system = self.path(name.directory)
                yield from self.contents(node, name, directory, is_system)
        if self.is_circular:
            yield Trait(INCONSISTENT, "directories that are in themselves")

    def add_listed(self, node: Node, meter: Meter) -> Iterator[Trait]:
        """Names that a directory lists and the file itself may not know."""
        missing = ""
        for each in node.index:
            meter.budget.time()
            if each.real > ntfs_names.LARGEST:
                yield unread("a directory of which not all is looked at")
            if each.octets is not None:
                found = ntfs_names.in_root(node.number, each.octets)
            else:
                found = ntfs_names.in_blocks(
                    node.number,
                    pieces(self.view, (extent(run, self.cluster) for run in each.runs)),
                    each.real,
                    self.index,
                    meter,
                )
            for number, name in found:
                if number in self.nodes:
                    self.nodes[number].names.setdefault((node.number, name.text), name)
                else:
                    missing = missing or name.text
        if missing:
            yield unread(f"a file that is listed and not there: {missing}")

    def contents(self, node: Node, name: Name, directory: str, is_system: bool) -> Iterator[File]:
        path = f"{directory}/{name.text}" if directory else name.text
        hidden = is_system and name.text.startswith("$") and (bool(directory) or node.number < FIRST_OF_USERS)
        traits = tuple(odd(node))
        if not node.streams and not node.flags & IS_DIRECTORY and not hidden:
            yield File(name=path, length=0, pieces=nothing, traits=(*traits, unread("its content is not there")))
        for stream, parts in node.streams.items():
            if hidden and (not stream or stream.startswith("$") or directory):
                continue
            yield self.file(path, stream, parts, traits)

    def file(self, path: str, stream: str, parts: list[Attribute], traits: tuple[Trait, ...]) -> File:
        head, runs, fits = in_order(parts)
        if not fits or head.lowest:
            traits += (unread("pieces that do not fit together"),)
        if head.flags & ENCRYPTED_FLAG:
            return File(name=path, stream=stream, length=0, pieces=nothing, traits=(*traits, Trait(ENCRYPTED)))
        found = length(head, runs, self.cluster)
        if found < head.real:
            traits += (unread("its clusters end early"),)
        return File(
            name=path, stream=stream, length=found, traits=traits,
            pieces=lambda: content(self.view, self.cluster, head, runs),
        )  # fmt: skip

    def path(self, number: int) -> tuple[str, bool]:
        """Of a directory; True if only the system's own directories are in it."""
        way: list[int] = []
        while number not in self.paths and number in self.nodes and number not in way and len(way) < DEEPEST:
            way.append(number)
            number = next((name.directory for name in shown(self.nodes[number])), ROOT)
        self.is_circular = self.is_circular or number in way
        path, is_system = self.paths.get(number, ("", False))
        for number in reversed(way):
            name = next((name.text for name in shown(self.nodes[number])), "")
            is_system = is_system and name.startswith("$") and (bool(path) or number == EXTEND)
            path = f"{path[-LONGEST_PATH:]}/{name}" if path else name
            self.paths[number] = path, is_system
        return path, is_system


def shown(node: Node) -> Iterator[Name]:
    """But those that only double a long one for DOS."""
    long = [name for name in node.names.values() if name.space != DOS]
    yield from long or node.names.values()


def odd(node: Node) -> Iterator[Trait]:
    if node.torn:
        yield unread("its record was not written whole")
    if node.reparse is not None:
        tag = le(node.reparse.octets or b"", 0, 4)
        yield Trait(LINK, LINKS[tag]) if tag in LINKS else unread(f"what is behind the reparse tag {tag:#x}")
