"""What is on a disc: in its view as ISO 9660, and in its view as UDF, of which each program shows one?

What both show under the same name is given once.
"""

import hashlib

from gatepost.adapters.inspection.archives.libarchive_formats import open_iso
from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.budget import Budget, OverBudget
from gatepost.adapters.inspection.disks.files import Giving, never_silent, unread
from gatepost.adapters.inspection.disks.udf import read_udf
from gatepost.adapters.inspection.disks.views import Flat
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.adapters.inspection.types.disks import is_iso, is_udf


def open_disc(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """Raises `OverBudget` once both were looked into."""
    yield from never_silent(both(octets, hints, budget))


def both(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    known: set[tuple[str, bytes]] = set()
    over = ""
    if is_iso(octets):
        try:
            yield from noted(open_iso(octets, hints, budget), known)
        except OverBudget as error:
            over = str(error)
        except Damaged as error:
            yield unread(str(error))
    if is_udf(octets):
        giving = Giving(Meter(budget, len(octets)), known)
        yield from giving.members(read_udf(Flat(octets), giving.meter))
        giving.end()
    if over:
        raise OverBudget(over)


def noted(found: Opened, known: set[tuple[str, bytes]]) -> Opened:
    for each in found:
        if isinstance(each, Member):
            known.add((each.name.casefold(), hashlib.sha256(each.octets).digest()))
        yield each
