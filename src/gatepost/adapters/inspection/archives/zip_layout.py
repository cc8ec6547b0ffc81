"""Where are the entries of a zip file, for every program that unpacks it, and what do these not agree about?

Some go by the central directory at the end, some by the local headers as they come; some believe the first of two
names, some the second. So what any of them finds is an entry here, and where they differ is a problem.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from msgspec import Struct

from gatepost.adapters.inspection.archives.zip_records import (
    CENTRAL,
    DESCRIPTOR,
    ENCRYPTED,
    END,
    EXTRA_DATA,
    LOCAL,
    MASKED,
    MAX32,
    STREAMED,
    STRONG,
    UTF8,
    End,
    Header,
    central_header,
    end_record,
    local_header,
    unicode_path,
)

MOST_ENDS = 64  # end records that are looked at
MOST_STRAY = 1000  # local headers that no directory names
METHODS = frozenset((*range(10), 12, 14, 18, 19, *range(93, 100)))
LONGEST_NAME = 1024  # octets, of what is taken for a stray header
FIRST_OF_MANY = (DESCRIPTOR, b"PK00")  # in front of the first entry of an archive that was to be split


class Entry(Struct, frozen=True, kw_only=True):
    """One file in it.

    Args:
        header: by which it is found: its central header, else the local one.
        local: None where a directory points at none.
    """

    header: Header
    local: Header | None

    @property
    def start(self) -> int:
        """Of its data; of its central header where there are none."""
        return self.local.ends if self.local else self.header.at

    @property
    def names(self) -> tuple[bytes, ...]:
        """Each different name that a program could give it."""
        headers = (self.header,) if self.local is None else (self.header, self.local)
        found = [name for header in headers for name in (header.name, unicode_path(header))]
        return tuple(dict.fromkeys(name for name in found if name)) or (b"",)


class Layout(Struct, frozen=True):
    """All of them.

    Args:
        problems: what programs read differently, printable.
        hides_names: its directory is encrypted.
    """

    entries: tuple[Entry, ...]
    problems: tuple[str, ...]
    hides_names: bool


class Found:
    """Collects entries and problems. Owned by one `read_layout`."""

    def __init__(self, octets: bytes, most: int) -> None:
        self.octets, self.most = octets, most
        self.entries: dict[tuple[int, bytes], Entry] = {}
        self.problems: dict[str, None] = {}
        self.hides_names = False
        self.limit = len(octets)  # of data: where the first directory starts

    def problem(self, text: str, holds: bool = True) -> None:
        if holds:
            self.problems.setdefault(text)

    def add(self, header: Header, local: Header | None) -> None:
        at = local.at if local else header.at
        if len(self.entries) < self.most:
            self.entries.setdefault((at, header.name), Entry(header=header, local=local))

    def directory(self, end: End) -> bool:
        """Read what `end` points at. Whether there is anything."""
        starts = directories(self.octets, end)
        self.problem("two central directories", len(starts) > 1)
        for start, shift in starts:
            self.limit = min(self.limit, start)
            count, at = self.headers(start, shift)
            whole = len(self.entries) < self.most
            self.problem("the number of entries is wrong", whole and count & 0xFFFF != end.count & 0xFFFF)
            self.problem("the size of the directory is wrong", whole and at - start != end.size)
        self.hides_names |= not starts and end.size > 0 and is_encrypted(self.octets, end)
        return bool(starts)

    def headers(self, start: int, shift: int) -> tuple[int, int]:
        """How many, and where they end."""
        count, at = 0, start
        while (header := central_header(self.octets, at)) and len(self.entries) < self.most:
            local = local_header(self.octets, header.offset + shift)
            self.add(header, local)
            self.hides_names |= bool(header.flags & MASKED)
            if local is None:
                self.problem("an entry has no local header")
            elif differing := disagreement(header, local):
                self.problem(differing)
            count, at = count + 1, header.ends
        return count, at

    def stray(self, covered: "Ranges") -> int:
        """Local headers outside of what is covered."""
        count, at = 0, self.octets.find(LOCAL) if len(self.entries) < self.most else -1
        while at >= 0 and count < MOST_STRAY:
            header = None if covered.hold(at) else local_header(self.octets, at)
            if header and header.method in METHODS and 0 < len(header.name) <= LONGEST_NAME:
                self.add(header, header)
                count += 1
            at = self.octets.find(LOCAL, at + 4)
        return count


class Ranges:
    """Stretches of a file that belong to entries."""

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        self.stretches = sorted(stretches)
        self.starts = [start for start, _ in self.stretches]
        self.reach: list[int] = []  # the furthest end of all up to this one
        for _, end in self.stretches:
            self.reach.append(max(end, self.reach[-1] if self.reach else 0))

    def hold(self, at: int) -> bool:
        before = bisect_right(self.starts, at)
        return before > 0 and self.reach[before - 1] > at

    @property
    def overlap(self) -> bool:
        return any(start < end for start, end in zip(self.starts[1:], self.reach, strict=False))


def read_layout(octets: bytes, most: int) -> Layout:
    """At most `most` entries."""
    found = Found(octets, most)
    ends = list(end_records(octets))
    chosen = next((end for end in ends if end.ends == len(octets)), ends[0] if ends else None)
    if chosen is None or not found.directory(chosen):
        has_entries = found.stray(Ranges(())) > 0
        found.problem("no central directory", not found.hides_names and (has_entries or not is_empty(chosen)))
    else:
        around(found, chosen, ends)
    return Layout(tuple(found.entries.values()), tuple(found.problems), found.hides_names)


def around(found: Found, chosen: End, ends: list[End]) -> None:
    """What the file holds besides the entries of its directory."""
    octets = found.octets
    covered = covered_by(found)
    found.problem("entries overlap", covered.overlap)
    found.problem("an entry reaches into the directory", bool(covered.reach) and covered.reach[-1] > found.limit)
    for end in ends:
        if end is not chosen and not covered.hold(end.at) and found.directory(end):
            found.problem("several central directories")
    found.problem("octets in front of the first entry", begins_late(octets, covered))
    found.problem("octets behind the end", bool(octets[chosen.ends :].strip(b"\0 \r\n\t")))
    found.problem("entries that the directory does not name", found.stray(covered_by(found)) > 0)


def covered_by(found: Found) -> Ranges:
    return Ranges(
        (entry.local.at, entry.start + entry.header.packed) for entry in found.entries.values() if entry.local
    )


def begins_late(octets: bytes, covered: Ranges) -> bool:
    first = covered.starts[0] if covered.starts else 0
    return first > 0 and not (first == 4 and octets[:4] in FIRST_OF_MANY)


def end_records(octets: bytes) -> Iterator[End]:
    """The last first."""
    at = octets.rfind(END)
    for _ in range(MOST_ENDS):
        if at < 0:
            return
        if end := end_record(octets, at):
            yield end
        at = octets.rfind(END, 0, at + 3)


def directories(octets: bytes, end: End) -> list[tuple[int, int]]:
    """Where the central directory could start, each with what must be added to its offsets.

    Some programs count back from the end record, some believe the offset that is written there.
    """
    counted = end.first - end.size
    starts = dict.fromkeys(at for at in (counted, end.offset) if at >= 0 and octets[at : at + 4] == CENTRAL)
    return [(at, at - end.offset) for at in starts]


def is_empty(end: End | None) -> bool:
    return end is not None and end.count == 0 and end.size == 0


def is_encrypted(octets: bytes, end: End) -> bool:
    """Central directory encryption: an archive extra data record is in front of it (APPNOTE §7.3)."""
    return octets.rfind(EXTRA_DATA, 0, end.first) >= 0


def disagreement(central: Header, local: Header) -> str:
    """What local and central header say differently, "" if nothing that matters."""
    if central.name != local.name and not (local.flags & MASKED):
        return "local and central name differ"
    if central.method != local.method:
        return "local and central method differ"
    if (central.flags ^ local.flags) & (ENCRYPTED | STRONG | (0 if central.name.isascii() else UTF8)):
        return "local and central flags differ"
    untold = (0, MAX32) if local.flags & STREAMED else ()  # what is not known yet when the local header is written
    told = ((local.packed, central.packed), (local.size, central.size))
    return "local and central size differ" if any(a != b and a not in untold for a, b in told) else ""
