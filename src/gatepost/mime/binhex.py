"""Which BinHex 4.0 files stand in this text (RFC 1741)?

A run of three octets may make 255, so that the caller says how many octets a file may have.
"""

import binascii
import re
from collections.abc import Iterator

from msgspec import Struct

from gatepost.mime.folded import FoldedFile, name_text

MARK = b"BinHex"
SAYS_SO = re.compile(rb"\(This file must be converted with BinHex[^\r\n:]{0,100}\)[ \t\r\n]*+:")
DIGITS = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
TO_BASE64 = bytes.maketrans(DIGITS, BASE64)
NOT_DIGITS = bytes(set(range(256)) - set(DIGITS))
RUN = 0x90
TYPES = 10  # octets: type, creator, flags
LENGTHS = 8
CHECKSUM = 2


class BadBinHex(ValueError):
    """A file has no header, or is larger than it may be; files before it stand."""


class Forks(Struct, frozen=True):
    """The two halves of a file of old Mac OS."""

    data: FoldedFile
    resource: bytes


def holds_binhex(text: bytes) -> bool:
    """Whether it is worth to look: cheap, and true for few texts."""
    return MARK in text


def files(text: bytes, limit: int) -> Iterator[Forks]:
    """All of them, in order; checksums are not believed.

    Args:
        limit: octets that one file may have.
    """
    at = 0
    while begin := SAYS_SO.search(text, at):
        at = text.find(b":", begin.end())
        is_cut = at < 0
        at = len(text) if is_cut else at
        yield forks(text[begin.end() : at], limit, is_cut)


def forks(body: bytes, limit: int, is_cut: bool) -> Forks:
    octets = expanded(six_bits(body), limit)
    start = 1 + octets[0] + 1 + TYPES if octets else 0
    if not octets or len(octets) < start + LENGTHS:
        raise BadBinHex("no header")
    name = octets[1 : 1 + octets[0]]
    data_size = int.from_bytes(octets[start : start + 4], "big")
    resource_size = int.from_bytes(octets[start + 4 : start + LENGTHS], "big")
    data_at = start + LENGTHS + CHECKSUM
    resource_at = data_at + data_size + CHECKSUM
    is_cut |= len(octets) < resource_at + resource_size
    data = FoldedFile(name=name_text(name), octets=octets[data_at : data_at + data_size], is_cut=is_cut)
    return Forks(data, octets[resource_at : resource_at + resource_size])


def six_bits(body: bytes) -> bytes:
    """What the digits say; other octets, line ends among them, are skipped."""
    digits = body.translate(TO_BASE64, NOT_DIGITS)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def expanded(octets: bytes, limit: int) -> bytes:
    """Runs made long: an octet, 0x90, how many; a zero means 0x90 itself."""
    made = bytearray()
    at = 0
    while (run := octets.find(RUN, at)) >= 0:
        made += octets[at:run]
        count = octets[run + 1] if run + 1 < len(octets) else 0
        if count == 0:
            made.append(RUN)
        elif made:
            made += made[-1:] * (count - 1)
        if len(made) > limit:
            raise BadBinHex("larger than it may be")
        at = run + 2
    made += octets[at:]
    return bytes(made)
