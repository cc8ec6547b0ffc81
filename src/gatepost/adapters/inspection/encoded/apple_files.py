"""Which file is in an AppleSingle file, which half of one in an AppleDouble file?"""

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.mime.applefile import DATA_FORK, REAL_NAME, RESOURCE_FORK, entries


def open_apple_file(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """The data fork is the file; the resource fork is looked into too. Raises `BadAppleFile`."""
    found = list(entries(octets))
    name = next((entry.octets.decode("utf-8", "replace") for entry in found if entry.id == REAL_NAME), "")
    for entry in found:
        if entry.id in (DATA_FORK, RESOURCE_FORK) and entry.octets:
            budget.room(len(entry.octets))
            yield Member(name, entry.octets, alike=entry.id == RESOURCE_FORK)
