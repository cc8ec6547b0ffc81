"""Which files does a directory of FAT list, and under which names? What was deleted is none of them."""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.disks.fields import le
from gatepost.model.inspection import Trait
from gatepost.model.traits import INCONSISTENT

ENTRY = 32  # octets
LONG, LABEL, DIRECTORY = 0x0F, 0x08, 0x10  # attributes
ATTRIBUTES = 0x3F
LAST_PIECE = 0x40
FREE = (0x00, 0xE5)
LOWER_NAME, LOWER_EXTENSION = 0x08, 0x10
DOTS = (b".          ", b"..         ")


class Entry(Struct, frozen=True):
    """Args: first: its first cluster."""

    name: str
    attributes: int
    first: int
    size: int
    traits: tuple[Trait, ...] = ()


class LongName:
    """The pieces of one, which stand in front of the entry that they are for, the last piece first."""

    def __init__(self) -> None:
        self.pieces: dict[int, bytes] = {}
        self.sum = -1

    def add(self, entry: bytes) -> None:
        if entry[0] & LAST_PIECE:
            self.pieces.clear()
            self.sum = entry[13]
        self.pieces[entry[0] & ~LAST_PIECE] = entry[1:11] + entry[14:26] + entry[28:32]

    def of(self, short: bytes) -> tuple[str, tuple[Trait, ...]]:
        """The name, "" if there is none for this short one."""
        if not self.pieces:
            return "", ()
        if self.sum != checksum(short):
            return "", (Trait(INCONSISTENT, "a long name that is of another file"),)
        text = b"".join(piece for _, piece in sorted(self.pieces.items())).decode("utf-16-le", "replace")
        return text.partition("\0")[0], ()


def entries(octets: bytes) -> Iterator[Entry]:
    long = LongName()
    for at in range(0, len(octets) - ENTRY + 1, ENTRY):
        first, attributes = octets[at], octets[at + 11] & ATTRIBUTES
        if first in FREE:
            long = LongName()
        elif attributes == LONG:
            long.add(octets[at : at + ENTRY])
        else:
            entry = octets[at : at + ENTRY]
            if not attributes & LABEL and entry[:11] not in DOTS:
                yield made(entry, long)
            long = LongName()


def made(entry: bytes, long: LongName) -> Entry:
    name, traits = long.of(entry[:11])
    cluster = le(entry, 20, 2) << 16 | le(entry, 26, 2)
    return Entry(name or short_name(entry), entry[11], cluster, le(entry, 28, 4), traits)


def short_name(entry: bytes) -> str:
    octets = b"\xe5" + entry[1:11] if entry[0] == 0x05 else entry[:11]
    base, extension = octets[:8].decode("cp437").rstrip(" "), octets[8:].decode("cp437").rstrip(" ")
    base = base.lower() if entry[12] & LOWER_NAME else base
    extension = extension.lower() if entry[12] & LOWER_EXTENSION else extension
    return f"{base}.{extension}" if extension else base


def checksum(short: bytes) -> int:
    total = 0
    for octet in short:
        total = ((total & 1) << 7) + (total >> 1) + octet & 0xFF
    return total
