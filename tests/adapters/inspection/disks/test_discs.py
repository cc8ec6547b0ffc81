"""Discs of which each program shows another view: ATTACKS ATTACH-07, ATTACH-11."""

import time

import pytest

from gatepost.adapters.inspection.disks.extents import Extent
from gatepost.adapters.inspection.disks.iso_trees import CONTINUED, Tree, brief, listed
from tests.adapters.inspection.archives.opening import opened
from tests.adapters.inspection.disks import images
from tests.adapters.inspection.disks.images import FILES, PROGRAM

BLOCK = 2048
SLOW = 3.0  # seconds of CPU
ALL = {*FILES, "orders/another program.exe"}


@pytest.mark.parametrize(
    "options",
    [("-R",), ("-J",), ("-J", "-R"), ("-udf", "-R"), ("-udf", "-J"), ("-udf", "-J", "-R")],
    ids=" ".join,
)
def test_what_several_views_show_is_given_once(options):
    found = opened("iso", images.mastered(*options))
    assert sorted(member.name for member in found.members) == sorted(ALL)
    assert (found.codes, found.over, found.error) == (set(), "", None)


@pytest.mark.parametrize(
    "options",
    [
        ("-J", "-R", "-hide", "payload.exe"),
        ("-J", "-R", "-hide-joliet", "payload.exe"),
        ("-J", "-hide", "payload.exe"),
        ("-J", "-hide-joliet", "payload.exe"),
        ("-udf", "-R", "-hide", "payload.exe"),
    ],
    ids=" ".join,
)
def test_attach_07_what_only_one_view_shows_is_looked_into(options):
    found = opened("iso", images.mastered(*options))
    assert PROGRAM in [octets for name, octets in found.content.items() if name.casefold() == "payload.exe"]


def test_attach_07_what_two_views_show_differently_is_looked_into_both_ways():
    octets = images.mastered("-udf", "-R")
    harmless = octets.replace(b"PAYLOAD.EXE;1", b"PAYLOAD.TXT;1").replace(b"payload.exeNM", b"payload.txtNM")
    names = {name for name, content in opened("iso", harmless).content.items() if content == PROGRAM}
    assert "payload.exe" in names and any(name.casefold() == "payload.txt" for name in names)


def test_what_libarchive_does_not_take_is_read_all_the_same():
    """Another descriptor stands in front of those of ISO 9660."""
    octets = bytearray(images.mastered("-J"))
    head = octets[16 * BLOCK : 19 * BLOCK]
    octets[16 * BLOCK : 20 * BLOCK] = b"\0BEA01\1".ljust(BLOCK, b"\0") + head
    found = opened("udf", bytes(octets))
    assert PROGRAM in found.content.values()


@pytest.mark.parametrize("size", [0, 33, 34, 255])
def test_a_record_that_is_cut_short_ends_well(size):
    """The root directory becomes as large as one octet of a record."""
    octets = bytearray(images.mastered("-R"))
    octets[16 * BLOCK + 166 : 16 * BLOCK + 170] = (2049).to_bytes(4, "little")
    root = int.from_bytes(octets[16 * BLOCK + 158 : 16 * BLOCK + 162], "little") * BLOCK
    octets[root + BLOCK] = size
    assert opened("iso", bytes(octets)).error is None


def test_a_directory_in_itself_is_read_once():
    octets = bytearray(images.mastered("-R"))
    root = octets[16 * BLOCK + 158 : 16 * BLOCK + 162]
    at = octets.index(b"\6ORDERS")
    octets[at - 30 : at - 26] = root
    assert len(opened("iso", bytes(octets)).members) <= 2 * len(ALL)


@pytest.mark.parametrize(
    ("long", "short"),
    [("a/another program.docx", "A/ANOTHER_.DOC"), ("READ ME", "READ_ME"), (".a.b.txt", "_A_B.TXT")],
)
def test_names_for_old_systems_are_known_again(long, short):
    assert brief(long) == brief(short)


def test_dos_10_a_file_in_a_quarter_of_a_million_pieces_takes_linear_time():
    record = bytes((34,)) + bytes(24) + bytes((CONTINUED,)) + bytes(6) + b"\1a"
    began = time.process_time()
    assert not list(listed(record * 240_000, Tree(block=BLOCK, wide=False, root=Extent(0, 0))))
    assert time.process_time() - began < SLOW
