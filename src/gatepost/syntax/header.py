"""Which fields does a message's header have, and what is wrong with it (RFC 5322 §2.2, §3.6.8)?

Reads octets as they are kept: CRLF line ends only, dot-stuffed (RFC 5321 §4.5.2). The header ends at the
first empty line and nowhere else. A line that is no field is kept as a field without a name, so that the
fields' octets always add up to the header: `Field.raw` stays stuffed, `Field.name` is what a reader sees.
"""

import re
from collections.abc import Callable, Sequence

from gatepost.model.message import Field

HEADER_LIMIT = 256 * 1024  # octets, ours: real headers stay below 100 KiB
FIELDS_LIMIT = 5000  # ours
SHORTEST_FIELD = len(b"a:\r\n")

# A well-formed field with its folds. `^` keeps a search from trying every octet of a long line.
REGULAR = re.compile(rb"^(([!-\-/-9;-~][!-9;-~]*+):[^\r]*+\r\n(?>(?:[ \t][^\r]*+\r\n)*))", re.MULTILINE)
FIELD_END = re.compile(rb"\r\n(?!\.?[ \t])")  # no fold behind it, be it a wrongly stuffed one
NAME = re.compile(rb"[!-9;-~]+")  # RFC 5322 §3.6.8


def read_header(
    octets: bytes, *, limit: int = HEADER_LIMIT, most: int = FIELDS_LIMIT
) -> tuple[tuple[Field, ...], int, tuple[str, ...]]:
    """Fields in order, octets of the header block without its empty line, and names of its defects.

    Defects: `no-colon`, `space-before-colon`, `leading-fold`, `empty-name`, `bad-name` (a space or control
    within a name), `non-ascii-name`, `nul`, `too-large`, `too-many-fields`. With one of the last two the
    fields are only the first ones: such a message is to be refused, not cleaned.

    Args:
        octets: a whole message, or its start: at least `limit` + 4 octets, or all there is.
        limit: octets of the header block.
        most: fields.
    """
    size = header_size(octets)
    nul = ("nul",) if octets.find(0, 0, size) >= 0 else ()
    if size <= limit and (size <= most * SHORTEST_FIELD or octets.count(b"\n", 0, size) <= most):
        found = REGULAR.findall(octets, 0, size)
        if sum([len(raw) for raw, _ in found]) == size:  # nothing between them
            return tuple([Field(name.decode(), raw) for raw, name in found]), size, nul
    fields, defects = irregular(octets, size, limit, most)
    return fields, size, nul + defects


def header_size(octets: bytes) -> int:
    if octets.startswith(b"\r\n"):
        return 0
    end = octets.find(b"\r\n\r\n")
    return len(octets) if end < 0 else end + 2


def irregular(octets: bytes, size: int, limit: int, most: int) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """Field by field, with what is wrong with each."""
    fields: list[Field] = []
    defects: dict[str, None] = {}  # a set that keeps order
    position = 0
    while position < size:
        end = field_end(octets, position, size)
        if end > limit:
            return tuple(fields), (*defects, "too-large")
        if len(fields) == most:
            return tuple(fields), (*defects, "too-many-fields")
        raw = octets[position:end]
        name, defect = name_of(unstuffed(raw))
        fields.append(Field(name.decode("latin-1"), raw))
        if defect:
            defects[defect] = None
        position = end
    return tuple(fields), tuple(defects)


def field_end(octets: bytes, position: int, size: int) -> int:
    last = FIELD_END.search(octets, position, size)
    return last.end() if last else size


def unstuffed(raw: bytes) -> bytes:
    return raw.removeprefix(b".").replace(b"\r\n.", b"\r\n")


def name_of(raw: bytes) -> tuple[bytes, str]:
    """The name, and the defect or "". Folds before the colon do not hide a name from who unfolds first."""
    before, colon, _ = raw.partition(b":")
    name = before.rstrip(b" \t\r\n")
    if raw.startswith((b" ", b"\t")):
        return b"", "leading-fold"
    if not (colon and name):
        return b"", "empty-name" if colon else "no-colon"
    if b"\n" in before:
        return name if NAME.fullmatch(name) else b"", "no-colon"
    if not NAME.fullmatch(name):
        return name, "bad-name" if name.isascii() else "non-ascii-name"
    return name, "" if name == before else "space-before-colon"


def without(octets_of_header: bytes, fields: Sequence[Field], drop: Callable[[str], bool]) -> bytes:
    """The header less every whole field whose lower-cased name `drop` names; the same object if none is.

    Args:
        octets_of_header: as `read_header` measured it, stuffed.
        fields: all of its fields.

    Raises:
        ValueError: the fields are not all of the header (it was over its limits).
    """
    if sum([len(field.raw) for field in fields]) != len(octets_of_header):
        raise ValueError("these fields are not the whole header")
    kept = [field.raw for field in fields if not drop(field.name.lower())]
    return octets_of_header if len(kept) == len(fields) else b"".join(kept)
