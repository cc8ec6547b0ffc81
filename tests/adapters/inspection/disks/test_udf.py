"""UDF as no tool writes it: ATTACKS ATTACH-08, ATTACH-11."""

import struct
import time

import pytest

from gatepost.model.traits import LINK, OVER_BUDGET, UNREADABLE
from tests.adapters.inspection.archives.opening import opened
from tests.adapters.inspection.disks import images
from tests.adapters.inspection.disks.udf_writer import (
    DIRECTORY,
    EMBEDDED,
    FILE,
    LONG,
    SHORT,
    directory,
    disc,
    entry,
    listed,
    long_ad,
    short_ad,
    tagged,
)

PROGRAM = b"MZ" + b"program " * 700
CUT = 2048
SLOW = 3.0  # seconds of CPU
ROOT = directory(listed("", 1, flags=8 | 2), listed("payload.exe", 2))


def scattered(size=CUT):
    """PROGRAM in blocks, the last first."""
    pieces = [PROGRAM[at : at + size] for at in range(0, len(PROGRAM), size)]
    return {20 - number: piece for number, piece in enumerate(pieces)}


@pytest.mark.parametrize("size", [512, 2048, 4096])
@pytest.mark.parametrize("form", [SHORT, LONG])
@pytest.mark.parametrize("extended", [False, True])
def test_a_file_in_pieces_comes_out(size, form, extended):
    blocks = scattered(size)
    write = short_ad if form == SHORT else long_ad
    extents = b"".join(write(number, len(octets)) for number, octets in blocks.items())
    found = opened("udf", disc({1: ROOT, 2: entry(FILE, form, len(PROGRAM), extents, extended), **blocks}, size))
    assert (found.content, found.codes, found.error) == ({"payload.exe": PROGRAM}, set(), None)


def test_names_of_both_widths_come_out():
    names = directory(listed("größe.exe", 2), listed("заказ.exe", 3, wide=True), listed("gone.exe", 2, flags=4))
    blocks = {1: names, 2: entry(FILE, EMBEDDED, 2, b"MZ"), 3: entry(FILE, EMBEDDED, 3, b"MZ2")}
    assert opened("udf", disc(blocks)).content == {"größe.exe": b"MZ", "заказ.exe": b"MZ2"}


def test_a_list_of_extents_goes_on_elsewhere():
    blocks = scattered()
    extents = [short_ad(number, len(octets)) for number, octets in blocks.items()]
    more = tagged(258, struct.pack("<II", 0, 8 * len(extents[1:])) + b"".join(extents[1:]))
    first = extents[0] + short_ad(9, 3 << 30 | CUT)
    found = opened("udf", disc({1: ROOT, 2: entry(FILE, SHORT, len(PROGRAM), first), 9: more, **blocks}))
    assert (found.content, found.codes) == ({"payload.exe": PROGRAM}, set())


def test_attach_08_a_list_of_extents_that_leads_to_itself_ends():
    more = tagged(258, struct.pack("<II", 0, 8) + short_ad(9, 3 << 30 | CUT))
    found = opened("udf", disc({1: ROOT, 2: entry(FILE, SHORT, 9000, short_ad(9, 3 << 30 | CUT)), 9: more}))
    assert (found.content, found.codes) == ({"payload.exe": b""}, {UNREADABLE})


def test_what_a_file_has_besides_comes_out():
    streams = directory(listed("hidden.exe", 4))
    blocks = {1: ROOT, 2: entry(FILE, EMBEDDED, 1, b"x", extended=True, streams=long_ad(3, CUT)), 3: streams}
    found = opened("udf", disc({**blocks, 4: entry(FILE, EMBEDDED, 2, b"MZ")}))
    assert found.content == {"payload.exe": b"x", "payload.exe:hidden.exe": b"MZ"}


def test_an_entry_that_was_replaced_is_not_the_one_that_counts():
    pointer = tagged(259, bytes(20) + long_ad(6, CUT))
    old, new = entry(FILE, EMBEDDED, 1, b"x", strategy=4096), entry(FILE, EMBEDDED, 2, b"MZ")
    assert opened("udf", disc({1: ROOT, 2: old, 3: pointer, 6: new})).content == {"payload.exe": b"MZ"}


def test_blocks_of_a_metadata_partition_are_found():
    """The second map; its file is in blocks 12 and 11 of the first."""
    mark = b"\0*UDF Metadata Partition".ljust(32, b"\0")
    maps = [
        struct.pack("<BBHH", 1, 6, 1, 0),
        b"\2\x40\0\0" + mark + struct.pack("<HHIII", 1, 0, 10, 0, 0).ljust(28, b"\0"),
    ]
    blocks = {
        1: directory(listed("payload.exe", 2)),
        2: tagged(261, b"").ljust(CUT, b"\0"),
        10: entry(250, SHORT, 2 * CUT, short_ad(12, CUT) + short_ad(11, CUT)),
        11: entry(FILE, EMBEDDED, 2, b"MZ"),
        12: directory(listed("payload.exe", 1)),
    }
    image = bytearray(disc(blocks, maps=maps))
    at = image.index(tagged(256, b"")[:2] + b"\2\0") + 400  # the root is block 0 of the second
    image[at : at + 16] = long_ad(0, CUT, 1)
    octets = bytes(image).replace(long_ad(1, 2048), long_ad(1, 2048, 1))
    assert opened("udf", octets).content == {"payload.exe": b"MZ"}


@pytest.mark.parametrize("kind", [b"\0*UDF Virtual Partition", b"\0*Another Partition"])
def test_partitions_that_are_not_understood_are_told(kind):
    maps = [b"\2\x40\0\0" + kind.ljust(32, b"\0") + bytes(28)]
    found = opened("udf", disc({1: ROOT, 2: entry(FILE, EMBEDDED, 2, b"MZ")}, maps=maps))
    assert (found.members, found.codes) == ([], {UNREADABLE})


def test_attach_08_directories_in_each_other_are_read_once():
    names = directory(listed("a", 1, flags=2), listed("b", 3, flags=2), listed("payload.exe", 2))
    blocks = {1: names, 3: directory(listed("c", 1, flags=2)), 2: entry(FILE, EMBEDDED, 2, b"MZ")}
    assert opened("udf", disc(blocks)).content == {"payload.exe": b"MZ"}


def test_attach_08_a_file_of_holes_is_bounded_and_hides_nothing():
    names = directory(listed("zeros", 3), listed("payload.exe", 2))
    holes = short_ad(0, 2 << 30 | 0x3FFFFFFF) * 200
    blocks = {1: names, 2: entry(FILE, EMBEDDED, 2, b"MZ"), 3: entry(FILE, SHORT, 200 * 0x3FFFFFFF, holes)}
    began = time.process_time()
    found = opened("udf", disc(blocks))
    assert (found.over, found.codes, found.content["payload.exe"]) == ("size", {OVER_BUDGET}, b"MZ")
    assert time.process_time() - began < SLOW


def test_links_and_what_is_lost_are_told():
    blocks = {1: directory(listed("link", 2), listed("lost.exe", 5)), 2: entry(12, EMBEDDED, 1, b"x")}
    found = opened("udf", disc(blocks))
    assert (set(found.content), found.codes) == ({"link", "lost.exe"}, {LINK, UNREADABLE})


def test_a_directory_that_is_damaged_is_told():
    octets = listed("payload.exe", 2) + b"damage"
    found = opened(
        "udf", disc({1: entry(DIRECTORY, EMBEDDED, len(octets), octets), 2: entry(FILE, EMBEDDED, 2, b"MZ")})
    )
    assert (found.content, found.codes) == ({"payload.exe": b"MZ"}, {UNREADABLE})


@pytest.mark.parametrize(
    "options",
    [
        ("-b", "512", "-m", "hd"),
        ("-b", "2048", "-m", "dvd"),
        ("-b", "2048", "-m", "cdrw"),
        ("-b", "2048", "-m", "hd", "-r", "1.02"),
    ],
    ids=" ".join,
)
def test_what_mkudffs_makes_is_understood(options):
    """It makes empty ones: nothing is wrong but that."""

    def make(place):
        images.blank(place, 8 * images.MIB)
        images.run("mkudffs", *options, "image", at=place)

    found = opened("udf", images.made(make))
    assert (found.details <= {"nothing is found on it"}, found.error) == (True, None)
