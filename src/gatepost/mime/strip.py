"""A message without some of its parts, each replaced by a note that says so."""

from collections.abc import Callable, Iterable, Iterator

from gatepost.mime.part import Part, View
from gatepost.model.message import Field

END = b"\r\n"
CONTENT = "content-"  # how the names of the fields begin that say what a body is (RFC 2045 §3)


class CannotStrip(ValueError):
    """The part is there in another reading only, or is not where it should be."""


def without(octets: bytes, view: View, paths: Iterable[str], note: Callable[[Part], bytes]) -> bytes:
    """The message with the parts at these paths replaced.

    Args:
        octets: what `view` is of.
        paths: of parts in the plain reading, as in `Part.path`.
        note: the text that stands in a part's place: lines that end in CRLF, US-ASCII.

    Raises:
        CannotStrip: it cannot be done so that every program reads the same.
    """
    places = sorted(ranges(octets, view, frozenset(paths)), key=lambda place: place[0])
    pieces: list[bytes] = []
    done = 0
    for start, part in places:
        if start < done:
            continue  # within one that is gone already
        pieces += (octets[done:start], noted(octets, start, part, note(part)))
        done = part.end
    return b"".join((*pieces, octets[done:]))


def ranges(octets: bytes, view: View, paths: frozenset[str]) -> Iterator[tuple[int, Part]]:
    """Each part with where its header starts."""
    found = {part.path: part for part in view.parts if part.path in paths and not part.reading}
    if missing := paths - found.keys():
        raise CannotStrip(f"no part {', '.join(sorted(missing))} in the plain reading")
    for part in found.values():
        header = b"".join([field.raw for field in part.header])
        start = part.start - len(header) - len(END)
        if start < 0 or octets[start : part.start] != header + END:
            raise CannotStrip(f"the header of part {part.path} is odd")
        yield start, part


def noted(octets: bytes, start: int, part: Part, text: bytes) -> bytes:
    """What stands in the place of a part: its header but for what says what it is, and the text."""
    kept = b"".join([field.raw for field in part.header if is_kept(field)])
    fields = b"Content-Type: text/plain; charset=us-ascii\r\nContent-Disposition: inline\r\n"
    ended = octets[part.end : part.end + 2] == END  # the line end before a delimiter line belongs to that
    return kept + fields + END + (text.removesuffix(END) if ended else text)


def is_kept(field: Field) -> bool:
    return not field.name.lower().startswith(CONTENT)
