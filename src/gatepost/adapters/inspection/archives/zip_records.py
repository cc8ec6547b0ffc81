"""The records of a zip file (PKWARE's APPNOTE): read one at a time, wherever somebody says that one is."""

import struct
from collections.abc import Iterator

from msgspec import Struct

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
END64 = b"PK\x06\x06"
LOCATOR64 = b"PK\x06\x07"
DESCRIPTOR = b"PK\x07\x08"
EXTRA_DATA = b"PK\x06\x08"  # in front of an encrypted central directory
LOCAL_HEAD = struct.Struct("<4s5H3I2H")
CENTRAL_HEAD = struct.Struct("<4s6H3I5H2I")
END_HEAD = struct.Struct("<4s4H2IH")
END64_HEAD = struct.Struct("<4sQ2H2I4Q")
MAX32 = 0xFFFFFFFF
MAX16 = 0xFFFF
ENCRYPTED, STREAMED, STRONG, UTF8, MASKED = 1, 1 << 3, 1 << 6, 1 << 11, 1 << 13  # general purpose flags
ZIP64_FIELD, UNICODE_PATH_FIELD, AES_FIELD = 0x0001, 0x7075, 0x9901
AES_METHOD = 99
MOST_EXTRA_FIELDS = 100


class Header(Struct, frozen=True, kw_only=True):
    """A local or central header.

    Args:
        at: of the header itself.
        ends: of the octet behind its name and extra field; for a local header that is where the data starts.
        offset: of the local header, as a central one has it; 0 elsewhere.
        time: of its last change, as MS-DOS had it.
        mode: Unix mode as a central one has it, 0 where it has none.
    """

    at: int
    ends: int
    flags: int
    method: int
    time: int
    crc: int
    packed: int
    size: int
    name: bytes
    extra: bytes
    offset: int = 0
    mode: int = 0

    @property
    def is_encrypted(self) -> bool:
        return bool(self.flags & ENCRYPTED) or self.method == AES_METHOD


class End(Struct, frozen=True, kw_only=True):
    """An end of central directory record, its zip64 form taken into account.

    Args:
        at: of the record; `first`: of the earliest record that belongs to the end (the zip64 ones).
        ends: of the octet behind its comment.
        count, size, offset: of the central directory, as declared.
    """

    at: int
    first: int
    ends: int
    count: int
    size: int
    offset: int


def local_header(octets: bytes, at: int) -> Header | None:
    """None where none is."""
    if octets[at : at + 4] != LOCAL or at + LOCAL_HEAD.size > len(octets):
        return None
    _, _, flags, method, time, _, crc, packed, size, names, extras = LOCAL_HEAD.unpack_from(octets, at)
    start = at + LOCAL_HEAD.size
    name, extra = octets[start : start + names], octets[start + names : start + names + extras]
    size, packed = sizes64(extra, size, packed)
    return Header(
        at=at, ends=start + names + extras, flags=flags, method=method, time=time, crc=crc, packed=packed,
        size=size, name=name, extra=extra,
    )  # fmt: skip


def central_header(octets: bytes, at: int) -> Header | None:
    if octets[at : at + 4] != CENTRAL or at + CENTRAL_HEAD.size > len(octets):
        return None
    read = CENTRAL_HEAD.unpack_from(octets, at)
    _, made, _, flags, method, time, _, crc, packed, size, names, extras, comments, _, _, outer, offset = read
    start = at + CENTRAL_HEAD.size
    name, extra = octets[start : start + names], octets[start + names : start + names + extras]
    size, packed, offset = offset64(extra, size, packed, offset)
    return Header(
        at=at, ends=start + names + extras + comments, flags=flags, method=method, time=time, crc=crc, packed=packed,
        size=size, name=name, extra=extra, offset=offset, mode=outer >> 16 if made >> 8 in (3, 19) else 0,
    )  # fmt: skip


def extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(MOST_EXTRA_FIELDS):
        if at + 4 > len(extra):
            return
        kind, size = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + size]
        at += 4 + size


def extra_field(extra: bytes, kind: int) -> bytes:
    return next((field for found, field in extra_fields(extra) if found == kind), b"")


def sizes64(extra: bytes, size: int, packed: int) -> tuple[int, int]:
    return offset64(extra, size, packed, 0)[:2]


def offset64(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Those of the three that do not fit into 32 bits stand in the zip64 field, in this order (APPNOTE §4.5.3)."""
    if MAX32 not in (size, packed, offset):
        return size, packed, offset
    field = extra_field(extra, ZIP64_FIELD)
    numbers = iter(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
    size, packed, offset = (next(numbers, number) if number == MAX32 else number for number in (size, packed, offset))
    return size, packed, offset


def unicode_path(header: Header) -> bytes:
    """The other name of an Info-ZIP Unicode Path field (APPNOTE §4.6.9), b"" if there is none.

    Not every program checks that it was made for the name beside it.
    """
    field = extra_field(header.extra, UNICODE_PATH_FIELD)
    return field[5:] if len(field) > 5 and field[0] == 1 else b""


def end_record(octets: bytes, at: int) -> End | None:
    if octets[at : at + 4] != END or at + END_HEAD.size > len(octets):
        return None
    _, _, _, _, count, size, offset, comment = END_HEAD.unpack_from(octets, at)
    first = at
    if count == MAX16 or MAX32 in (size, offset):
        first, count, size, offset = end64(octets, at, count, size, offset)
    return End(at=at, first=first, ends=at + END_HEAD.size + comment, count=count, size=size, offset=offset)


def end64(octets: bytes, at: int, count: int, size: int, offset: int) -> tuple[int, int, int, int]:
    """Of the zip64 records in front of it (APPNOTE §4.3.14, §4.3.15); what was there where there are none."""
    locator = at - 20
    if locator < 0 or octets[locator : locator + 4] != LOCATOR64:
        return at, count, size, offset
    said = int.from_bytes(octets[locator + 8 : locator + 16], "little")
    near = octets.rfind(END64, max(0, locator - 4096), locator)  # offsets are wrong where something stands in front
    for record in (said, near):
        if 0 <= record <= locator - END64_HEAD.size and octets[record : record + 4] == END64:
            read = END64_HEAD.unpack_from(octets, record)
            return record, read[7], read[8], read[9]
    return at, count, size, offset
