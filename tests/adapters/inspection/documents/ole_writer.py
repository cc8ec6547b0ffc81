"""Writes OLE storages (MS-CFB) for tests: streams by paths, small ones in the mini stream as Office does."""

import struct
from itertools import count

FREE, END, FAT_SECTOR, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
SECTOR, MINI, CUTOFF = 512, 64, 4096


def storage(streams, root_class=b"\0" * 16):
    """`streams`: octets by paths such as `Macros/VBA/dir`."""
    entries = [Entry("Root Entry", 5, root_class)]
    for path, octets in streams.items():
        place(entries, path.split("/"), octets)
    mini, mini_fat, sectors = bytearray(), [], []
    for entry in entries[1:]:
        if entry.kind == 2 and entry.octets and len(entry.octets) < CUTOFF:
            entry.start = len(mini) // MINI
            chain(mini_fat, -(-len(entry.octets) // MINI))
            mini += padded(entry.octets, MINI)
    fat = []
    for entry in entries[1:]:
        if entry.kind == 2 and len(entry.octets) >= CUTOFF:
            entry.start = add(sectors, fat, entry.octets)
    if mini:
        entries[0].octets = bytes(mini)
        entries[0].start = add(sectors, fat, bytes(mini))
    mini_fat_octets = padded(b"".join(struct.pack("<I", value) for value in mini_fat), SECTOR, b"\xff")
    mini_fat_start = add(sectors, fat, mini_fat_octets) if mini else END
    directory = padded(b"".join(entry.record() for entry in entries), SECTOR)
    directory_start = add(sectors, fat, directory)
    needed = next(n for n in count(1) if n * 128 >= len(fat) + n)
    fat_start = len(fat)
    fat += [FAT_SECTOR] * needed
    fat_octets = padded(b"".join(struct.pack("<I", value) for value in fat), SECTOR, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, needed,
        directory_start, 0, CUTOFF, mini_fat_start, len(mini_fat_octets) // SECTOR if mini else 0, END, 0,
    )  # fmt: skip
    places = [fat_start + n for n in range(needed)] + [FREE] * (109 - needed)
    header = (header + struct.pack("<109I", *places))[:SECTOR].ljust(SECTOR, b"\0")
    return header + b"".join(sectors) + fat_octets


class Entry:
    def __init__(self, name, kind, class_id=b"\0" * 16, octets=b""):
        self.name, self.kind, self.class_id, self.octets = name, kind, class_id, octets
        self.start, self.right, self.child = END, NONE, NONE

    def record(self):
        name = (self.name + "\0").encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII16sIQQIQ", name, len(name), self.kind, 1, NONE, self.right, self.child, self.class_id, 0, 0, 0,
            self.start, len(self.octets),
        )  # fmt: skip


def place(entries, parts, octets):
    at = 0
    for number, part in enumerate(parts):
        found = next((n for n in kids(entries, at) if entries[n].name == part), None)
        if found is None:
            is_stream = number == len(parts) - 1
            entries.append(Entry(part, 2 if is_stream else 1, octets=octets if is_stream else b""))
            found = len(entries) - 1
            entries[found].right, entries[at].child = entries[at].child, found
        at = found


def kids(entries, at):
    at = entries[at].child
    while at != NONE:
        yield at
        at = entries[at].right


def padded(octets, size, filler=b"\0"):
    return octets + filler * (-len(octets) % size)


def chain(table, length):
    table += [len(table) + n + 1 for n in range(length - 1)] + [END]


def add(sectors, fat, octets):
    start = len(fat)
    octets = padded(octets, SECTOR)
    sectors.append(octets)
    chain(fat, len(octets) // SECTOR)
    return start
