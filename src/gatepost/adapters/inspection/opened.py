"""What an opener gives back: things inside a thing, and facts about it.

An opener is a function for one format in one file. It is called in the sandbox with all octets of the thing, yields
as it goes, and asks the budget before it makes anything large. What it raises but `OverBudget` makes the thing
`unreadable`; what it had yielded by then is looked into all the same.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from gatepost.adapters.inspection.budget import Budget
from gatepost.model.inspection import Link, Text, Trait


class Member(Struct, frozen=True):
    """A thing inside.

    Args:
        name: as the container has it; any text, not bounded, not printable.
        octets: decoded, decompressed.
        declared: media type that the container gives it, "" if none.
        traits: what only the container knows of it.
        alike: it is the container's own content in another form (a stream uncompressed, VBA source), no file that a
            recipient could open: looked into, matched, not listed.
    """

    name: str
    octets: bytes
    declared: str = ""
    traits: tuple[Trait, ...] = ()
    alike: bool = False


class Hints(Struct, frozen=True, kw_only=True):
    """What is known around the thing.

    Args:
        names: of the thing.
        declared: its media type, "" if none.
        passwords: words of the message that may open it, the likeliest first; bounded.
    """

    names: tuple[str, ...] = ()
    declared: str = ""
    passwords: Sequence[str] = ()


Opened = Iterator[Member | Trait | Text | Link]
Opener = Callable[[bytes, Hints, Budget], Opened]
