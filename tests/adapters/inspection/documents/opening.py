"""Opens a thing as the walk does, and what is in it, and says what was found."""

from time import process_time

from msgspec import Struct

from gatepost.adapters.inspection.budget import Allowance, Budget, OverBudget
from gatepost.adapters.inspection.documents.table import OPENERS
from gatepost.adapters.inspection.identify import identify
from gatepost.adapters.inspection.opened import Hints, Member
from gatepost.model import traits
from gatepost.model.inspection import FileClass, Link, Trait


class Opened(Struct):
    """All that was found in a thing, its own and what is in it apart."""

    traits: set[str]
    details: list[Trait]
    members: list[Member]
    links: list[Link]
    classes: set[FileClass]
    inside: set[str]  # traits of members and of theirs


def budget(**more):
    return Budget(Allowance(**more), process_time)


def opened(octets, name="", declared="", passwords=(), within=None, depth=0):
    within = within or budget()
    identity = identify(octets, (name,) if name else (), declared)
    found = Opened(
        {trait.code for trait in identity.traits}, list(identity.traits), [], [], set(identity.classes), set()
    )
    for kind in identity.formats:
        if kind not in OPENERS or depth > 6:
            continue
        hints = Hints(names=(name,) if name else (), declared=declared, passwords=passwords)
        for each in OPENERS[kind](octets, hints, within):
            take(found, each, passwords, within, depth)
    return found


def take(found, each, passwords, within, depth):
    if isinstance(each, Trait):
        found.traits.add(each.code)
        found.details.append(each)
    elif isinstance(each, Link):
        found.links.append(each)
    elif isinstance(each, Member):
        inner = opened_inside(each, passwords, within, depth + 1)
        if each.alike:
            found.traits |= inner.traits
            found.details += inner.details
            found.links += inner.links
            found.members += inner.members
            found.inside |= inner.inside
        else:
            found.members.append(each)
            found.inside |= inner.traits | inner.inside
            found.classes |= inner.classes


def opened_inside(member, passwords, within, depth):
    """What cannot be opened there is unreadable, as the walk has it."""
    try:
        return opened(member.octets, member.name, member.declared, passwords, within, depth)
    except OverBudget:
        raise
    except Exception:
        return Opened({traits.UNREADABLE}, [], [], [], set(), set())
