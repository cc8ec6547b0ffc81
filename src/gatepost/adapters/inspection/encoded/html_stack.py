"""Which elements are open at this place of an HTML text, and how does text look there?

No tree is built: a hostile one grows with the square of its tags where formatting goes on over the ends of paragraphs
(HTML §13.2.6.1). Here each tag costs at most a walk over `DEPTH` open elements, and few formatting elements go on.
"""

from msgspec import Struct

from gatepost.adapters.inspection.encoded.html_tags import (
    CLOSES_P,
    ENDS,
    FORMATTING,
    P_ENDS,
    TABLE,
    WALLS,
)
from gatepost.adapters.inspection.encoded.looks import PAGE, Look, changed
from gatepost.adapters.inspection.encoded.style_sheets import Declarations

DEPTH = 200  # elements deeper than that look as what they are in
GOING_ON = 12  # formatting elements that go on
STEPS = 500_000  # over open elements in one text; honest texts need few, as tags end what began last
Names = frozenset[str]
NOTHING: Names = frozenset()


class Open(Struct, frozen=True):
    """An open element: its tag, its own declarations, its look."""

    tag: str
    said: Declarations
    look: Look


class Stack:
    """The open elements. Owned by the reading of one text.

    Args:
        ground: how text looks outside them all.
    """

    def __init__(self, ground: Look = PAGE) -> None:
        self.open: list[Open] = []
        self.ground = self.look = ground
        self.looks: dict[tuple[int, int], tuple[Look, Declarations, Look]] = {}  # by identity: both are kept alive here
        self.counts: dict[str, int] = {}
        self.going_on: list[Open] = []
        self.steps = 0

    def start(self, tag: str, said: Declarations) -> None:
        """An element begins, after what it ends has ended."""
        if ends := ENDS.get(tag):
            self.close(*ends)
        elif tag in CLOSES_P and self.counts.get("p"):
            self.close(*P_ENDS)
        if self.going_on:
            self.go_on()
        self.push(tag, said)

    def push(self, tag: str, said: Declarations) -> None:
        if len(self.open) >= DEPTH:
            return
        if said:
            self.look = self.changed(self.look, said)
        self.open.append(Open(tag, said, self.look))
        self.counts[tag] = self.counts.get(tag, 0) + 1

    def go_on(self) -> None:
        """Formatting that its surroundings ended begins again here."""
        again, self.going_on = self.going_on, []
        for element in again:
            self.push(element.tag, element.said)

    def end(self, tag: str) -> None:
        """An end tag: what is open within its element ends with it."""
        if not self.counts.get(tag):
            self.going_on = [element for element in self.going_on if element.tag != tag] if self.going_on else []
            return
        place = self.nearest(frozenset((tag,)), NOTHING if tag in TABLE else WALLS)
        if place >= 0:
            self.take_out(place) if tag in FORMATTING else self.cut(place)

    def close(self, names: Names, walls: Names) -> None:
        """The nearest element of these names ends, if no wall is nearer."""
        if any(self.counts.get(name) for name in names) and (place := self.nearest(names, walls)) >= 0:
            self.cut(place)

    def nearest(self, names: Names, walls: Names) -> int:
        """Where the last one opened of these names stands; -1 behind a wall, or when too much has been looked for."""
        for place in range(len(self.open) - 1, -1, -1):
            found = self.open[place].tag
            self.steps += 1
            if found in names:
                return place
            if found in walls or self.steps > STEPS:
                return -1
        return -1

    def cut(self, place: int) -> None:
        """The element there and all within it end."""
        ended = self.open[place:]
        del self.open[place:]
        for element in ended:
            self.counts[element.tag] -= 1
        if len(ended) > 1:
            self.going_on += [element for element in ended[1:] if element.said and element.tag in FORMATTING]
            del self.going_on[GOING_ON:]
        self.look = self.open[-1].look if self.open else self.ground

    def take_out(self, place: int) -> None:
        """A formatting element ends; what is within it stays open and looks as without it."""
        self.counts[self.open.pop(place).tag] -= 1
        look = self.open[place - 1].look if place else self.ground
        for inner in range(place, len(self.open)):
            element = self.open[inner]
            look = self.changed(look, element.said) if element.said else look
            self.open[inner] = Open(element.tag, element.said, look)
        self.look = look

    def changed(self, look: Look, said: Declarations) -> Look:
        """A mail says the same of most of its cells."""
        key = (id(look), id(said))
        known = self.looks.get(key)
        if known is None:
            known = self.looks[key] = (look, said, changed(look, said))
        return known[2]
