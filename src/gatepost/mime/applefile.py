"""Which entries has this AppleSingle or AppleDouble file (RFC 1740, appendices A and B)?"""

from collections.abc import Iterator

from msgspec import Struct

SINGLE = b"\0\x05\x16\0"
DOUBLE = b"\0\x05\x16\x07"
HEAD = 26  # octets: kind, version, filler, number of entries
ENTRY = 12
DATA_FORK = 1
RESOURCE_FORK = 2
REAL_NAME = 3


class BadAppleFile(ValueError):
    """It is none, or an entry lies outside it; entries given before stand."""


class Entry(Struct, frozen=True):
    """What it is, by the numbers above, and its octets."""

    id: int
    octets: bytes


def entries(octets: bytes) -> Iterator[Entry]:
    """In their order; those that share octets with another are given at most as often as makes the file twice."""
    if octets[:4] not in (SINGLE, DOUBLE) or len(octets) < HEAD:
        raise BadAppleFile("no header")
    given = 0
    for number in range(int.from_bytes(octets[HEAD - 2 : HEAD], "big")):
        head = octets[HEAD + number * ENTRY : HEAD + (number + 1) * ENTRY]
        if len(head) < ENTRY:
            raise BadAppleFile("fewer entries than announced")
        kind, offset, size = [int.from_bytes(head[at : at + 4], "big") for at in (0, 4, 8)]
        given += size
        if offset + size > len(octets) or given > 2 * len(octets):
            raise BadAppleFile("an entry lies outside the file or upon others")
        yield Entry(kind, octets[offset : offset + size])
