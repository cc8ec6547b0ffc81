"""What is on a disc: in its views as ISO 9660, and in its view as UDF, of which each program shows one?

What two of them show under the same name is given once.
"""

import hashlib

from gatepost.adapters.inspection.archives.libarchive_formats import open_iso
from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.budget import Budget, OverBudget
from gatepost.adapters.inspection.disks.files import Giving, never_silent, unread
from gatepost.adapters.inspection.disks.iso_trees import brief, read_trees
from gatepost.adapters.inspection.disks.udf import read_udf
from gatepost.adapters.inspection.disks.views import Flat
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.adapters.inspection.types.disks import is_iso, is_udf


def open_disc(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """Raises `OverBudget` once everything was looked into."""
    yield from never_silent(views(octets, hints, budget))


def views(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    seen, over = Seen(), ""
    try:
        yield from seen.noting(by_libarchive(octets, hints, budget) if is_iso(octets) else iter(()))
    except OverBudget as error:
        over = str(error)
    meter, view = Meter(budget, len(octets)), Flat(octets)
    trees = Giving(meter, seen.briefs, brief)
    if is_iso(octets):
        yield from seen.noting(trees.members(read_trees(view, meter)))
    udf = Giving(meter, seen.names)
    if is_udf(octets):
        yield from udf.members(read_udf(view, meter))
    if over := over or trees.over or udf.over:
        raise OverBudget(over)


def by_libarchive(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """With the names of Unix, and what only libarchive reads."""
    try:
        yield from open_iso(octets, hints, budget)
    except Damaged as error:
        yield unread(str(error))


class Seen:
    """What was given so far, by name and by what is kept of it, with digests."""

    def __init__(self) -> None:
        self.names: set[tuple[str, bytes]] = set()
        self.briefs: set[tuple[str, bytes]] = set()

    def noting(self, found: Opened) -> Opened:
        for each in found:
            if isinstance(each, Member):
                digest = hashlib.sha256(each.octets).digest()
                self.names.add((each.name.casefold(), digest))
                self.briefs.add((brief(each.name), digest))
            yield each
