"""Which files does a calendar or a card hold? What it says is read where all words are (`words`)."""

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.encoded.calendars import content_lines, files
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.mime.charset import text_of


def open_calendar(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    budget.room(len(octets))
    for file in files(tuple(content_lines(text_of(octets, "")))):
        yield Member(file.name, file.octets, file.media_type)
