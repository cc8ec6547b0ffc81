"""How do many traces fit into few octets without costing time? (RFC 1951 with a preset dictionary)

Traces of one site resemble each other: with earlier ones as dictionary a trace of 2 KiB becomes some hundred
octets, in less time than SQLite would need to write the difference. Each segment keeps its own dictionary.
"""

import zlib
from collections.abc import Iterable

WINDOW = -13  # 8 KiB, raw deflate; with MEMORY, little state to copy for each trace
MEMORY = 5
LEVEL = 2  # here both smaller and quicker than 1
DICTIONARY_LIMIT = 6 * 1024


def dictionary_of(bodies: Iterable[bytes]) -> bytes:
    """What later traces will look like; the most likely come last."""
    return b"".join(bodies)[-DICTIONARY_LIMIT:]


class Packer:
    """Packs bodies with one dictionary; a copy of the primed state is cheaper than priming it each time."""

    def __init__(self, dictionary: bytes) -> None:
        self.primed = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW, MEMORY, zlib.Z_DEFAULT_STRATEGY, dictionary)

    def __call__(self, body: bytes) -> bytes:
        packer = self.primed.copy()
        return packer.compress(body) + packer.flush()


def unpack(packed: bytes, dictionary: bytes) -> bytes:
    """The body; `zlib.error` if that was not its dictionary."""
    return zlib.decompressobj(WINDOW, dictionary).decompress(packed)
