"""Which files does each tree of names on a disc with ISO 9660 list? (ECMA-119 section 9, and Joliet)

There is one for old systems and one for Windows, and a program shows but one of them.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import Meter
from gatepost.adapters.inspection.disks.extents import Extent, joined, pieces, total
from gatepost.adapters.inspection.disks.fields import le
from gatepost.adapters.inspection.disks.files import File, Files, inside, unread
from gatepost.adapters.inspection.disks.views import View
from gatepost.adapters.inspection.types.disks import DESCRIPTORS, DISC_SECTOR, ISO, MOST_DESCRIPTORS
from gatepost.model.inspection import Trait

PRIMARY, SUPPLEMENTARY = 1, 2  # kinds of descriptors
WIDE = (b"%/@", b"%/C", b"%/E")  # Joliet's escape sequences
ROOT = 156  # octet of the root directory's record
HEAD = 33  # octets of a record in front of its name
DIRECTORY, CONTINUED = 0x02, 0x80  # flags
ODD = re.compile("[^a-z0-9]")  # what old systems do not have
KEPT, KEPT_OF_ENDING = 4, 3  # characters that no program changes in order to tell names apart
LARGEST = 8 * 1024 * 1024  # octets of one directory


class Tree(Struct, frozen=True):
    """Args: block: octets; wide: its names are in UTF-16; root: where its first directory lies."""

    block: int
    wide: bool
    root: Extent


class Listed(Struct, frozen=True):
    name: str
    flags: int
    where: tuple[Extent, ...]


def read_trees(view: View, meter: Meter) -> Files:
    """What two trees show of the same octets, with names that are alike for old systems, is given once."""
    done: set[tuple[str, tuple[Extent, ...]]] = set()
    for tree in trees(view):
        for each in files(view, meter, tree):
            if isinstance(each, Listed):
                key = (brief(each.name), each.where)
                if key in done:
                    continue
                done.add(key)
                yield made(view, each)
            else:
                yield each


def made(view: View, each: Listed) -> File:
    return File(name=each.name, length=total(each.where), pieces=lambda: pieces(view, each.where))


def brief(name: str) -> str:
    """What a name for old systems keeps of it: the beginning, and the beginning of its ending."""
    last = name.casefold().rpartition("/")[2]
    stem, _, word = last.rpartition(".") if "." in last else (last, "", "")
    return f"{ODD.sub('_', stem[:KEPT])}.{word[:KEPT_OF_ENDING]}"


def trees(view: View) -> Iterator[Tree]:
    for number in range(DESCRIPTORS, DESCRIPTORS + MOST_DESCRIPTORS):
        octets = view.read(number * DISC_SECTOR, DISC_SECTOR)
        if octets[1:6] in ISO and octets[0] in (PRIMARY, SUPPLEMENTARY):
            wide = octets[0] == SUPPLEMENTARY and octets[88:91] in WIDE
            block = le(octets, 128, 2) or DISC_SECTOR
            yield Tree(block, wide, Extent(le(octets, ROOT + 2, 4) * block, le(octets, ROOT + 10, 4)))
        elif not any(octets[:7]):
            return


def files(view: View, meter: Meter, tree: Tree) -> Iterator[Listed | Trait]:
    """Each directory once."""
    waiting, seen = [("", tree.root)], {tree.root.at}
    while waiting:
        path, where = waiting.pop()
        meter.budget.time()
        octets = joined(pieces(view, (where,)), LARGEST)
        if len(octets) < where.length:
            yield unread(f"directory {path}: not all of it can be read")
        for each in listed(octets, tree):
            meter.budget.time()
            if not each.flags & DIRECTORY:
                yield Listed(inside(path, each.name), each.flags, each.where)
            elif each.where[0].at not in seen:
                seen.add(each.where[0].at)
                waiting.append((inside(path, each.name), each.where[0]))


def listed(octets: bytes, tree: Tree) -> Iterator[Listed]:
    """A file of several pieces has a record for each; none lies across two sectors."""
    at = 0
    before: list[Extent] = []
    while at < len(octets):
        size = octets[at]
        if size <= HEAD or at + size > len(octets):
            at = (at // DISC_SECTOR + 1) * DISC_SECTOR
            continue
        record = octets[at : at + size]
        at += size
        if record[HEAD : HEAD + record[HEAD - 1]] in (b"\0", b"\1"):
            continue
        flags = record[25]
        start = (le(record, 2, 4) + record[1]) * tree.block
        before.append(Extent(start, le(record, 10, 4)))
        if flags & CONTINUED and not flags & DIRECTORY:
            continue
        yield Listed(name(record, tree.wide), flags, tuple(before))
        before = []


def name(record: bytes, wide: bool) -> str:
    """Without the version, which no program shows."""
    octets = record[HEAD : HEAD + record[HEAD - 1]]
    text = octets.decode("utf-16-be", "replace") if wide else octets.decode("latin-1")
    return text.rpartition(";")[0].rstrip(".") if ";" in text else text
