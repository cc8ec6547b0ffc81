"""Which image of a disk or disc is this? Several at once where its octets are laid out for more than one reader.

The first 32 KiB of a disc are free, and a fixed VHD says at its end what it is: so any kind of file may be one too.
"""

from collections.abc import Iterator

from gatepost.adapters.inspection.types.kind import Kind
from gatepost.model.inspection import FileClass

DISC_SECTOR = 2048  # octets
DESCRIPTORS = 16  # sector of the first (ECMA-167 2/8.3, ECMA-119 §6.2.1)
MOST_DESCRIPTORS = 256
DISC_HEAD = (DESCRIPTORS + MOST_DESCRIPTORS + 2) * DISC_SECTOR  # octets in which a disc says what it is
ISO, UDF = (b"CD001",), (b"BEA01", b"NSR02", b"NSR03")
OTHERS = (b"BOOT2", b"CDW02", b"TEA01")
ANCHORS = (256 * 2048, 256 * 512)  # octets where UDF has one
ANCHOR = b"\x02\x00"
SECTOR = 512
VHD = b"conectix"
FOOTERS = (512, 511)  # octets of the footer of a VHD; old programs wrote one less
FIRST_PARTITION, PARTITION, PARTITIONS_END = 446, 16, 510  # octets of a master boot record
BARE = (
    (3, b"NTFS    "), (3, b"EXFAT   "), (3, b"-FVE-FS-"), (3, b"ReFS\0\0\0\0"), (54, b"FAT"), (82, b"FAT32"),
    (1024, b"H+\0\4"), (1024, b"HX\0\5"), (32, b"NXSB"), (0, b"XFSB"), (0, b"hsqs"), (65600, b"_BHRfS_M"),
)  # fmt: skip
"""What file systems begin with; not all of them have a reader."""


def kinds(octets: bytes) -> Iterator[Kind]:
    """The likeliest first. There is none without a NUL."""
    if b"\0" not in octets:
        return
    if is_iso(octets):
        yield Kind("application/x-iso9660-image", FileClass.DISK_IMAGE, "iso")
    if is_udf(octets):
        yield Kind("application/x-udf-image", FileClass.DISK_IMAGE, "udf")
    if any(octets[-size:][: len(VHD)] == VHD for size in FOOTERS):
        yield Kind("application/x-vhd", FileClass.DISK_IMAGE, "vhd")
    if octets[-SECTOR:-508] == b"koly":
        yield Kind("application/x-apple-diskimage", FileClass.DISK_IMAGE, "dmg")
    if is_disk(octets):
        yield Kind("application/x-raw-disk-image", FileClass.DISK_IMAGE, "img")


def also(octets: bytes, formats: tuple[str, ...]) -> Iterator[str]:
    """What else the image of a disk is that is nothing odd: one that starts from a disc and from a disk, say.

    Args:
        formats: that it has already; the reader of a disc looks for both kinds.
    """
    found = [kind.format for kind in kinds(octets)]
    disc = "iso" in formats or "udf" in formats
    yield from (
        each for each in found if not (disc and each in ("iso", "udf")) and not ("vhd" in formats and each == "img")
    )


def is_iso(octets: bytes) -> bool:
    return any(each in ISO for each in descriptors(octets))


def is_udf(octets: bytes) -> bool:
    return any(each in UDF for each in descriptors(octets)) or any(is_anchor(octets[at : at + 16]) for at in ANCHORS)


def descriptors(octets: bytes) -> Iterator[bytes]:
    """Names of the structures that follow each other; sectors may be left out where blocks are larger."""
    gap = False
    for number in range(DESCRIPTORS, DESCRIPTORS + MOST_DESCRIPTORS):
        at = number * DISC_SECTOR + 1
        name = octets[at : at + 5]
        if name in ISO or name in UDF or name in OTHERS:
            yield name
            gap = False
        elif gap:
            return
        else:
            gap = True


def is_anchor(tag: bytes) -> bool:
    return tag[:2] == ANCHOR and (sum(tag) - tag[4]) & 0xFF == tag[4] and tag[12:16] == b"\x00\x01\x00\x00"


def is_disk(octets: bytes) -> bool:
    """A file system, or a table of partitions."""
    if has_boot_parameters(octets) or is_ext(octets):
        return True
    if any(octets[at : at + len(mark)] == mark for at, mark in BARE if at != 54 or octets[510:512] == b"\x55\xaa"):
        return True
    return octets[510:SECTOR] == b"\x55\xaa" and has_partitions(octets)


def has_boot_parameters(octets: bytes) -> bool:
    """As FAT has them, whether or not the sector says that it boots."""
    if octets[:1] not in (b"\xeb", b"\xe9") or len(octets) < SECTOR:
        return False
    sector = int.from_bytes(octets[11:13], "little")
    return (
        sector in (512, 1024, 2048, 4096)
        and octets[13] in (1, 2, 4, 8, 16, 32, 64, 128)
        and any(octets[14:16])
        and octets[16] in (1, 2)
        and octets[21] >= 0xF0
    )


def is_ext(octets: bytes) -> bool:
    """Linux's: a short mark, and numbers that can be."""
    return (
        octets[1080:1082] == b"\x53\xef"
        and octets[1048:1049] <= b"\x06"
        and octets[1049:1052] == b"\0\0\0"
        and octets[1100:1104] in (b"\0\0\0\0", b"\1\0\0\0")
    )


def has_partitions(octets: bytes) -> bool:
    entries = [octets[at : at + PARTITION] for at in range(FIRST_PARTITION, PARTITIONS_END, PARTITION)]
    if any(entry[0] & 0x7F for entry in entries):
        return False
    return any(entry[4] and any(entry[12:16]) for entry in entries)
