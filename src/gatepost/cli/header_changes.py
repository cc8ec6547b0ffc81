"""What does the mail server see of the header that the client sent? Fields added, taken out, and kept."""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum

from msgspec import Struct

from gatepost.cli.terminal import printable, styled
from gatepost.model.message import Field
from gatepost.syntax.header import HEADER_LIMIT, read_header


class Change(Enum):
    """What became of a field; the value is its mark in a list."""

    ADDED = "+"
    REMOVED = "-"
    KEPT = " "


class Line(Struct, frozen=True):
    """One field as text, folds and all."""

    change: Change
    field: str


COLOURS = {Change.ADDED: "green", Change.REMOVED: "red", Change.KEPT: "dim"}


def changes(sent: bytes, got: bytes) -> tuple[Line, ...]:
    """Fields in the order of `got`, those that are missing there where they stood in `sent`.

    Args:
        sent, got: whole messages with CRLF line ends, or the first octets of them.
    """
    before, after = fields(sent), fields(got)
    missing = Counter(field.raw for field in before) - Counter(field.raw for field in after)
    new = Counter(field.raw for field in after) - Counter(field.raw for field in before)
    found = [Line(Change.ADDED, text(field)) for field in after if taken(new, field)]
    found += [Line(Change.REMOVED if taken(missing, field) else Change.KEPT, text(field)) for field in before]
    return tuple(found)


def taken(counts: Counter[bytes], field: Field) -> bool:
    """Whether there was one more of it, and then one less."""
    counts[field.raw] -= 1
    return counts[field.raw] >= 0


def fields(octets: bytes) -> Sequence[Field]:
    return read_header(octets[: HEADER_LIMIT + 4])[0]


def text(field: Field) -> str:
    return field.raw.decode("utf-8", "replace").removesuffix("\r\n")


def shown(lines: Sequence[Line], indent: str = "  ") -> Iterator[str]:
    """Every line of every field, its mark in front."""
    for line in lines:
        for part in line.field.split("\r\n"):
            whole = f"{line.change.value} {printable(part.expandtabs(4))}"
            yield f"{indent}{styled(whole, COLOURS[line.change])}".rstrip()
