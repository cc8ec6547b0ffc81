"""What do octets in quoted-printable decode to, for programs that differ in what is wrong in it (RFC 2045 §6.7)?

They differ in an "=" before no two digits, in blanks at the end of a line and in line ends that
are not CRLF.
"""

import binascii
import re
from collections.abc import Iterator
from itertools import islice

IRREGULAR = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r\n)")
ILLEGAL = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*+[\r\n]|\Z)")
SOFT = re.compile(rb"=[ \t]*+(?:\r\n|\r|\n|\Z)")
SOFT_MANY = re.compile(rb"=[ \t]*+[\r\n]+")
BLANKS = re.compile(rb"(?<![ \t])[ \t]++(?=\r\n|\Z)")
ONE_DIGIT = re.compile(rb"=(?=[0-9A-Fa-f](?![0-9A-Fa-f]))")
BLANKS_LIMIT = 100_000  # ours: of more lines that end in blanks none is stripped
ILLEGAL_LIMIT = 100_000  # ours: what has more of them is hardly quoted-printable, and has the plain reading only


def regular(octets: bytes) -> bytes | None:
    """Decoded, where all programs do the same; None where it is not so."""
    if b" \r\n" in octets or b"\t\r\n" in octets or IRREGULAR.search(octets):
        return None
    if not octets.count(b"\r") == octets.count(b"\n") == octets.count(b"\r\n"):
        return None
    return binascii.a2b_qp(octets)


def readings(octets: bytes, is_text: bool) -> Iterator[tuple[str, bytes]]:
    """(reading, decoded), the plain one first; some may be the same.

    Args:
        is_text: blanks at the end of its lines mean nothing.
    """
    if sum(1 for _ in islice(ILLEGAL.finditer(octets), ILLEGAL_LIMIT)) == ILLEGAL_LIMIT:
        yield "", binascii.a2b_qp(octets)
        return
    few = octets.count(b" \r\n") + octets.count(b"\t\r\n") <= BLANKS_LIMIT
    stripped = BLANKS.sub(b"", octets) if few else octets
    yield "", escapes(SOFT.sub(b"", stripped))
    if not is_text and stripped != octets:
        yield "blanks", escapes(SOFT.sub(b"", octets))
    yield "soft-breaks", escapes(SOFT_MANY.sub(b"", stripped))
    yield "dropped", escapes(ILLEGAL.sub(b"", SOFT.sub(b"", stripped)))
    yield "one-digit", escapes(ONE_DIGIT.sub(b"=0", SOFT.sub(b"", stripped)))
    illegal = ILLEGAL.search(stripped)
    if illegal:
        yield "strict", escapes(SOFT.sub(b"", stripped[: illegal.start()]))


def escapes(octets: bytes) -> bytes:
    """The escapes alone, in either case; an "=" before no two digits stays."""
    return binascii.a2b_qp(ILLEGAL.sub(b"=3D", octets))


def looks_like_it(octets: bytes) -> bool:
    """There are escapes, and no "=" that is none."""
    return b"=" in octets and ILLEGAL.search(octets) is None
