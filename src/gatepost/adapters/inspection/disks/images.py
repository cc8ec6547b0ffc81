"""What is in a raw image of a disk, with or without partitions?"""

from gatepost.adapters.inspection.archives.unpacking import Meter
from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.disks.files import Giving, never_silent
from gatepost.adapters.inspection.disks.views import Flat, View
from gatepost.adapters.inspection.disks.volumes import open_disk
from gatepost.adapters.inspection.opened import Hints, Opened


def open_img(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    yield from open_view(Flat(octets), Meter(budget, len(octets)))


def open_view(view: View, meter: Meter) -> Opened:
    """What any kind of image shows once its blocks are found. Raises `OverBudget` once all is said."""
    giving = Giving(meter)
    yield from never_silent(open_disk(view, giving))
    giving.end()
