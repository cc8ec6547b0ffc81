"""Which parameters does a Content-Type or Content-Disposition field have (RFC 2045 §5.1, RFC 2231)?

An invalid parameter never hides the ones after it. Beside the grammar stands what programs find that look for `name=`
anywhere.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

SEPARATORS = re.compile(rb"[;\s]*+")
# Possessive and atomic: whatever fails is not looked at again.
PARAMETER = re.compile(rb"""([^\s=;"]++)\s*+=\s*+(?:"((?>(?:[^"\\]+|\\.)*))\\?"?([^;]*)|([^;]*))""", re.DOTALL)
LOOSE = re.compile(rb"""(?<![\w*])(boundary|charset|filename|name)[\x00-\x20]*+=[\x00-\x20]*+"?([^";]*+)""", re.I)
UNQUOTED = re.compile(rb"""(?:;[^;="]++(?=;|\Z))+""")  # more of a value that should have been quoted
ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
PIECE = re.compile(r"\*([0-9]{1,9})?(\*)?", re.ASCII)
PIECES_LIMIT = 1000  # ours; the highest number too
PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


class Parameter(Struct, frozen=True):
    """One as written.

    Args:
        name: lower-case, its stars included.
        value: without quotes and backslashes.
        raw: what stands between the quotes, or all of it up to the semicolon.
        quoted: it began with a quote.
        after: what stands between the closing quote and the next semicolon, blanks removed.
    """

    name: str
    value: bytes
    raw: bytes
    quoted: bool = False
    after: bytes = b""


class Piece(Struct, frozen=True):
    """A value put together of pieces, or a single extended one (RFC 2231 §3, §4).

    Args:
        value: percent signs decoded where they count.
        raw: where they are not.
        charset: as named, "" if not.
    """

    value: bytes
    raw: bytes
    charset: str = ""


def parameters(text: bytes, most: int) -> tuple[tuple[Parameter, ...], bool]:
    """In order, and whether there are more than `most`.

    Args:
        text: what follows the media type or the disposition, with its semicolon.
    """
    found: list[Parameter] = []
    position = 0
    for _ in range(most):
        position = after_separators(text, position)
        match = PARAMETER.match(text, position)
        if match is not None:
            found.append(parameter(match))
        position = match.end() if match else text.find(b";", position)
        if position < 0:
            return tuple(found), False
    return tuple(found), after_separators(text, position) < len(text)


def after_separators(text: bytes, position: int) -> int:
    match = SEPARATORS.match(text, position)
    return match.end() if match else position


def parameter(match: re.Match[bytes]) -> Parameter:
    name, quoted, after, bare = match.groups()
    written = name.decode("latin-1").lower()
    if quoted is None:
        raw = bare.strip()
        return Parameter(written, raw, raw)
    return Parameter(written, ESCAPED.sub(rb"\1", quoted), quoted, True, after.strip())


def loose(text: bytes, name: bytes, most: int) -> list[bytes]:
    """What stands behind `name=` wherever that is found, quotes or none."""
    found = []
    for match in LOOSE.finditer(text):
        if match[1].lower() == name:
            found.append(match[2].strip())
            more = UNQUOTED.match(text, match.end())
            if more is not None and len(found) < most:
                found.append((match[2] + more[0]).strip())
            if len(found) == most:
                break
    return found


def assembled(found: Sequence[Parameter], name: str) -> tuple[Piece, ...]:
    """Every value that pieces and extended forms of `name` can make; as RFC 2231 puts them together first."""
    single: list[Piece] = []
    pieces: list[tuple[int, bool, bytes]] = []
    for each in found:
        if not each.name.startswith(name + "*"):
            continue
        match = PIECE.fullmatch(each.name, len(name))
        if match is None:
            continue
        number, star = match.groups()
        if number is None:
            single.append(joined([(0, True, each.value)]))
        elif int(number) < PIECES_LIMIT and len(pieces) < PIECES_LIMIT:
            pieces.append((int(number), star is not None, each.value))
    return tuple(dict.fromkeys([*orders(pieces), *single]))


def orders(pieces: list[tuple[int, bool, bytes]]) -> Iterable[Piece]:
    """By number up to a gap; over gaps; as written; with the last of those that have one number."""
    if not pieces:
        return
    first, last = {p[0]: p for p in reversed(pieces)}, {p[0]: p for p in pieces}
    ordered = [first[number] for number in sorted(first)]
    unbroken = [piece for place, piece in enumerate(ordered) if piece[0] - ordered[0][0] == place]
    yield joined(unbroken)
    yield joined(ordered)
    yield joined(pieces)
    yield joined([last[number] for number in sorted(last)])
    yield joined([(number, True, value) for number, _, value in ordered])


def joined(pieces: Sequence[tuple[int, bool, bytes]]) -> Piece:
    """The first extended piece names the character set (RFC 2231 §4.1)."""
    charset = ""
    values = []
    for place, (_, extended, value) in enumerate(pieces):
        if extended and place == 0 and value.count(b"'") > 1:
            named, _, value = value.split(b"'", 2)
            charset = named.decode("latin-1").strip().lower()
        values.append(unescaped(value) if extended else value)
    return Piece(b"".join(values), b"".join([value for _, _, value in pieces]), charset)


def unescaped(value: bytes) -> bytes:
    """Percent signs read; one that stands before no two hexadecimal digits stays."""
    if b"%" not in value:
        return value
    return PERCENT.sub(lambda match: bytes((int(match[1], 16),)), value)
