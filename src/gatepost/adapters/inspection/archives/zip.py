"""What is in a zip file, and do all programs agree about it?"""

import zlib
from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.archives.foreign import opened
from gatepost.adapters.inspection.archives.paths import mode_traits, path_traits
from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter, Unpacked
from gatepost.adapters.inspection.archives.zip_layout import Entry, read_layout
from gatepost.adapters.inspection.archives.zip_methods import data_of, is_known
from gatepost.adapters.inspection.archives.zip_records import (
    AES_FIELD,
    AES_METHOD,
    CENTRAL,
    DESCRIPTOR,
    END,
    LOCAL,
    STREAMED,
    UTF8,
    extra_field,
)
from gatepost.adapters.inspection.archives.zip_secrets import Passwords
from gatepost.adapters.inspection.budget import Budget, OverBudget
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import DECRYPTED, ENCRYPTED, HIDDEN_NAMES, INCONSISTENT, OVER_BUDGET, UNREADABLE

FOREIGN = frozenset((93, 95, 98))  # zstd, xz, PPMd: libarchive has them
NO_CHECKSUM = 2  # version of WinZip's AES that leaves it out
END_SIZE = 22


class Reading(Struct, frozen=True):
    """One way to read an entry's data.

    Args:
        problem: what its headers say that is not so.
    """

    data: Unpacked
    problem: str = ""


def open_zip(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    layout = read_layout(octets, budget.allowance.members + 1)
    for problem in layout.problems:
        yield Trait(INCONSISTENT, problem)
    if layout.hides_names:
        yield Trait(HIDDEN_NAMES)
    if not layout.entries and layout.problems:
        yield Trait(UNREADABLE, "no entry can be found")
    opening = Opening(octets, Meter(budget, len(octets)), Passwords(hints.passwords))
    for entry in layout.entries:
        yield from opening.members(entry)


class Opening:
    """One zip file being unpacked."""

    def __init__(self, octets: bytes, meter: Meter, passwords: Passwords) -> None:
        self.octets, self.view, self.meter, self.passwords = octets, memoryview(octets), meter, passwords

    def members(self, entry: Entry) -> Opened:
        """One for each name and each different reading of the data. Raises `OverBudget` once that is said."""
        names = [decoded(name, entry.header.flags) for name in entry.names]
        if names[0].endswith(("/", "\\")) and not entry.header.size:
            yield from path_traits(names[0])
            return
        seen = set()
        for reading, traits in self.readings(entry):
            if reading.octets in seen:
                continue
            seen.add(reading.octets)
            for name in names:
                yield Member(name, reading.octets, traits=(*traits, *path_traits(name)))
            if reading.over:
                raise OverBudget(reading.over)

    def readings(self, entry: Entry) -> Iterator[tuple[Unpacked, tuple[Trait, ...]]]:
        """With what is to be said of each."""
        header = entry.header
        if entry.local is None:
            yield Unpacked(b""), (Trait(UNREADABLE, "its data cannot be found"),)
        elif header.is_encrypted or entry.local.is_encrypted:
            yield self.encrypted(entry)
        else:
            of_data = self.data_traits(entry)
            mode = mode_traits(header.mode)
            for reading, traits in of_data:
                yield reading, (*traits, *mode)

    def data_traits(self, entry: Entry) -> Iterator[tuple[Unpacked, tuple[Trait, ...]]]:
        """By the central header, and by the local one where that says otherwise."""
        header, local = entry.header, entry.local or entry.header
        told = {(header.method, header.packed, header.size)}
        if not local.flags & STREAMED or local.packed:
            told.add((local.method, local.packed, local.size))
        if header is local and local.flags & STREAMED and not local.packed:
            told = {(local.method, self.next_record(entry.start) - entry.start, 0)}
        for method, packed, size in sorted(told, key=lambda each: each[0] != header.method):
            data, taken = self.data(entry, method, packed, size)
            lies = not data.problem and not data.over and (taken != packed or (len(data.octets) != size and size > 0))
            yield data, (*wrong_with(data), *lying(lies and header is not local), *self.checksum(entry, data))

    def checksum(self, entry: Entry, data: Unpacked) -> tuple[Trait, ...]:
        if data.problem or data.over or (entry.header is entry.local and entry.header.flags & STREAMED):
            return ()
        return () if zlib.crc32(data.octets) == entry.header.crc else (Trait(INCONSISTENT, "the checksum is wrong"),)

    def data(self, entry: Entry, method: int, packed: int, size: int) -> tuple[Unpacked, int]:
        if is_known(method):
            return data_of(self.view[entry.start :], method, packed, size, self.meter)
        if method in FOREIGN:
            return self.by_libarchive(entry, b""), packed
        return Unpacked(b"", problem=f"compression method {method} is not known"), packed

    def encrypted(self, entry: Entry) -> tuple[Unpacked, tuple[Trait, ...]]:
        for word in self.passwords.candidates(self.octets, entry):
            data = self.by_libarchive(entry, word)
            if data.over or (not data.problem and is_right(entry, data)):
                self.passwords.opened_with(word)
                return data, (Trait(DECRYPTED), *wrong_with(data), *mode_traits(entry.header.mode))
        return Unpacked(b""), (Trait(ENCRYPTED),)

    def by_libarchive(self, entry: Entry, password: bytes) -> Unpacked:
        """It is given an archive of this entry alone."""
        try:
            with opened(self.alone(entry), ("zip",), self.meter, password=password) as archive:
                for found in archive.entries():
                    return found.data
                return Unpacked(b"", problem=archive.problem or "cannot be read")
        except Damaged as error:
            return Unpacked(b"", problem=str(error))

    def alone(self, entry: Entry) -> bytes:
        """Its local header and data, its central header with the offset 0, an end record."""
        header, local = entry.header, entry.local or entry.header
        body = self.octets[local.at : entry.start + header.packed]
        if self.octets[header.at : header.at + 4] != CENTRAL:
            return body
        central = self.octets[header.at : header.at + 42] + bytes(4) + self.octets[header.at + 46 : header.ends]
        numbers = (1).to_bytes(2, "little") * 2 + len(central).to_bytes(4, "little") + len(body).to_bytes(4, "little")
        return body + central + END + bytes(4) + numbers + bytes(2)

    def next_record(self, start: int) -> int:
        """Where data whose length nobody tells must end."""
        ends = (self.octets.find(signature, start) for signature in (DESCRIPTOR, LOCAL, CENTRAL, END))
        return min((end for end in ends if end >= 0), default=len(self.octets))


def decoded(name: bytes, flags: int) -> str:
    """As UTF-8 where it is that, whatever the flag says; else as MS-DOS had it."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("utf-8", "replace") if flags & UTF8 else name.decode("cp437")


def wrong_with(data: Unpacked) -> Iterator[Trait]:
    if data.problem:
        yield Trait(UNREADABLE, data.problem)
    if data.over:
        yield Trait(OVER_BUDGET, data.over)


def lying(lies: bool) -> tuple[Trait, ...]:
    return (Trait(INCONSISTENT, "its size is not what its headers say"),) if lies else ()


def is_right(entry: Entry, data: Unpacked) -> bool:
    field = extra_field(entry.header.extra, AES_FIELD)
    if entry.header.method == AES_METHOD and int.from_bytes(field[:2], "little") == NO_CHECKSUM:
        return True  # libarchive has compared its HMAC
    return zlib.crc32(data.octets) == entry.header.crc
