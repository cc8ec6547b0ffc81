"""What does one record of NTFS's master file table say?"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.disks.fields import le

MARK = b"FILE"
STRIDE = 512  # octets of which the last two are kept elsewhere
IN_USE = 0x01  # flag
REFERENCE = (1 << 48) - 1  # the number in a reference to a record
END = 0xFFFFFFFF
FILE_NAME, DATA, INDEX_ROOT, INDEX, REPARSE = 0x30, 0x80, 0x90, 0xA0, 0xC0  # types of attributes
READ = (FILE_NAME, DATA, INDEX_ROOT, INDEX, REPARSE)
MOST_ATTRIBUTES = 500  # of a record of 64 KiB, which is the largest
PACKED, ENCRYPTED_FLAG = 0x00FF, 0x4000


class Run(Struct, frozen=True):
    """Clusters in a row; `first` None: a hole."""

    first: int | None
    count: int


class Attribute(Struct, frozen=True, kw_only=True):
    """One, or a piece of one that is continued in other records.

    Args:
        octets: its value, where that stands in the record.
        runs: where it lies, else.
        lowest: number in the attribute of the first cluster of `runs`.
        unit: clusters that are compressed together, 0 for none.
        real: octets that it has; said in the first piece.
        valid: octets that were written.
    """

    kind: int
    name: str
    flags: int
    octets: bytes | None = None
    runs: tuple[Run, ...] = ()
    lowest: int = 0
    unit: int = 0
    real: int = 0
    valid: int = 0


class Record(Struct, frozen=True, kw_only=True):
    """Args: base: number of the record that it continues, None if none; torn: it was not written whole."""

    number: int
    flags: int
    base: int | None
    sequence: int
    torn: bool
    attributes: tuple[Attribute, ...]


def read_record(number: int, raw: bytes) -> Record | None:
    """None for one that is not in use."""
    if raw[:4] != MARK or not le(raw, 22, 2) & IN_USE:
        return None
    octets, torn = mended(raw)
    found, is_whole = attributes(octets)
    base = le(raw, 32, 8)
    return Record(
        number=number, flags=le(raw, 22, 2), base=base & REFERENCE if base else None, sequence=le(raw, 16, 2),
        torn=torn or not is_whole, attributes=found,
    )  # fmt: skip


def mended(raw: bytes) -> tuple[bytes, bool]:
    """With the octets that are kept elsewhere put back; True if the record was not written whole."""
    at, count = le(raw, 4, 2), le(raw, 6, 2)
    made, mark, torn = bytearray(raw), raw[at : at + 2], False
    for place in range(1, min(count, len(raw) // STRIDE + 1)):
        end = place * STRIDE
        kept = raw[at + 2 * place : at + 2 * place + 2]
        torn = torn or raw[end - 2 : end] != mark or len(kept) < 2
        if len(kept) == 2:
            made[end - 2 : end] = kept
    return bytes(made), torn or count != len(raw) // STRIDE + 1


def attributes(octets: bytes) -> tuple[tuple[Attribute, ...], bool]:
    """Those that matter; True if the list comes to its end."""
    found: list[Attribute] = []
    at = le(octets, 20, 2)
    for _ in range(MOST_ATTRIBUTES):
        kind, length = le(octets, at, 4), le(octets, at + 4, 4)
        if kind == END or length < 16 or at + length > len(octets):
            return tuple(found), kind == END
        if kind in READ:
            found.append(read_attribute(octets[at : at + length]))
        at += length
    return tuple(found), False


def read_attribute(octets: bytes) -> Attribute:
    name_at, kind, flags = le(octets, 10, 2), le(octets, 0, 4), le(octets, 12, 2)
    name = octets[name_at : name_at + 2 * le(octets, 9, 1)].decode("utf-16-le", "replace")
    if not octets[8]:
        start, length = le(octets, 20, 2), le(octets, 16, 4)
        value = octets[start : start + length]
        return Attribute(kind=kind, name=name, flags=flags, octets=value, real=length, valid=length)
    unit = le(octets, 34, 2)
    return Attribute(
        kind=kind, name=name, flags=flags, runs=tuple(runs(octets, le(octets, 32, 2))), lowest=le(octets, 16, 8),
        unit=1 << unit if flags & PACKED and 0 < unit <= 8 else 0, real=le(octets, 48, 8), valid=le(octets, 56, 8),
    )  # fmt: skip


def runs(octets: bytes, at: int) -> Iterator[Run]:
    first = 0
    while at < len(octets) and octets[at]:
        sizes, at = octets[at], at + 1
        of_count, of_first = sizes & 0x0F, sizes >> 4
        count = le(octets, at, of_count)
        at += of_count
        if not of_first:
            if count:
                yield Run(None, count)
            continue
        first += int.from_bytes(octets[at : at + of_first], "little", signed=True)
        at += of_first
        if count:
            yield Run(first, count)
