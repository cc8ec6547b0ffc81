"""Which octets does an attribute of NTFS hold, in rows of clusters, with holes, or compressed?"""

from collections.abc import Iterable, Iterator

from gatepost.adapters.inspection.archives.unpacking import Damaged
from gatepost.adapters.inspection.disks.extents import Extent, joined, pieces, with_zeros_from
from gatepost.adapters.inspection.disks.lznt1 import expand
from gatepost.adapters.inspection.disks.ntfs_records import Attribute, Run
from gatepost.adapters.inspection.disks.views import View

LARGEST_UNIT = 1024 * 1024  # octets that are compressed together


def in_order(parts: Iterable[Attribute]) -> tuple[Attribute, tuple[Run, ...], bool]:
    """The first piece, all runs, and whether they fit together."""
    ordered = sorted(parts, key=lambda part: part.lowest)
    runs: list[Run] = []
    at, fits = 0, True
    for part in ordered:
        if part.lowest != at:
            fits = False
            continue
        runs.extend(part.runs)
        at += sum(run.count for run in part.runs)
    return ordered[0], tuple(runs), fits


def content(view: View, cluster: int, head: Attribute, runs: tuple[Run, ...]) -> Iterator[bytes]:
    """Raises `Damaged`."""
    if head.octets is not None:
        yield head.octets
        return
    if head.unit * cluster > LARGEST_UNIT:
        raise Damaged("compressed in units that cannot be")
    if head.unit:
        made = expanded(view, cluster, head.unit, runs)
    else:
        made = pieces(view, (extent(run, cluster) for run in runs))
    yield from with_zeros_from(made, head.valid)


def extent(run: Run, cluster: int) -> Extent:
    return Extent(None if run.first is None else run.first * cluster, run.count * cluster)


def expanded(view: View, cluster: int, unit: int, runs: tuple[Run, ...]) -> Iterator[bytes]:
    """Of each unit: all clusters there, it is as it is; none, it is zeros; some, these hold it compressed."""
    size = unit * cluster
    for part in units(runs, unit):
        stored = sum(run.count for run in part if run.first is not None)
        if not stored:
            yield from pieces(view, (Extent(None, size),))
        elif stored == unit:
            yield from pieces(view, (extent(run, cluster) for run in part))
        else:
            packed = joined(pieces(view, (extent(run, cluster) for run in part if run.first is not None)), size)
            yield expand(packed, size).ljust(size, b"\0")


def units(runs: tuple[Run, ...], unit: int) -> Iterator[list[Run]]:
    part: list[Run] = []
    room = unit
    for run in runs:
        first, count = run.first, run.count
        while count:
            step = min(count, room)
            part.append(Run(first, step))
            first, count, room = None if first is None else first + step, count - step, room - step
            if not room:
                yield part
                part, room = [], unit
    if part:
        yield [*part, Run(None, room)]


def length(head: Attribute, runs: tuple[Run, ...], cluster: int) -> int:
    """Octets that there are, whatever it claims."""
    if head.octets is not None:
        return len(head.octets)
    return min(head.real, sum(run.count for run in runs) * cluster)
