"""Images of disks and discs as the usual tools make them; each is made once."""

import struct
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.adapters.inspection.mails import EICAR
from tests.servers import need

PROGRAM = b"MZ" + b"program " * 4000
LETTER = b"dear sir " * 400
LONG = "the order that you have sent to us.txt"
FILES = {"payload.exe": PROGRAM, LONG: LETTER, "eicar.com": EICAR, "empty.txt": b""}
KIB, MIB = 1024, 1024 * 1024
PARTITION_AT = 1 * MIB
RESERVED = bytes.fromhex("16e3c9e35c0bb84d817df92df00215ae")


def run(*words, at, **more):
    program, *rest = words
    subprocess.run(
        [need.program(program), *rest], cwd=at, check=True, capture_output=True, env=need.environment(), **more
    )


def made(make):
    """The image that `make` leaves in a new directory."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        for name, content in FILES.items():
            (place / "files").mkdir(exist_ok=True)
            (place / "files" / name).write_bytes(content)
        make(place)
        return (place / "image").read_bytes()


def blank(place, size):
    with (place / "image").open("wb") as file:
        file.truncate(size)


@cache
def fat(bits=12, size=1440 * KIB, *options):
    def make(place):
        blank(place, size)
        run("mkfs.fat", "-F", str(bits), *options, "image", at=place)
        run("mmd", "-i", "image", "::orders", at=place)
        for name in FILES:
            run("mcopy", "-i", "image", f"files/{name}", "::", at=place)
        run("mcopy", "-i", "image", "files/payload.exe", "::orders/another program.exe", at=place)
        run("mcopy", "-i", "image", "files/payload.exe", "::deleted.exe", at=place)
        run("mdel", "-i", "image", "::deleted.exe", at=place)

    return made(make)


@cache
def ntfs(size=10 * MIB, *options):
    def make(place):
        blank(place, size)
        run("mkntfs", "-F", "-q", "-p", "0", "-H", "16", "-S", "63", *options, "image", at=place)
        for name in FILES:
            run("ntfscp", "-f", "image", f"files/{name}", name, at=place)
        run("ntfscp", "-f", "-N", "hidden.exe", "image", "files/payload.exe", LONG, at=place)

    return made(make)


@cache
def exfat(size=4 * MIB):
    def make(place):
        blank(place, size)
        run("mkfs.exfat", "image", at=place)

    return with_exfat_files(made(make))


def with_exfat_files(octets):
    """Into an empty one: a file in one row, one that is chained from its end to its beginning, a directory."""
    image = bytearray(octets)
    sector, cluster = 1 << image[108], 1 << image[108] + image[109]
    fat_at, heap = (struct.unpack_from("<I", image, at)[0] * sector for at in (80, 88))
    root = struct.unpack_from("<I", image, 96)[0]
    free = root + 10

    def at(number):
        return heap + (number - 2) * cluster

    def put(content, chained):
        nonlocal free
        numbers = list(range(free, free + -(-len(content) // cluster)))
        free += len(numbers)
        if chained:
            numbers.reverse()
            for number, following in zip(numbers, [*numbers[1:], 0xFFFFFFFF], strict=True):
                struct.pack_into("<I", image, fat_at + 4 * number, following)
        for place, number in enumerate(numbers):
            piece = content[place * cluster : (place + 1) * cluster]
            image[at(number) : at(number) + len(piece)] = piece
        return numbers[0] if numbers else 0

    def entries(name, content, chained, attributes=0x20):
        wide = name.encode("utf-16-le")
        names = [wide[place : place + 30].ljust(30, b"\0") for place in range(0, len(wide), 30)]
        entry = struct.pack("<BBHH26x", 0x85, len(names) + 1, 0, attributes)
        flags = 1 if chained else 3
        size = len(content)
        stream = struct.pack("<BBxBHxxQxxxxIQ", 0xC0, flags, len(name), 0, size, put(content, chained), size)
        return entry + stream + b"".join(b"\xc1\0" + piece for piece in names)

    inner = entries("another program.exe", PROGRAM, chained=False).ljust(cluster, b"\0")
    listed = b"".join(entries(name, content, chained=name == "payload.exe") for name, content in FILES.items())
    listed += entries("orders", inner, chained=False, attributes=0x10)
    deleted = bytearray(entries("deleted.exe", PROGRAM, chained=False))
    for place in range(0, len(deleted), 32):
        deleted[place] &= 0x7F
    start = next(place for place in range(at(root), at(root) + cluster, 32) if not image[place])
    image[start : start + len(listed) + len(deleted)] = listed + deleted
    return bytes(image)


def disc(*options):
    """ISO 9660 with UDF beside it."""
    return mastered("-udf", "-J", "-R", *options)


@cache
def mastered(*options):
    def make(place):
        (place / "files" / "orders").mkdir()
        (place / "files" / "orders" / "another program.exe").write_bytes(PROGRAM)
        run("genisoimage", "-quiet", *options, "-o", "image", "files", at=place)

    return made(make)


def only_udf(octets):
    """Without what ISO 9660 says of itself."""
    image = bytearray(octets)
    for sector in range(16, 32):
        at = sector * 2048
        if image[at + 1 : at + 6] == b"CD001":
            image[at : at + 2048] = bytes(2048)
    # genisoimage has UDF's own sequence behind; it moves to where it must begin
    sequence = [
        at for at in range(16 * 2048, 32 * 2048, 2048) if image[at + 1 : at + 6] in (b"BEA01", b"NSR02", b"TEA01")
    ]
    for to, at in enumerate(sequence):
        image[(16 + to) * 2048 : (17 + to) * 2048], image[at : at + 2048] = image[at : at + 2048], bytes(2048)
    return bytes(image)


def partitioned(file_system, kind=0x0C):
    """A disk with a master boot record and one partition."""
    count = len(file_system) // 512
    entry = struct.pack("<B3xB3xII", 0x80, kind, PARTITION_AT // 512, count)
    boot = bytes(446) + entry + bytes(48) + b"\x55\xaa"
    return boot.ljust(PARTITION_AT, b"\0") + file_system


def with_gpt(file_system):
    """A disk with a GUID partition table: Windows' reserved partition, which is empty, and one for files."""
    first = 2 * MIB // 512
    last = first + len(file_system) // 512 - 1
    entries = struct.pack("<16s16sQQQ72x", RESERVED, b"\2" * 16, 34, 2047, 0)
    entries += struct.pack("<16s16sQQQ72x", b"\3" * 16, b"\4" * 16, first, last, 0)
    head = struct.pack(
        "<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, 1, last + 40, 34, last, b"\5" * 16, 2, 128, 128, 0
    )
    boot = bytes(446) + struct.pack("<B3xB3xII", 0, 0xEE, 1, last) + bytes(48) + b"\x55\xaa"
    return (boot + head.ljust(512, b"\0") + entries).ljust(first * 512, b"\0") + file_system + bytes(40 * 512)


@cache
def converted(octets, form, *options):
    """By qemu-img."""

    def make(place):
        (place / "raw").write_bytes(octets)
        run("qemu-img", "convert", "-f", "raw", "-O", form, *options, "raw", "image", at=place)

    return made(make)
