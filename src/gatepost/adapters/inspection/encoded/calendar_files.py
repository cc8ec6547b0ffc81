"""Which files does a calendar or a card hold? What it says is read where all words are (`words`)."""

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.encoded.calendars import encoded_lines, files
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.mime.charset import text_of

MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16


def open_calendar(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    budget.room(len(octets))
    for file in files(encoded_lines(text_of(octets, "utf-16" if octets.startswith(MARKS) else ""))):
        yield Member(file.name, file.octets, file.media_type)
