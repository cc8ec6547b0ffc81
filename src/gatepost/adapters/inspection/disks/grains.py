"""Blocks of a disk that are compressed each for itself, of which the last ones read are kept."""

import zlib
from collections.abc import Callable

from gatepost.adapters.inspection.archives.unpacking import Meter

KEPT = 16 * 1024 * 1024  # octets


class Inflated:
    """Args: wbits: as in zlib's manual; block: octets that come of one."""

    def __init__(self, wbits: int, block: int, meter: Meter) -> None:
        self.wbits, self.block, self.meter = wbits, block, meter
        self.kept: dict[int, bytes] = {}

    def get(self, at: int, stored: Callable[[], bytes | memoryview]) -> bytes:
        """What comes of what is stored at `at`; nothing where that makes no sense. May raise `OverBudget`."""
        if at in self.kept:
            return self.kept[at]
        self.meter.add(self.block)
        try:
            made = zlib.decompressobj(self.wbits).decompress(stored(), self.block)
        except zlib.error:
            made = b""
        if len(self.kept) >= max(KEPT // self.block, 1):
            del self.kept[next(iter(self.kept))]
        self.kept[at] = made
        return made
