"""Writes discs with UDF as no tool would (ECMA-167): each block by itself, with whatever stands in it."""

import struct

SHORT, LONG, EMBEDDED = 0, 1, 3
PARTITION = 300  # block where it begins
DIRECTORY, FILE = 4, 5


def tagged(kind, body, at=0):
    """A descriptor: its tag, and what follows."""
    head = struct.pack("<HHBBHHHI", kind, 2, 0, 0, 0, 0, 0, at)
    return head[:4] + bytes(((sum(head) - head[4]) & 0xFF,)) + head[5:] + body


def long_ad(block, length, partition=0):
    return struct.pack("<IIH6x", length, block, partition)


def short_ad(block, length):
    return struct.pack("<II", length, block)


def name(text, wide=False):
    return b"\x10" + text.encode("utf-16-be") if wide else b"\x08" + text.encode("latin-1")


def entry(kind, form, length, listed, extended=False, streams=None, strategy=4):
    """What describes a file or directory."""
    icb = struct.pack("<IHHHBBIHH", 0, strategy, 0, 1, 0, kind, 0, 0, form)
    body = icb + bytes(20) + struct.pack("<Q", length)
    if extended:
        body = body.ljust(136, b"\0") + (streams or bytes(16))
        return tagged(266, body.ljust(192, b"\0") + struct.pack("<II", 0, len(listed)) + listed)
    return tagged(261, body.ljust(152, b"\0") + struct.pack("<II", 0, len(listed)) + listed)


def listed(text, block, flags=0, wide=False):
    """A name in a directory."""
    octets = name(text, wide)
    body = struct.pack("<HBB", 1, flags, len(octets)) + long_ad(block, 2048) + b"\0\0" + octets
    made = tagged(257, body)
    return made.ljust(-(-len(made) // 4) * 4, b"\0")


def directory(*names, **options):
    octets = b"".join(names)
    return entry(DIRECTORY, EMBEDDED, len(octets), octets, **options)


def disc(blocks, size=2048, maps=None, root=1):
    """Args: blocks: by their number in the partition; 0 is the file set, 1 the root directory."""
    count = max(blocks) + 8
    maps = maps or [struct.pack("<BBHH", 1, 6, 1, 0)]
    logical = bytes(196) + struct.pack("<I", size) + bytes(32) + long_ad(0, size)
    logical += struct.pack("<II", sum(map(len, maps)), len(maps))
    sequence = [
        tagged(5, struct.pack("<IHH", 1, 1, 0).ljust(172, b"\0") + struct.pack("<II", PARTITION, count)),
        tagged(6, logical.ljust(424, b"\0") + b"".join(maps)),
        tagged(8, b""),
    ]
    anchor = tagged(2, struct.pack("<IIII", 16 * size, 32, 16 * size, 32), at=256)
    file_set = tagged(256, bytes(384) + long_ad(root, size))
    placed = {32 + number: octets for number, octets in enumerate(sequence)} | {256: anchor, PARTITION: file_set}
    placed |= {PARTITION + number: octets for number, octets in blocks.items()}
    image = bytearray((PARTITION + count) * size)
    for number, octets in placed.items():
        image[number * size : number * size + len(octets)] = octets
    for number, mark in enumerate((b"\0BEA01\1", b"\0NSR02\1", b"\0TEA01\1")):
        at = 32768 + number * 2048
        if not any(image[at : at + 7]):
            image[at : at + 7] = mark
    return bytes(image)
