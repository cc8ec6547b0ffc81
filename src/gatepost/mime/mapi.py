"""Which MAPI properties stand in a property stream of TNEF (MS-OXTNEF §2.1.3.4, MS-OXCDATA §2.11.1)?

Every property takes at least four octets, so that the work is linear however many a stream claims to hold.
"""

from collections.abc import Iterator

from msgspec import Struct

BODY = 0x1000
RTF_COMPRESSED = 0x1009
BODY_HTML = 0x1013
DISPLAY_NAME = 0x3001
ATTACH_DATA = 0x3701  # binary, or an object
ATTACH_FILENAME = 0x3704  # 8.3
ATTACH_LONG_FILENAME = 0x3707
ATTACH_PATHNAME = 0x3708  # 8.3, of a file that is elsewhere
ATTACH_TRANSPORT_NAME = 0x370C
ATTACH_LONG_PATHNAME = 0x370D
ATTACH_MIME_TAG = 0x370E

OBJECT = 0x000D
STRING8 = 0x001E
UNICODE = 0x001F
BINARY = 0x0102
MANY = 0x1000  # a flag of the type: several values
NAMED = 0x8000  # ids from here on have a name, which stands before the value
GUID_SIZE = 16
BY_STRING = 1  # the name is a text, not a number

VARIABLE = frozenset((OBJECT, STRING8, UNICODE, BINARY))
FIXED = {
    0x0000: 0, 0x0001: 0,  # unspecified, null
    0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4,  # what is shorter than four octets is padded
    0x0005: 8, 0x0006: 8, 0x0007: 8, 0x0014: 8, 0x0040: 8,
    0x0048: 16,
}  # fmt: skip


class BadProperties(ValueError):
    """The stream ends in the middle or has a type that nobody knows: what follows cannot be read."""


class Property(Struct, frozen=True):
    """One property.

    Args:
        id: its number; from 0x8000 on it says nothing.
        type: without `MANY`.
        values: as they stand there, padding off; one unless it has several.
    """

    id: int
    type: int
    values: tuple[bytes, ...]


class Cursor:
    """Where in the octets the reader is. Owned by one `properties`."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.at = 0

    def take(self, size: int) -> bytes:
        """So many octets. Raises `BadProperties` if they are not there."""
        taken = self.octets[self.at : self.at + size]
        if len(taken) < size:
            raise BadProperties("cut short")
        self.at += size
        return taken

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size), "little")

    def padded(self) -> bytes:
        """A length, so many octets, and padding to the next multiple of four; the last padding may be missing."""
        taken = self.take(self.number())
        self.at += -len(taken) % 4
        return taken


def properties(octets: bytes) -> Iterator[Property]:
    """In their order. Raises `BadProperties` where it cannot go on."""
    cursor = Cursor(octets)
    for _ in range(cursor.number()):
        if cursor.at >= len(octets):
            raise BadProperties("fewer than announced")
        kind = cursor.number(2)
        number = cursor.number(2)
        if number >= NAMED:
            skip_name(cursor)
        yield Property(number, kind & ~MANY, tuple(values(cursor, kind)))


def skip_name(cursor: Cursor) -> None:
    cursor.take(GUID_SIZE)
    if cursor.number() == BY_STRING:
        cursor.padded()
    else:
        cursor.number()


def values(cursor: Cursor, kind: int) -> Iterator[bytes]:
    base = kind & ~MANY
    if base in VARIABLE:
        for _ in range(cursor.number()):
            yield cursor.padded()
        return
    size = FIXED.get(base)
    if size is None:
        raise BadProperties("unknown type")
    count = cursor.number() if kind & MANY else 1
    if count * size > len(cursor.octets):
        raise BadProperties("cut short")
    yield from [cursor.take(size) for _ in range(count if size else 0)]
