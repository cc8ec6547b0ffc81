"""One message as it came: a handle on its octets, wherever they are kept, and its header."""

from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct, field


class Field(Struct, frozen=True):
    """One header field.

    Args:
        name: as sent, without the colon; lower-case it to compare. "" for a line that is no field.
        raw: the whole field as in the content (dot-stuffed), name, colon, folds and the final CRLF included.
    """

    name: str
    raw: bytes

    @property
    def value(self) -> bytes:
        """What follows the colon, unfolded (RFC 5322 §2.2.3), outer white space removed."""
        return self.raw[len(self.name) :].partition(b":")[2].replace(b"\r\n", b"").strip()


class Content(Protocol):
    """The octets of a message: CRLF line ends only, dot-stuffed, without the final dot line."""

    @property
    def size(self) -> int:
        """Octets, stuffed."""

    def chunks(self) -> Iterator[bytes]:
        """All of it from the start, in order; may be called again."""


class Message(Struct, frozen=True, kw_only=True):
    """A whole, well-framed message.

    Args:
        size: octets after dot-unstuffing (what RFC 1870 counts).
        header: fields in order; bounded by the reader.
        header_octets: length of the header block as stuffed octets, its empty line excluded.
        content: all octets, header included.
        eight_bit: an octet over 127 occurs.
        longest_line: octets of the longest line, CRLF included.
        malformed: what is wrong with the header block, () if nothing.
        by_name: made from `header` when somebody first asks for a field; it is asked for many times.
    """

    size: int
    header: tuple[Field, ...]
    header_octets: int
    content: Content
    eight_bit: bool = False
    longest_line: int = 0
    malformed: tuple[str, ...] = ()
    by_name: dict[str, tuple[Field, ...]] = field(default_factory=dict)

    def fields(self, name: str) -> tuple[Field, ...]:
        """The fields of that name, any case, in order."""
        if not self.by_name:
            self.by_name.update(sorted_by_name(self.header))
        return self.by_name.get(name.lower(), ())


def sorted_by_name(header: tuple[Field, ...]) -> dict[str, tuple[Field, ...]]:
    """Fields by lower-case name, in order."""
    found: dict[str, list[Field]] = {}
    for one in header:
        found.setdefault(one.name.lower(), []).append(one)
    return {name: tuple(fields) for name, fields in found.items()}
