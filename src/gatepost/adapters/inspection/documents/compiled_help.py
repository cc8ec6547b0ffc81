"""What is in a compiled help file? That it is one is enough: it runs scripts with the rights of a program."""

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.opened import Hints, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import UNREADABLE


def open_help(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    yield Trait(UNREADABLE, "compiled help is not looked into")
