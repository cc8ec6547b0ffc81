"""Images of disks: whatever stands in them, reading them ends, within its budget, and gives members or says why not."""

import struct

from gatepost.adapters.inspection.archives.unpacking import Damaged
from gatepost.adapters.inspection.budget import Allowance, Budget, OverBudget
from gatepost.adapters.inspection.disks.extents import Extent
from gatepost.adapters.inspection.disks.iso_trees import Tree, brief, listed
from gatepost.adapters.inspection.disks.table import OPENERS
from gatepost.adapters.inspection.opened import Hints, Member
from gatepost.adapters.inspection.types import disks
from gatepost.model.inspection import Trait

FORMATS = ("img", "vhd", "vhdx", "qcow2", "vmdk", "udf")
ALLOWANCE = Allowance(octets=4 * 1024 * 1024, free=1024 * 1024, members=200)


def fat() -> bytes:
    """Eight sectors, one file and one directory."""
    head = struct.pack("<3s8sHBHBHHBHHHII", b"\xeb\x3c\x90", b"MSDOS5.0", 512, 1, 1, 1, 16, 8, 0xF8, 1, 1, 1, 0, 0)
    boot = head + struct.pack("<BBBI11s8s", 0, 0, 0x29, 1, b"NO NAME    ", b"FAT12   ")
    entries = struct.pack("<11sB14xHI", b"ORDER   EXE", 0x20, 2, 600) + struct.pack(
        "<11sB14xHI", b"D          ", 16, 4, 0
    )
    table = b"\xf8\xff\xff\x03\xf0\xff\xff\x0f\x00"
    return (
        boot.ljust(510, b"\0")
        + b"\x55\xaa"
        + table.ljust(512, b"\0")
        + entries.ljust(512, b"\0")
        + b"MZ" * 512
        + bytes(1536)
    )


def ntfs() -> bytes:
    boot = (
        b"\xeb\x52\x90NTFS    "
        + struct.pack("<HB", 512, 1)
        + bytes(26)
        + struct.pack("<QQQbxxxbxxxQ", 8, 1, 1, 1, 1, 1)
    )
    record = b"FILE" + struct.pack("<HHQHHHHII", 42, 1, 0, 1, 1, 56, 1, 120, 512) + bytes(16)
    return boot.ljust(510, b"\0") + b"\x55\xaa" + record.ljust(512, b"\0") * 6


def qcow2() -> bytes:
    head = b"QFI\xfb" + struct.pack(">IQIIQIIQQII", 2, 0, 0, 9, 8 << 20, 0, 1, 512, 1024, 1, 0)
    return (
        head.ljust(512, b"\0") + struct.pack(">Q", 1 << 63 | 1536).ljust(512, b"\0") + bytes(512) + bytes(8).ljust(512)
    )


def vhd() -> bytes:
    footer = b"conectix" + struct.pack(">IIQIIIIQQIII", 2, 0x10000, 512, 0, 0, 0, 0, 8 << 20, 8 << 20, 0, 3, 0)
    header = b"cxsparse" + struct.pack(">QQIII", 0xFFFFFFFFFFFFFFFF, 1536, 0x10000, 4, 2 << 20)
    footer = footer.ljust(512, b"\0")
    return (
        footer
        + header.ljust(1024, b"\0")
        + struct.pack(">4I", 4, 0xFFFFFFFF, 4, 4).ljust(512, b"\xff")
        + bytes(1024)
        + footer
    )


def iso_directory() -> bytes:
    record = struct.pack("<BBI4xI4x7xBBBHHB", 44, 0, 20, 600, 0x80, 0, 0, 1, 0, 11) + b"ORDER.EXE;1"
    return (record + record.replace(b"\x80", b"\0")).ljust(2048, b"\0") + record


def partitioned() -> bytes:
    entry = struct.pack("<B3xB3xII", 0, 1, 1, 8)
    return bytes(446) + entry + struct.pack("<B3xB3xII", 0, 5, 0, 8) + bytes(32) + b"\x55\xaa" + fat()[:3584]


SEEDS = tuple(
    bytes((number,)) + octets[:4095]
    for number, octets in (
        (0, fat()),
        (0, ntfs()),
        (0, partitioned()),
        (3, qcow2()),
        (1, vhd()),
        (2, b"vhdxfile"),
        (0, iso_directory()),
    )
)
PIECES = (
    b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x55\xaa", b"NTFS    ", b"EXFAT   ", b"FAT12   ", b"EFI PART", b"FILE",
    b"conectix", b"cxsparse", b"QFI\xfb", b"KDMV", b"NSR02", b"BEA01", b"CD001", b"\xf8\xff\xff", b"\x80\x00\x00\x00",
    b"\x00\x02", b"\x05", b"\xe5",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    if not data:
        return
    form, octets = FORMATS[data[0] % len(FORMATS)], data[1:]
    list(disks.kinds(octets))
    for each in listed(octets, Tree(2048, bool(data[0] & 1), Extent(0, len(octets)))):
        assert each.where and len(brief(each.name)) <= 8
    given, members = 0, 0
    try:
        for found in OPENERS[form](octets, Hints(), Budget(ALLOWANCE, lambda: 0.0)):
            if isinstance(found, Member):
                given, members = given + len(found.octets), members + 1
            else:
                assert isinstance(found, Trait)
    except (OverBudget, Damaged):
        pass
    assert given <= 2 * ALLOWANCE.octets
