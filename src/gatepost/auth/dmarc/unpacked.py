"""Which XML documents are in a file that came as an aggregate report: as it is, gzipped, or in a zip archive?

RFC 9990 knows the first two; the third is what many send. What a file unpacks to is bounded before it is unpacked, and
nothing in an archive's directory is believed but where the next octets are.
"""

import re
import struct
import zlib
from collections.abc import Iterator

from msgspec import Struct

from gatepost.auth.dmarc.report_reader import DOCUMENT_LIMIT

PACKED_LIMIT = 10 * 2**20  # octets of a file; real ones stay below 2 MiB
FILES_LIMIT = 20  # in an archive; real ones have one
BEGINNING_LIMIT = 4096  # octets within which a report says that it is one
ROOT = re.compile(rb"<(?:[A-Za-z0-9_]++:)?feedback[\s>]")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP_MARK, ZIP_MARK = b"\x1f\x8b\x08", b"PK\x03\x04"
GZIP, RAW = 31, -15  # zlib's numbers for RFC 1952 and RFC 1951
STORED, DEFLATED = 0, 8  # methods (APPNOTE 4.4.5)
ENCRYPTED = 1  # general purpose bit 0 (APPNOTE 4.4.4)
END_MARK, ENTRY_MARK = b"PK\x05\x06", b"PK\x01\x02"
END = struct.Struct("<4s6xHIIH")  # entries, octets of the directory, where it begins, octets of the comment
ENTRY = struct.Struct("<4s4xHH8xIIHHH8xI")
LOCAL = struct.Struct("<4s22xHH")
COMMENT_LIMIT = 65_535


class BadPackage(ValueError):
    """Nothing can be made of the file; the text is ours and says why."""


class Entry(Struct, frozen=True):
    """One file of an archive, as its directory has it.

    Args:
        size: octets, packed.
        at: where its own header begins.
    """

    name: bytes
    flags: int
    method: int
    size: int
    at: int


def is_report(octets: bytes) -> bool:
    """Looks like a file that holds a report, and not like anything else that is attached to a mail."""
    if octets.startswith((GZIP_MARK, ZIP_MARK)):
        return True
    beginning = octets[:BEGINNING_LIMIT].removeprefix(BYTE_ORDER_MARK).lstrip()
    return beginning.startswith(b"<") and ROOT.search(beginning) is not None


def documents(octets: bytes) -> tuple[bytes, ...]:
    """The documents, together no more than `DOCUMENT_LIMIT` octets.

    Raises:
        BadPackage: it is too large, cut off, encrypted, or empty.
    """
    if len(octets) > PACKED_LIMIT:
        raise BadPackage("too large")
    if octets.startswith(GZIP_MARK):
        return (inflated(octets, GZIP, DOCUMENT_LIMIT),)
    if octets.startswith(ZIP_MARK):
        return tuple(of_archive(octets))
    return (octets,)


def inflated(octets: bytes, form: int, room: int) -> bytes:
    unpacker = zlib.decompressobj(form)
    try:
        unpacked = unpacker.decompress(octets, room + 1)
    except zlib.error as error:
        raise BadPackage("cannot be unpacked") from error
    if len(unpacked) > room:
        raise BadPackage("too large when unpacked")
    if not unpacker.eof:
        raise BadPackage("cut off")
    return unpacked


def of_archive(octets: bytes) -> Iterator[bytes]:
    """The files named `.xml`, or all where none is."""
    entries = list(directory(octets))
    named = [entry for entry in entries if entry.name.lower().endswith(b".xml")]
    room = DOCUMENT_LIMIT
    for entry in named or entries:
        document = content(octets, entry, room)
        room -= len(document)
        yield document


def directory(octets: bytes) -> Iterator[Entry]:
    at = octets.rfind(END_MARK, max(0, len(octets) - END.size - COMMENT_LIMIT))
    if at < 0 or at + END.size > len(octets):
        raise BadPackage("an archive without a directory")
    _, count, _, place, _ = END.unpack_from(octets, at)
    if not 0 < count <= FILES_LIMIT:
        raise BadPackage("an archive of no file, or of too many")
    for _ in range(count):
        if place + ENTRY.size > len(octets):
            raise BadPackage("cut off")
        mark, flags, method, size, _, name, extra, comment, header = ENTRY.unpack_from(octets, place)
        if mark != ENTRY_MARK:
            raise BadPackage("an archive with a broken directory")
        begin = place + ENTRY.size
        yield Entry(octets[begin : begin + name], flags, method, size, header)
        place = begin + name + extra + comment


def content(octets: bytes, entry: Entry, room: int) -> bytes:
    if entry.flags & ENCRYPTED or entry.method not in (STORED, DEFLATED):
        raise BadPackage("an archive that is encrypted or of an unknown kind")
    if entry.at + LOCAL.size > len(octets):
        raise BadPackage("cut off")
    mark, name, extra = LOCAL.unpack_from(octets, entry.at)
    begin = entry.at + LOCAL.size + name + extra
    packed = octets[begin : begin + entry.size]
    if mark != ZIP_MARK or len(packed) < entry.size:
        raise BadPackage("an archive with a broken directory")
    if entry.method == DEFLATED:
        return inflated(packed, RAW, room)
    if len(packed) > room:
        raise BadPackage("too large when unpacked")
    return packed
