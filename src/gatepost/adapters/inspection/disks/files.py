"""What does a file system hold, and how does it become members of an image?

A file that is larger than the budget has room for is shown by its beginning, and the files behind it are looked into
all the same: a bomb hides nothing.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator

from msgspec import Struct

from gatepost.adapters.inspection.archives.paths import path_traits
from gatepost.adapters.inspection.archives.unpacking import KEPT, Damaged, Meter
from gatepost.adapters.inspection.budget import OverBudget
from gatepost.adapters.inspection.disks.views import View
from gatepost.adapters.inspection.opened import Member, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import OVER_BUDGET, UNREADABLE

LONGEST_PATH = 1000  # characters of a directory's path that are kept, its end


class File(Struct, frozen=True, kw_only=True):
    """One file, not read yet.

    Args:
        name: with the directories that it is in.
        length: octets that reading it gives; fewer where it is damaged.
        pieces: its content, in bounded steps; may raise `Damaged`.
        stream: a name for a second content of the same file, "" for the file itself.
        traits: what only the file system knows.
    """

    name: str
    length: int
    pieces: Callable[[], Iterator[bytes]]
    stream: str = ""
    traits: tuple[Trait, ...] = ()


Files = Iterator[File | Trait]


def inside(directory: str, name: str) -> str:
    return f"{directory[-LONGEST_PATH:]}/{name}" if directory else name


def nothing() -> Iterator[bytes]:
    """The pieces of what cannot be read."""
    return iter(())


class Giving:
    """Files of one image, as members.

    Args:
        known: what was given already, by `key` of its name and its digest: it is not given twice.
    """

    def __init__(
        self, meter: Meter, known: Collection[tuple[str, bytes]] = (), key: Callable[[str], str] = str.casefold
    ) -> None:
        self.meter, self.known, self.key = meter, known, key
        self.over = ""

    def members(self, found: Iterable[File | Trait]) -> Opened:
        for each in found:
            self.meter.budget.time()
            if isinstance(each, Trait):
                yield each
            elif not self.is_known(each):
                yield self.member(each)

    def end(self) -> None:
        """Raises `OverBudget` if something was too large."""
        if self.over:
            raise OverBudget(self.over)

    def member(self, file: File) -> Member:
        traits = (*path_traits(file.name), *file.traits)
        length, over = file.length, self.meter.lacks(file.length)
        if over:
            self.over = self.over or over
            traits += (Trait(OVER_BUDGET, over),)
            length = 0 if self.meter.lacks(KEPT) else KEPT
        self.meter.add(length)
        octets, wrong = read(self.timed(file), length)
        return Member(f"{file.name}:{file.stream}" if file.stream else file.name, octets, traits=traits + wrong)

    def is_known(self, file: File) -> bool:
        """Read in steps and not kept, so that the same file in two views of a disc costs its octets once."""
        if not self.known or file.length > self.meter.budget.allowance.octets:
            return False
        return (self.key(file.name), digest(self.timed(file))) in self.known

    def timed(self, file: File) -> Iterator[bytes]:
        for piece in file.pieces():
            self.meter.budget.time()
            yield piece


def digest(made: Iterable[bytes]) -> bytes:
    """As far as it can be read."""
    state = hashlib.sha256()
    try:
        for piece in made:
            state.update(piece)
    except Damaged:
        pass
    return state.digest()


def read(made: Iterator[bytes], length: int) -> tuple[bytes, tuple[Trait, ...]]:
    """So much of a file, and what went wrong."""
    kept: list[bytes] = []
    have = 0
    try:
        for piece in made if length else ():
            kept.append(piece)
            have += len(piece)
            if have >= length:
                break
    except Damaged as error:
        return b"".join(kept), (unread(str(error)),)
    return b"".join(kept)[:length], (unread("cut short"),) if have < length else ()


def never_silent(found: Opened) -> Opened:
    """An image in which nothing at all is found is one that was not understood."""
    is_silent = True
    for each in found:
        is_silent = False
        yield each
    if is_silent:
        yield unread("nothing is found on it")


def unread(why: str) -> Trait:
    return Trait(UNREADABLE, why)


Reader = Callable[[View, Meter], Files]
"""Of one file system; may raise `Damaged`, and `OverBudget`."""
