"""What is in an ARJ archive? Its list and what is stored in it; what is compressed stays unread, and is said to be."""

import struct
import zlib
from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.archives.paths import path_traits
from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import ENCRYPTED, INCONSISTENT, UNREADABLE

MARK = b"\x60\xea"
LARGEST_HEADER = 2600  # octets
HEAD = struct.Struct("<8B4x2I")  # from its size to the original size of the file
SHORTEST = 30  # octets of the fixed part
GARBLED, CONTINUED, CONTINUES = 0x01, 0x04, 0x08  # flags
MOST_EXTENDED = 100
STORED = 0
DIRECTORY = 3  # file type
SEARCHED = 128 * 1024  # octets in which it must begin: it may unpack itself


class ArjHeader(Struct, frozen=True):
    """One header.

    Args:
        ends: where the data starts.
    """

    flags: int
    method: int
    kind: int
    packed: int
    size: int
    crc: int
    name: str
    ends: int


def open_arj(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    start = beginning(octets)
    meter = Meter(budget, len(octets))
    if start > 0:
        yield Trait(INCONSISTENT, "octets in front of the archive")
    for header in files(octets, start):
        data = octets[header.ends : header.ends + header.packed]
        if header.kind == DIRECTORY:
            continue
        meter.add(len(data))
        wrong = tuple(wrong_with(header, data))
        yield Member(header.name, b"" if wrong else data, traits=(*wrong, *path_traits(header.name)))


def beginning(octets: bytes) -> int:
    """Of the main header. Raises `Damaged`."""
    at = octets.find(MARK, 0, SEARCHED)
    while at >= 0:
        try:
            if read_header(octets, at):
                return at
        except Damaged:
            pass
        at = octets.find(MARK, at + 1, SEARCHED)
    raise Damaged("no main header")


def files(octets: bytes, start: int) -> Iterator[ArjHeader]:
    """Raises `Damaged` where there is neither a header nor the end."""
    main = read_header(octets, start)
    at = main.ends if main else start
    while header := read_header(octets, at):
        yield header
        at = header.ends + header.packed


def read_header(octets: bytes, at: int) -> ArjHeader | None:
    """None at the end of the archive."""
    size = int.from_bytes(octets[at + 2 : at + 4], "little")
    body = octets[at + 4 : at + 4 + size]
    if octets[at : at + 2] != MARK or size > LARGEST_HEADER or at + 4 > len(octets):
        raise Damaged("no header where one must be")
    if size == 0:
        return None
    sum_at = at + 4 + size
    if len(body) < SHORTEST or zlib.crc32(body) != int.from_bytes(octets[sum_at : sum_at + 4], "little"):
        raise Damaged("a header is damaged")
    fixed, _, _, _, flags, method, kind, _, packed, whole = HEAD.unpack_from(body)
    crc = int.from_bytes(body[20:24], "little")
    name = body[fixed:].partition(b"\0")[0].decode("cp437")
    return ArjHeader(flags, method, kind, packed, whole, crc, name, behind(octets, sum_at + 4))


def behind(octets: bytes, at: int) -> int:
    """Where the extended headers end."""
    for _ in range(MOST_EXTENDED):
        size = int.from_bytes(octets[at : at + 2], "little")
        at += 2
        if not size:
            return at
        at += size + 4
    raise Damaged("too many extended headers")


def wrong_with(header: ArjHeader, data: bytes) -> Iterator[Trait]:
    if header.flags & GARBLED:
        yield Trait(ENCRYPTED)
    elif header.flags & (CONTINUED | CONTINUES):
        yield Trait(UNREADABLE, "a part of it is in another volume")
    elif header.method != STORED:
        yield Trait(UNREADABLE, f"compression method {header.method} is not known")
    elif len(data) != header.packed or zlib.crc32(data) != header.crc:
        yield Trait(UNREADABLE, "damaged")
