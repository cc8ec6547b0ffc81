"""Where are the lines that divide a multipart, for a careful and for a careless program (RFC 2046 §5.1.1)?

Careless ones take an indented line, one that only begins like a delimiter, or one that a bare CR or LF ends; or go on
after the closing one.
"""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

INDENTED, BARE, GARBAGE, CLOSED = 1, 2, 4, 8
"""What makes a line a delimiter for some only: blanks before it; its line ends; what follows in it; it stands behind
the closing one."""
EVERY = INDENTED | BARE | GARBAGE | CLOSED
CODES = {INDENTED: "indented-delimiter", BARE: "line-end", GARBAGE: "delimiter-prefix", CLOSED: "after-close"}
BLANKS = b" \t\x0b\x0c\x00"
INDENTS = tuple(bytes((each,)) for each in BLANKS)
INDENT_LIMIT = 100  # octets, ours
SEEN_LIMIT = 20_000  # ours: places in one body where a delimiter's octets stand
TAIL = re.compile(rb"(--)?([^\r\n]*+)(\r\n|\n|\r|\Z)")


class Hit(Struct, frozen=True):
    """A delimiter line.

    Args:
        before: where the content before it ends: its line end belongs to the delimiter.
        after: where the next line starts.
        closes: it ends in "--".
        odd: for whom it is one (`INDENTED` …), 0 for all.
        more: what stands behind the boundary, if that is more than blanks.
    """

    before: int
    after: int
    closes: bool
    odd: int
    more: bytes = b""


class Cut(Struct, frozen=True):
    """A multipart divided.

    Args:
        parts: start and end of each.
        preamble: where what stands before the first delimiter ends, -1 if there is none.
        epilogue: where what stands behind the last one starts, -1 if there is none.
        closed: the closing delimiter is there.
    """

    parts: tuple[tuple[int, int], ...]
    preamble: int
    epilogue: int
    closed: bool


def hits(octets: bytes, start: int, end: int, boundary: bytes, line_end: bytes) -> tuple[tuple[Hit, ...], bool]:
    """All lines that anybody could take for a delimiter, and whether there was too much to look at.

    Args:
        line_end: how lines end in this message.
    """
    found: list[Hit] = []
    line = b"--" + boundary
    width = len(line_end)
    place = octets.find(line, start, end)
    for _ in range(SEEN_LIMIT):
        if place < 0:
            return tuple(found), False
        if octets.startswith(line_end, place - width) and place - width >= start:
            before, odd = place - width, 0
        else:
            before, odd = line_start(octets, start, place)
        match = TAIL.match(octets, place + len(line), end) if before >= 0 else None
        if match is not None:
            closes, rest, ending = match.groups()
            more = rest.strip(b" \t")
            if more:
                odd |= GARBAGE
            if ending != line_end and ending:
                odd |= BARE
            found.append(Hit(before, match.end(), closes is not None, odd, more))
        place = octets.find(line, place + len(line), end)
    return tuple(found), place >= 0


def line_start(octets: bytes, start: int, place: int) -> tuple[int, int]:
    """Where the line end before `place` is, and how odd that is; -1 in the middle of a line."""
    odd = 0
    if octets[place - 1 : place] in INDENTS and place > start:
        blank = octets[max(start, place - INDENT_LIMIT) : place]
        place -= len(blank) - len(blank.rstrip(BLANKS))
        odd = INDENTED
    if place == start:
        return start, odd
    if octets.startswith(b"\r\n", place - 2) and place - 2 >= start:
        return place - 2, odd
    if octets[place - 1 : place] in (b"\r", b"\n"):
        return place - 1, odd | BARE
    return -1, odd


Divided = Mapping[bytes, Sequence[tuple[int, int]]]
"""By boundary, the bodies that it divides in the plain reading."""


def without_inner(found: Sequence[Hit], boundary: bytes, divided: Divided) -> list[Hit]:
    """Less the delimiters of multiparts within this one whose boundary begins with its own: they divide anyway."""
    return [hit for hit in found if not (hit.odd & GARBAGE and is_inner(hit, boundary + hit.more, divided))]


def is_inner(hit: Hit, whole: bytes, divided: Divided) -> bool:
    bodies = [*divided.get(whole, ()), *divided.get(whole.removesuffix(b"--"), ())]
    return any(start <= hit.after and hit.before <= end for start, end in bodies)


def cut(found: Sequence[Hit], end: int, allowed: int = 0) -> Cut:
    """The parts between the delimiters.

    Args:
        end: of the multipart's body.
        allowed: odd ones that are taken all the same; with `CLOSED`, the closing one closes nothing.
    """
    taken = [hit for hit in found if not hit.odd & ~allowed]
    parts: list[tuple[int, int]] = []
    opened = -1
    epilogue = -1
    for hit in taken:
        if opened >= 0:
            parts.append((opened, max(opened, hit.before)))
        opened = hit.after
        if hit.closes:
            epilogue = hit.after
            if not allowed & CLOSED:
                opened = -1
                break
    if opened >= 0 and (opened != epilogue or opened < end):
        parts.append((opened, end))
    return Cut(tuple(parts), taken[0].before if taken else -1, epilogue, epilogue >= 0)


def manners(found: Sequence[Hit]) -> tuple[tuple[str, int], ...]:
    """The careless ways that would cut otherwise, and every mix of them."""
    odd = 0
    closed = False
    for hit in found:
        odd |= hit.odd
        if closed:
            odd |= CLOSED
        closed = closed or (hit.closes and not hit.odd)
    if not odd:
        return ()
    return tuple((CODES.get(flags, "lenient"), flags) for flags in range(1, EVERY + 1) if not flags & ~odd)
