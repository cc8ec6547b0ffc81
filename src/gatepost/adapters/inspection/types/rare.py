"""Which archive is this that somebody unpacks, and nothing here does?

It is said what it is, so that it is held for what could not be looked into, and does not pass as a file like another.
"""

from collections.abc import Iterator

from gatepost.adapters.inspection.types.kind import Kind
from gatepost.model.inspection import FileClass

SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"ALZ\x01", "alz"),
    (0, b"EGGA", "egg"),
    (20, b"\xdc\xa7\xc4\xfd", "zoo"),
    (0, b"ArC\x01", "freearc"),
    (0, b"7kSt", "zpaq"),
    (0, b"zPQ\x01", "zpaq"),
    (0, b"zPQ\x02", "zpaq"),
    (0, b"LRZI", "lrzip"),
    (0, b"\x89LZO\x00\r\n\x1a\n", "lzop"),
    (0, b"RZIP\x02", "rzip"),
    (0, b"BZ3v1", "bzip3"),
    (0, b"\xff\x06\x00\x00sNaPpY", "snappy"),
    (0, b"bvx-", "lzfse"),
    (0, b"bvx1", "lzfse"),
    (0, b"bvx2", "lzfse"),
    (0, b"bvxn", "lzfse"),
    (0, b"StuffIt (c)1997-", "stuffit"),
    (0, b"StuffIt!", "stuffit"),
    (10, b"rLau", "stuffit"),
    (7, b"-sqx-", "sqx"),
    (0, b"ISc(", "installshield"),
    (0, b"DMS!", "dms"),
    (0, b"GCAX", "gca"),
    (0, b"yz01", "yz1"),
    (0, b"KGB_arch", "kgb"),
)
"""Octet, what stands there, and what it is."""

ARC, ARC_MARK, ARC_METHODS = "arc", 0x1A, range(1, 12)
ARC_NAME = slice(2, 15)  # ended by a NUL
ARC_HEADER = 29  # octets
FORMATS = frozenset((ARC, *[name for _, _, name in SIGNS]))


def kinds(octets: bytes) -> Iterator[Kind]:
    """At most one."""
    found = next((name for at, sign, name in SIGNS if octets.startswith(sign, at)), ARC if is_arc(octets) else "")
    if found:
        yield Kind(f"application/x-{found}", FileClass.ARCHIVE, found)


def is_arc(octets: bytes) -> bool:
    """By its first header: mark, method, a name in capitals or small letters, and sizes that fit."""
    if len(octets) < ARC_HEADER or octets[0] != ARC_MARK or octets[1] not in ARC_METHODS:
        return False
    name, end, _ = octets[ARC_NAME].partition(b"\0")
    packed = int.from_bytes(octets[15:19], "little")
    return bool(name and end) and name.isascii() and name.decode().isprintable() and ARC_HEADER + packed <= len(octets)
