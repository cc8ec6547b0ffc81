"""A message while it is judged: in memory when small, in an unnamed file when not."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.gateway.spool import BLOCK, PARTS, Spool, SpoolFull


def descriptors():
    return len(os.listdir("/proc/self/fd"))


@pytest.fixture
def spool(tmp_path):
    spool = Spool(tmp_path, 100)
    yield spool
    spool.close()


@given(pieces=st.lists(st.binary(max_size=60), max_size=6), head=st.integers(0, 200))
def test_what_was_written_is_read_however_it_is_kept(tmp_path_factory, pieces, head):
    spool = Spool(tmp_path_factory.getbasetemp(), 100)
    for piece in pieces:
        spool.write(piece)
    whole = b"".join(pieces)
    assert b"".join(spool.chunks()) == b"".join(spool.chunks()) == whole
    assert (spool.size, spool.head(head)) == (len(whole), whole[:head])
    assert (spool.descriptor >= 0) == (len(whole) > 100)
    spool.close()


def test_an_empty_message_has_no_chunks(spool):
    spool.write(b"")
    assert (list(spool.chunks()), spool.head(10), spool.size) == ([], b"", 0)


def test_a_small_message_needs_no_file(spool):
    before = descriptors()
    spool.write(b"x" * 100)
    assert descriptors() == before


def test_a_message_that_comes_in_one_piece_is_not_copied(spool):
    octets = b"x" * 80
    spool.write(octets)
    assert next(spool.chunks()) is octets


def test_a_large_message_leaves_no_name_behind(spool, tmp_path):
    spool.write(b"x" * 50)
    spool.write(b"y" * 51)
    spool.write(b"z")
    assert not list(tmp_path.iterdir())
    assert b"".join(spool.chunks()) == b"x" * 50 + b"y" * 51 + b"z"


def test_several_pieces_in_memory_move_to_the_file_in_order(spool):
    for piece in (b"a" * 40, b"b" * 40, b"c" * 40):
        spool.write(piece)
    assert spool.head(90) == b"a" * 40 + b"b" * 40 + b"c" * 10


def test_a_file_is_read_in_blocks(tmp_path):
    spool = Spool(tmp_path, 100)
    spool.write(b"x" * (BLOCK + 7))
    assert [len(chunk) for chunk in spool.chunks()] == [BLOCK, 7]
    spool.close()


def test_closing_gives_the_file_back_and_may_be_done_twice(tmp_path):
    before = descriptors()
    spool = Spool(tmp_path, 100)
    spool.write(b"x" * 101)
    spool.close()
    spool.close()
    assert descriptors() == before and spool.head(5) == b""


def test_where_no_file_can_be_made_the_spool_is_full(tmp_path):
    spool = Spool(tmp_path / "nowhere", 10)
    spool.write(b"x" * 10)
    with pytest.raises(SpoolFull):
        spool.write(b"y")


def test_where_no_more_can_be_written_the_spool_is_full(spool):
    spool.write(b"x" * 101)
    os.close(spool.descriptor)
    spool.descriptor = os.open("/dev/full", os.O_RDWR)
    with pytest.raises(SpoolFull, match="No space"):
        spool.write(b"y")


def test_many_small_pieces_are_joined(tmp_path):
    spool = Spool(tmp_path, 10_000)
    for _ in range(PARTS * 5):
        spool.write(b"xy")
    assert len(spool.parts) < PARTS and b"".join(spool.chunks()) == b"xy" * PARTS * 5


def test_what_is_being_read_from_memory_is_read_whole_although_the_spool_is_closed(spool):
    spool.write(b"a")
    spool.write(b"b")
    chunks = spool.chunks()
    first = next(chunks)
    spool.close()
    assert first + b"".join(chunks) == b"ab"


def test_what_cannot_be_read_back_whole_is_an_error_not_a_shorter_message(tmp_path):
    spool = Spool(tmp_path, 10)
    spool.write(b"x" * 1000)
    os.ftruncate(spool.descriptor, 999)
    with pytest.raises(OSError, match="1 octets of the spool"):
        list(spool.chunks())
    spool.close()


@pytest.mark.parametrize("memory", [10, 10_000])
def test_a_closed_spool_is_not_an_empty_one(tmp_path, memory):
    spool = Spool(tmp_path, memory)
    spool.write(b"x" * 1000)
    spool.close()
    with pytest.raises(OSError, match="closed"):
        list(spool.chunks())
