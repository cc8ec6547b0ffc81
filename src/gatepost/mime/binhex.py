"""Which BinHex 4.0 files stand in this text (RFC 1741)?

A run of three octets may make 255, so that the caller says how many octets a file may have.
"""

import binascii
import re
from collections.abc import Iterator

from msgspec import Struct

from gatepost.mime.folded import FoldedFile, name_text

MARK = b"(This file must be converted with BinHex"
SAYS_SO = re.compile(rb"\(This file must be converted with BinHex[^\r\n):]{0,100}")
STARTS = re.compile(rb"[\r\n)][ \t]*+:")
WITHIN = 4096  # octets behind that line in which programs look for the first digit
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


def files(text: bytes, limit: int, said: bool = False) -> Iterator[Forks]:
    """All of them, in order; checksums are not believed.

    Args:
        limit: octets that one file may have.
        said: it is one by its name or type: the line that says so may be missing.
    """
    start = first(text, 0)
    if start < 0 and said and (match := STARTS.search(b"\n" + text[:WITHIN])):
        start = match.end() - 1
    while start >= 0:
        end = text.find(b":", start)
        is_cut = end < 0
        end = len(text) if is_cut else end
        yield forks(text[start:end], limit, is_cut)
        start = first(text, end)


def first(text: bytes, at: int) -> int:
    """Where the digits of the next one begin, -1 if there is none."""
    while mark := SAYS_SO.search(text, at):
        if match := STARTS.search(text, mark.end(), mark.end() + WITHIN):
            return match.end()
        at = mark.end()
    return -1


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
