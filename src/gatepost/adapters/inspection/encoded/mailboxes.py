"""Which messages are in a mailbox file?"""

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.mime.mbox import messages


def open_mbox(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    for message in messages(octets):
        budget.room(len(message))
        yield Member("", message, "message/rfc822")
