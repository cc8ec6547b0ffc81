"""The data of one zip entry, decompressed by the methods that programs know."""

import lzma
import struct
from collections.abc import Callable

from gatepost.adapters.inspection.archives.unpacking import (
    STEP,
    Bzip2,
    Decompressor,
    Inflate,
    Lzma,
    Meter,
    Unpacked,
    gathered,
    unpacked,
)

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
RAW = -15  # zlib's `wbits` for deflate without a header
LARGEST_DICTIONARY = 64 * 1024 * 1024
SELF_ENDING: dict[int, Callable[[], Decompressor]] = {DEFLATED: lambda: Inflate(RAW), BZIP2: Bzip2}


def is_known(method: int) -> bool:
    return method in (STORED, DEFLATED, BZIP2, LZMA)


def data_of(octets: memoryview, method: int, packed: int, size: int, meter: Meter) -> tuple[Unpacked, int]:
    """What it unpacks to, and how many octets of `octets` that took.

    Args:
        octets: from the start of its data to the end of all data: a stream that ends itself may go on longer
            than its header says.
    """
    if method == STORED:
        taken = octets[:packed]
        return gathered((bytes(taken[at : at + STEP]) for at in range(0, len(taken), STEP)), meter), len(taken)
    if method == LZMA:
        return lzma_data(octets[:packed], size, meter), min(packed, len(octets))
    made = unpacked(octets, SELF_ENDING[method], meter)
    return made, len(octets) - made.unused


def lzma_data(octets: memoryview, size: int, meter: Meter) -> Unpacked:
    """Version, length of properties, properties (APPNOTE §5.8.8); an end marker or the size ends it."""
    if len(octets) < 9 or bytes(octets[2:4]) != b"\x05\x00":
        return Unpacked(b"", problem="no lzma header")
    settings, dictionary = octets[4], min(struct.unpack_from("<I", octets, 5)[0], LARGEST_DICTIONARY)
    if settings >= 9 * 5 * 5:
        return Unpacked(b"", problem="no lzma header")
    rest, lc = divmod(settings, 9)
    pb, lp = divmod(rest, 5)
    filters: list[dict[str, int]] = [
        {"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), "lc": lc, "lp": lp, "pb": pb}
    ]
    made = unpacked(octets[9:], lambda: Lzma(lzma.FORMAT_RAW, filters), meter)
    is_whole = made.problem == "cut short" and len(made.octets) >= size
    return Unpacked(made.octets[:size] if is_whole else made.octets, "" if is_whole else made.problem, made.over)
