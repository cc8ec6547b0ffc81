"""What was compressed with the method of Office for VBA source (MS-OVBA §2.4.1)?"""

from collections.abc import Iterator

SIGNATURE = 0x01
CHUNK = 4096  # octets a chunk gives at most
HEADER = 2  # octets
COMPRESSED = 0x8000
LENGTH_BITS = 0x0FFF


class BadContainer(ValueError):
    """Not compressed so, or damaged; what was read before that is in `octets`."""

    def __init__(self, reason: str, octets: bytes = b"") -> None:
        super().__init__(reason)
        self.octets = octets


def decompress(packed: bytes, limit: int) -> bytes:
    """At most `limit` octets of it. Raises `BadContainer`."""
    if not packed or packed[0] != SIGNATURE:
        raise BadContainer("no container")
    made = bytearray()
    try:
        for chunk, is_compressed in chunks(packed):
            if is_compressed:
                unpack(chunk, made)
            else:
                made += chunk
            if len(made) >= limit:
                break
    except BadContainer as error:
        raise BadContainer(str(error), bytes(made[:limit])) from None
    return bytes(made[:limit])


def chunks(packed: bytes) -> Iterator[tuple[bytes, bool]]:
    at = 1
    while at + HEADER <= len(packed):
        header = int.from_bytes(packed[at : at + HEADER], "little")
        if (header >> 12) & 7 != 3:
            raise BadContainer("no chunk signature")
        is_compressed = bool(header & COMPRESSED)
        length = (header & LENGTH_BITS) + 1 if is_compressed else CHUNK
        yield packed[at + HEADER : at + HEADER + length], is_compressed
        at += HEADER + length


def unpack(chunk: bytes, made: bytearray) -> None:
    """One chunk's token sequences, added to what was made."""
    start, at = len(made), 0
    while at < len(chunk):
        flags = chunk[at]
        at += 1
        if not flags:  # eight octets as they are: most of a source that is not repetitive
            made += chunk[at : at + 8]
            at += 8
            continue
        for bit in range(8):
            if at >= len(chunk):
                break
            if flags >> bit & 1:
                copy(made, start, int.from_bytes(chunk[at : at + 2], "little"))
                at += 2
            else:
                made.append(chunk[at])
                at += 1
        if len(made) - start > 2 * CHUNK:
            raise BadContainer("a chunk that gives too much")


def copy(made: bytearray, start: int, token: int) -> None:
    """A copy token: how many bits are the offset grows with what the chunk has given (§2.4.1.3.19.1)."""
    bits = max(4, (len(made) - start - 1).bit_length())
    length = (token & (0xFFFF >> bits)) + 3
    offset = (token >> (16 - bits)) + 1
    source = len(made) - offset
    if source < start:
        raise BadContainer("a copy from before its chunk")
    if offset >= length:
        made += made[source : source + length]
    else:
        made += (made[source:] * (length // offset + 1))[:length]
