"""Is text in this element seen by who reads the mail?

What is looked at: `display`, `visibility`, `opacity`, sizes that leave no room, places off the screen, clipping, the
size of letters, and letters in the colour of what is behind them.
"""

import re

from msgspec import Struct

from gatepost.adapters.inspection.encoded.colours import TRANSPARENT, UNKNOWN, alike, colour
from gatepost.adapters.inspection.encoded.style_sheets import Declarations

LETTERS = 16.0  # pixels, where nothing is said
UNREADABLE = 1.5  # pixels; smaller letters are dots
OFF_SCREEN = -300.0  # pixels
FAINT = 0.05
UNITS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 37.8,
    "mm": 3.78,
    "rem": LETTERS,
    "vw": 8.0,
    "vh": 8.0,
}
LENGTH = re.compile(r"([+-]?\d{0,7}(?:\.\d{0,6})?)(px|pt|pc|in|cm|mm|rem|em|ex|ch|vw|vh|%)?")
OVERFLOW = ("overflow", "overflow-x", "overflow-y")
NO_ROOM = ("width", "height", "max-width", "max-height")
PLACES = ("left", "top", "right", "bottom", "margin-left", "margin-top", "text-indent")
FONT_SIZE = re.compile(r"(?:^|\s)([\d.]{1,9}(?:px|pt|em|rem|%)|0(?=[\s/]))")
CLIPPED = re.compile(r"rect\(\s*(?:0|1px)|inset\(\s*(?:50|100)%|circle\(\s*0|polygon\(\s*0\w*\s+0\w*\s*,\s*0\w*\s+0")
SCALED = re.compile(r"scale[xy]?\(\s*0(?:\.0\d*)?\s*[,)]")


class Look(Struct, frozen=True):
    """What an element hands down to what is in it.

    Args:
        is_there: no element around it is taken off the page; what is inside cannot undo that.
        is_visible: what is inside can undo this.
        letters: pixels.
        ink, ground: colours of letters and of what is behind them.
        is_seen: all in all.
    """

    is_there: bool = True
    is_visible: bool = True
    letters: float = LETTERS
    ink: int = 0x000000
    ground: int = 0xFFFFFF
    is_seen: bool = True


PAGE = Look()


def changed(look: Look, said: Declarations) -> Look:
    """The look of an element in another of whom its own declarations are known."""
    is_there = look.is_there and not is_taken_off(said)
    is_visible = look.is_visible
    if visibility := said.get("visibility"):
        is_visible = visibility not in ("hidden", "collapse")
    letters = letter_size(look.letters, said)
    ink = colour(said["color"]) if "color" in said else look.ink
    ink = look.ink if ink == UNKNOWN else ink
    ground = ground_of(look.ground, said)
    is_seen = is_there and is_visible and letters >= UNREADABLE and ink != TRANSPARENT and not alike(ink, ground)
    return Look(is_there, is_visible, letters, ink, ground, is_seen)


def is_taken_off(said: Declarations) -> bool:
    if said.get("display", "").startswith("none"):
        return True
    if (opacity := said.get("opacity")) and (faint := length(opacity, 1.0)) is not None and faint < FAINT:
        return True
    if cuts_off(said) and any(is_nothing(said[name]) for name in NO_ROOM if name in said):
        return True
    return is_elsewhere(said) or is_clipped(said)


def cuts_off(said: Declarations) -> bool:
    """What has no room in it is not drawn beside it."""
    return any(said[name].startswith(("hidden", "clip")) for name in OVERFLOW if name in said)


def is_nothing(size: str) -> bool:
    pixels = length(size, LETTERS)
    return pixels is not None and pixels <= 1


def is_elsewhere(said: Declarations) -> bool:
    for name in PLACES:
        if name in said and (pixels := length(said[name], LETTERS)) is not None and pixels <= OFF_SCREEN:
            return True
    return False


def is_clipped(said: Declarations) -> bool:
    if CLIPPED.match(said.get("clip", "")) or CLIPPED.match(said.get("clip-path", "")):
        return True
    return "transform" in said and SCALED.search(said["transform"]) is not None


def letter_size(around: float, said: Declarations) -> float:
    text = said.get("font-size", "")
    if not text and (short := FONT_SIZE.search(said.get("font", ""))):
        text = short[1]
    size = length(text, around) if text else None
    return around if size is None else size


def length(text: str, letters: float) -> float | None:
    """In pixels; None for what is no length."""
    found = LENGTH.match(text)
    if found is None or found[1] in ("", "+", "-", ".", "+.", "-."):
        return None
    unit = found[2] or ""
    factor = UNITS.get(unit)
    if factor is None:
        factor = letters / 100 if unit == "%" else letters / 2 if unit in ("ex", "ch") else letters
    return float(found[1]) * factor


def ground_of(around: int, said: Declarations) -> int:
    found = around
    for name in ("background", "background-color"):
        if name in said:
            colours = [known for word in parts(said[name]) if (known := colour(word)) != UNKNOWN]
            found = next((known for known in colours if known != TRANSPARENT), found)
    pictures = said.get("background", "") + said.get("background-image", "")
    return UNKNOWN if "url(" in pictures or "gradient(" in pictures else found


def parts(text: str) -> list[str]:
    """Blanks part them, but not within brackets."""
    return re.findall(r"[^\s()]+(?:\([^()]*\))?", text[:500])
