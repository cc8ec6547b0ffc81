"""Images of disks that are damaged or made to harm: ATTACKS ATTACH-08, ATTACH-11, DOS-10."""

import struct
import time
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.disks.table import OPENERS
from tests.adapters.inspection.archives.opening import opened
from tests.adapters.inspection.disks import images
from tests.adapters.inspection.disks.images import FILES, MIB, PROGRAM

SECTOR = 512
SLOW = 3.0  # seconds of CPU
KINDS = ("fat", "exfat", "ntfs", "udf", "disc", "partitioned", "gpt", "vhd", "vhdx", "qcow2", "vmdk")
MEMBERS = 2000
ALLOWANCE = 130 * MIB  # what one message may come to, and a little


def image(kind):
    """Its format and octets."""
    disk = images.partitioned(images.fat())
    match kind:
        case "fat" | "exfat" | "ntfs":
            return "img", getattr(images, kind)()
        case "partitioned":
            return "img", disk
        case "gpt":
            return "img", images.with_gpt(images.fat())
        case "udf":
            return "udf", images.only_udf(images.disc())
        case "disc":
            return "iso", images.disc()
    return kind, images.converted(disk, {"vhd": "vpc"}.get(kind, kind))


def told(octets):
    """Sectors in which something stands that is not the content of a file."""
    found = []
    for at in range(0, len(octets), SECTOR):
        sector = octets[at : at + SECTOR]
        if sector.strip(b"\0") and b"program program" not in sector and b"dear sir dear" not in sector:
            found.append(at)
    return found


@cache
def whole():
    made = {kind: image(kind) for kind in KINDS}
    return {kind: (form, octets, told(octets)) for kind, (form, octets) in made.items()}


def harmless(form, octets):
    """It ends, in time, and within the allowance; what is wrong is said in the usual ways."""
    began = time.process_time()
    found = opened(form, octets, members=MEMBERS)
    assert time.process_time() - began < SLOW
    assert found.error is None or type(found.error).__name__ == "Damaged"
    assert len(found.members) <= MEMBERS
    assert sum(len(member.octets) for member in found.members) <= ALLOWANCE
    return found


CHANGES = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, SECTOR - 1), st.sampled_from([b"\0", b"\xff", b"\x80", b"\1\0\0\0"])),
    min_size=1,
    max_size=4,
)


@given(st.sampled_from(KINDS), CHANGES, st.booleans())
def test_attach_11_however_an_image_is_changed_it_ends_well(kind, changes, is_cut):
    form, octets, sectors = whole()[kind]
    changed = bytearray(octets)
    for sector, within, put in changes:
        at = sectors[sector % len(sectors)] + within
        changed[at : at + len(put)] = put[: len(changed) - at]
    harmless(form, bytes(changed[: len(changed) // 2] if is_cut else changed))


def test_every_format_is_tried_here():
    assert {form for form, _, _ in whole().values()} == set(OPENERS)


def changed(octets, *puts):
    made = bytearray(octets)
    for at, put in puts:
        made[at : at + len(put)] = put
    return bytes(made)


def test_a_disc_whose_permissions_are_no_such_thing_is_read():
    """Rock Ridge keeps them in 32 bits, in both orders."""
    octets = images.disc()
    at = octets.index(b"PX", octets.index(b"PAYLOAD.EXE"))
    found = harmless("iso", changed(octets, (at + 4, b"\xa4\x81\0\x80\x80\0\x81\xa4")))
    assert found.error is None and set(FILES) <= set(found.content)


@pytest.mark.parametrize("kind", ["fat", "disc", "udf"])
def test_attach_11_an_image_on_which_nothing_is_found_is_never_clean(kind):
    form, octets, sectors = whole()[kind]
    first = next(at for at in sectors if at >= (32 * 1024 if kind != "fat" else SECTOR))
    descriptors = 64 * 1024 if kind != "fat" else SECTOR
    assert said(harmless(form, octets[: max(first + SECTOR, descriptors)].ljust(len(octets), b"\0")))


def said(found):
    return found.codes or found.over or found.error


def test_attach_08_a_file_whose_clusters_go_round_ends():
    octets = images.fat()
    table = SECTOR * struct.unpack_from("<H", octets, 14)[0]
    ring = b"\2\x20\0" * 1000  # of each pair of clusters the first points to 2, the second to 2
    found = harmless("img", changed(octets, (table + 3, ring)))
    assert said(found) and all(len(member.octets) <= len(PROGRAM) for member in found.members)


def test_attach_08_a_directory_in_itself_is_read_once():
    octets = images.fat()
    entry = octets.index(b"ORDERS     ")
    own = octets[entry + 26 : entry + 28]
    inner = octets.index(b"ANOTHE~1EXE")
    found = harmless("img", changed(octets, (inner, b"AGAIN      \x10"), (inner + 26, own)))
    assert set(FILES) <= set(found.content) and len(found.members) < 10


def test_attach_08_a_partition_in_itself_ends():
    boot = bytes(446) + struct.pack("<B3xB3xII", 0, 5, 0, 4096) * 4 + b"\x55\xaa"
    harmless("img", boot.ljust(64 * SECTOR, b"\0"))
    chain = bytes(446) + struct.pack("<B3xB3xII", 0, 5, 1, 4096) + bytes(48) + b"\x55\xaa"
    harmless("img", chain * 200)


def test_attach_08_a_table_of_four_billion_partitions_ends():
    octets = images.with_gpt(images.fat())
    found = harmless("img", changed(octets, (SECTOR + 80, b"\xff" * 4)))
    assert said(found) or set(FILES) <= set(found.content)


@pytest.mark.parametrize("form", ["vhd", "qcow2"])
def test_attach_08_a_disk_that_claims_200_gib_costs_what_is_in_it(form):
    octets, size = image(form)[1], struct.pack(">Q", 200 << 30)
    places = (24,) if form == "qcow2" else (48, len(octets) - 512 + 48)
    found = harmless(form, changed(octets, *[(at, size) for at in places]))
    assert said(found) or set(FILES) <= set(found.content)


@pytest.mark.parametrize("form", ["vhd", "vhdx", "qcow2", "vmdk"])
@pytest.mark.parametrize("octet", [0, 1, 0x80, 0xFF])
def test_attach_08_a_disk_whose_tables_hold_one_number_ends(form, octet):
    _, octets, sectors = whole()[form]
    for at in sectors[:12]:
        harmless(form, changed(octets, (at + 64, bytes((octet,)) * 448)))


def test_dos_10_60_000_entries_of_a_directory_end():
    octets = images.fat(16, 16 * MIB)
    entry = octets.index(b"PAYLOAD EXE")
    one = octets[entry : entry + 32]
    where = octets.index(b"ORDERS     ")
    cluster = struct.unpack_from("<H", octets, where + 26)[0]
    table = SECTOR * struct.unpack_from("<H", octets, 14)[0]
    data = octets.index(b"ANOTHE~1EXE") // SECTOR * SECTOR
    size = octets[13] * SECTOR
    count = 60_000 * 32 // size
    chain = b"".join(struct.pack("<H", number + 1) for number in range(cluster, cluster + count)) + b"\xff\xff"
    found = harmless("img", changed(octets, (table + 2 * cluster, chain), (data, one * 60_000)))
    assert said(found)
