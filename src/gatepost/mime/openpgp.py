"""Which packets are in this OpenPGP message, with or without ASCII armour (RFC 9580)?"""

import binascii
import re
from collections.abc import Iterator

from msgspec import Struct

ARMOUR = re.compile(rb"-----BEGIN PGP ([A-Z0-9 ,/]{1,40}+)-----[ \t]*+\r?+\n")
MARK = b"-----BEGIN PGP "
TAIL = b"-----END PGP "
CLEAR_TEXT = "SIGNED MESSAGE"
NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))

SIGNATURE, ONE_PASS_SIGNATURE, COMPRESSED, LITERAL = 2, 4, 8, 11
ENCRYPTED = frozenset((1, 3, 9, 18, 20))  # session keys, and what they encrypt
PACKETS = 1000  # of one message
NEW_FORMAT = 0x40
IS_PACKET = 0x80


class BadOpenPgp(ValueError):
    """What stands there is no packet, or is cut short; packets before it stand."""


class Armoured(Struct, frozen=True):
    """A block of armour.

    Args:
        kind: such as "MESSAGE", "SIGNED MESSAGE" (text, in the clear), "SIGNATURE", "PUBLIC KEY BLOCK".
        octets: decoded; b"" for text in the clear.
    """

    kind: str
    octets: bytes


class Packet(Struct, frozen=True):
    """Its number (§5) and its octets."""

    tag: int
    octets: bytes


class Literal(Struct, frozen=True):
    """What a literal data packet holds (§5.9)."""

    name: bytes
    octets: bytes


def armoured(text: bytes) -> Iterator[Armoured]:
    """All blocks, in order."""
    at = text.find(MARK)
    while at >= 0:
        begin = ARMOUR.match(text, at)
        if begin is None:
            at = text.find(MARK, at + 1)
            continue
        kind = begin[1].decode("ascii")
        end = text.find(TAIL, begin.end())
        end = len(text) if end < 0 else end
        yield Armoured(kind, b"" if kind == CLEAR_TEXT else without_armour(text[begin.end() : end]))
        at = text.find(MARK, begin.end() if kind == CLEAR_TEXT else end)


def without_armour(body: bytes) -> bytes:
    """Fields up to an empty line, base64, a checksum after `=`."""
    lines = body.replace(b"\r\n", b"\n").split(b"\n")
    first = next((number for number, line in enumerate(lines) if not line.strip()), -1)
    digits = b"".join(line for line in lines[first + 1 :] if not line.startswith(b"=")).translate(None, NOT_BASE64)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def packets(octets: bytes) -> Iterator[Packet]:
    """In order. Raises `BadOpenPgp` where something else stands."""
    at = 0
    for _ in range(PACKETS):
        if at >= len(octets):
            return
        first = octets[at]
        if not first & IS_PACKET:
            raise BadOpenPgp("no packet")
        if first & NEW_FORMAT:
            tag = first & 63
            body, at = new_body(octets, at + 1)
        else:
            tag = first >> 2 & 15
            body, at = old_body(octets, at + 1, first & 3)
        yield Packet(tag, body)
    raise BadOpenPgp("too many packets")


def old_body(octets: bytes, at: int, kind: int) -> tuple[bytes, int]:
    """The body and where the next packet begins (§4.2.2)."""
    if kind == 3:  # up to the end of all
        return octets[at:], len(octets)
    start = at + (1, 2, 4)[kind]
    end = start + int.from_bytes(octets[at:start], "big")
    return octets[start:end], end


def new_body(octets: bytes, at: int) -> tuple[bytes, int]:
    """The same (§4.2.1): a body may be in pieces, each but the last with a size that is a power of two."""
    pieces = []
    while at < len(octets):
        first = octets[at]
        if 224 <= first < 255:
            size = 1 << (first & 31)
            pieces.append(octets[at + 1 : at + 1 + size])
            at += 1 + size
            continue
        if first < 192:
            start, size = at + 1, first
        elif first < 224:
            start, size = at + 2, (first - 192 << 8) + int.from_bytes(octets[at + 1 : at + 2], "big") + 192
        else:
            start, size = at + 5, int.from_bytes(octets[at + 1 : at + 5], "big")
        pieces.append(octets[start : start + size])
        return b"".join(pieces), start + size
    return b"".join(pieces), at


def literal(packet: Packet) -> Literal:
    """Of a packet of that kind. Raises `BadOpenPgp` if it is cut short."""
    body = packet.octets
    if len(body) < 2 or len(body) < 6 + body[1]:
        raise BadOpenPgp("literal data cut short")
    return Literal(body[2 : 2 + body[1]], body[6 + body[1] :])
