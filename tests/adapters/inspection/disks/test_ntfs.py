"""NTFS: what Windows compresses, encrypts or leaves out: ATTACKS ATTACH-08, ATTACH-10, ATTACH-11."""

import struct
import time

import pytest

from gatepost.adapters.inspection.archives.unpacking import Damaged
from gatepost.adapters.inspection.disks.lznt1 import expand
from gatepost.adapters.inspection.disks.ntfs_content import content
from gatepost.adapters.inspection.disks.ntfs_records import DATA, Attribute, Run
from gatepost.adapters.inspection.disks.views import Flat
from gatepost.model.traits import ENCRYPTED, LINK, OVER_BUDGET, UNREADABLE
from tests.adapters.inspection.archives.opening import opened
from tests.adapters.inspection.disks import images
from tests.adapters.inspection.disks.images import FILES, LONG, PROGRAM

CLUSTER = 4096
SLOW = 3.0  # seconds of CPU
# [MS-XCA] section 3.3
TUNE = (
    b"F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E A F# F#"
    b" G A A G F# E D D E F# E D D"
)
PACKED_TUNE = bytes.fromhex(
    "38b08846232000204720410010a24701a045204400084501507900c045200524138805b4024a44ef0358028c091601484500be009e00040118"
    "9000"
)


def test_what_is_compressed_is_expanded():
    assert expand(PACKED_TUNE, CLUSTER) == TUNE.ljust(CLUSTER, b"\0")
    assert expand(b"\x02\x00abc" + PACKED_TUNE, 2 * CLUSTER)[CLUSTER:] == TUNE.ljust(CLUSTER, b"\0")
    assert expand(b"\0\0" + PACKED_TUNE, CLUSTER) == b""


def test_a_reference_in_front_of_the_beginning_is_damage():
    with pytest.raises(Damaged):
        expand(b"\x03\xb0\x01\x00\x10", CLUSTER)


def test_of_each_unit_the_clusters_say_whether_it_is_compressed():
    view = Flat(PACKED_TUNE.ljust(CLUSTER, b"\0") + b"a" * CLUSTER * 16)
    runs = (Run(0, 1), Run(None, 15), Run(1, 16), Run(None, 16))
    head = Attribute(kind=DATA, name="", flags=1, runs=runs, unit=16, real=48 * CLUSTER, valid=48 * CLUSTER)
    octets = b"".join(content(view, CLUSTER, head, runs))
    assert octets == TUNE.ljust(16 * CLUSTER, b"\0") + b"a" * CLUSTER * 16 + bytes(16 * CLUSTER)


def with_data(name, change, stream=""):
    """An image in which `change` was done to the attribute that holds the content of a file."""
    image = bytearray(images.ntfs())
    wide, at = name.encode("utf-16-le"), 0
    while (at := image.find(b"FILE0", at)) >= 0:
        place, found = at + struct.unpack_from("<H", image, at + 20)[0], False
        while (kind := struct.unpack_from("<I", image, place)[0]) != 0xFFFFFFFF:
            length, named = struct.unpack_from("<I", image, place + 4)[0], image[place + 9]
            found = found or (kind == 0x30 and wide in image[place : place + length])
            if kind == 0x80 and found and bool(named) == bool(stream):
                change(image, place)
                return bytes(image)
            place += length
        at += 1024
    raise AssertionError(name)


def encrypted(image, at):
    struct.pack_into("<H", image, at + 12, 0x4000)


def huge(image, at):
    """A hole of 200 GB and nothing else."""
    runs = at + struct.unpack_from("<H", image, at + 32)[0]
    clusters = 200_000_000_000 // CLUSTER
    image[runs : runs + 6] = b"\x04" + struct.pack("<I", clusters) + b"\0"
    struct.pack_into("<QQQ", image, at + 40, *[clusters * CLUSTER] * 3)


def elsewhere(image, at):
    """Its clusters are behind the end of the disk."""
    runs = at + struct.unpack_from("<H", image, at + 32)[0]
    image[runs : runs + 6] = b"\x31\x08" + struct.pack("<I", 0x700000)[:3] + b"\0"


def reparsed(tag):
    def change(image, at):
        """The attribute becomes another one: what is behind it is elsewhere."""
        struct.pack_into("<I", image, at, 0xC0)
        struct.pack_into("<I", image, at + struct.unpack_from("<H", image, at + 20)[0], tag)

    return change


def test_attach_10_what_windows_encrypts_is_told():
    found = opened("img", with_data("payload.exe", encrypted))
    assert (found.content["payload.exe"], found.codes) == (b"", {ENCRYPTED})


def test_attach_08_a_file_that_claims_200_gb_hides_nothing():
    began = time.process_time()
    found = opened("img", with_data("payload.exe", huge))
    assert (found.over, found.codes) == ("size", {OVER_BUDGET})
    assert {name: found.content[name] for name in FILES if name != "payload.exe"} == {
        name: octets for name, octets in FILES.items() if name != "payload.exe"
    }
    assert found.content[f"{LONG}:hidden.exe"] == PROGRAM
    assert time.process_time() - began < SLOW


def test_what_is_not_on_the_disk_is_told():
    found = opened("img", with_data("payload.exe", elsewhere))
    assert (found.content["payload.exe"], found.codes) == (b"", {UNREADABLE})


@pytest.mark.parametrize(("tag", "code"), [(0xA000000C, LINK), (0xA0000003, LINK), (0x80000017, UNREADABLE)])
def test_what_stands_for_something_else_is_told(tag, code):
    assert code in opened("img", with_data("eicar.com", reparsed(tag))).codes


def test_a_record_that_was_not_written_whole_is_told_and_read():
    def torn(image, at):
        image[at & ~1023 | 510] ^= 0xFF

    found = opened("img", with_data("payload.exe", torn))
    assert (found.content["payload.exe"], found.codes) == (PROGRAM, {UNREADABLE})
