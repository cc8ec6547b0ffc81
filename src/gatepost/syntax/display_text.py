"""What is seen of a text that is shown to people, and what in it is not seen?

Controls, line ends, marks of direction and characters without width change or hide what stands beside them (UTR #36,
section 2). Some have honest uses, such as marks of direction in Arabic names: they are taken out of what is compared
and reported, and named.
"""

from enum import Enum

from gatepost.syntax.local_part import BIDI_CONTROLS

SHOWN_LIMIT = 500  # characters; what is longer is cut, nobody sees it


class Hidden(Enum):
    """What was taken out."""

    NUL = "nul"
    LINE_BREAK = "line break"
    CONTROL = "control character"
    DIRECTION = "mark of direction"
    NO_WIDTH = "character without width"


CONTROLS = frozenset(map(chr, (*range(32), *range(0x7F, 0xA0)))) - frozenset("\0\t\n\v\f\r\x85")
LINE_BREAKS = frozenset("\n\v\f\r\x85\u2028\u2029")
NO_WIDTH = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0\ufff9\ufffa\ufffb"
)
JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")  # part of many scripts and of emoji: taken out in silence
SIGNS = (
    (frozenset("\0"), Hidden.NUL),
    (LINE_BREAKS, Hidden.LINE_BREAK),
    (CONTROLS, Hidden.CONTROL),
    (BIDI_CONTROLS, Hidden.DIRECTION),
    (NO_WIDTH, Hidden.NO_WIDTH),
)
OUT = {
    **dict.fromkeys(map(ord, CONTROLS | BIDI_CONTROLS | NO_WIDTH | JOINERS | {"\0"})),
    **dict.fromkeys(map(ord, LINE_BREAKS), " "),
}


def shown(text: str) -> tuple[str, tuple[Hidden, ...]]:
    """The text on one line with single blanks, and what else was in it. A line end before or after it is no sign."""
    if text.isascii() and text.isprintable():
        return squeezed(text), ()
    inside = set(text.strip(" \t\r\n"))
    hidden = tuple([sign for characters, sign in SIGNS if not inside.isdisjoint(characters)])
    return squeezed(text.translate(OUT)), hidden


def squeezed(text: str) -> str:
    return " ".join(text.split())[:SHOWN_LIMIT].rstrip()
