"""What is in octets that Windows compressed by LZNT1? ([MS-XCA] section 2.5)"""

from gatepost.adapters.inspection.archives.unpacking import Damaged

CHUNK = 4096  # octets that a chunk gives at most
PACKED, SIZE = 0x8000, 0x0FFF  # in a chunk's header


def expand(octets: bytes, most: int) -> bytes:
    """At most `most` octets. Raises `Damaged`."""
    kept: list[bytes] = []
    at = have = 0
    while have < most and at + 2 <= len(octets):
        header = int.from_bytes(octets[at : at + 2], "little")
        if not header:
            break
        end = at + 3 + (header & SIZE)
        body = octets[at + 2 : end]
        kept.append((chunk(body) if header & PACKED else body).ljust(CHUNK, b"\0"))
        have += CHUNK
        at = end
    return b"".join(kept)[:most]


def chunk(octets: bytes) -> bytes:
    """A flag octet stands in front of eight things: an octet, or how far back and how long to copy."""
    made = bytearray()
    at, end = 0, len(octets)
    while at < end and len(made) < CHUNK:
        flags = octets[at]
        at += 1
        if not flags:
            made += octets[at : at + 8]
            at += 8
            continue
        for bit in range(8):
            if at >= end:
                break
            if flags >> bit & 1:
                copy(made, int.from_bytes(octets[at : at + 2], "little"))
                at += 2
            else:
                made.append(octets[at])
                at += 1
    return bytes(made[:CHUNK])


def copy(made: bytearray, pair: int) -> None:
    """The further the chunk has come, the more bits say how far back; raises `Damaged` if that is before its start."""
    bits = 12 - max((len(made) - 1).bit_length() - 4, 0)
    back, length = (pair >> bits) + 1, (pair & (1 << bits) - 1) + 3
    if back > len(made):
        raise Damaged("compressed data that refers to what is not there")
    start = len(made) - back
    piece = made[start : start + length]
    made += piece if len(piece) == length else (piece * (length // back + 1))[:length]
