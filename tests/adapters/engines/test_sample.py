import fcntl
import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gatepost.adapters.engines.sample import in_memory, sample_of, unstuffed, unstuffed_pieces
from gatepost.gateway.spool import Spool
from gatepost.model.message import Message
from gatepost.model.samples import Octets
from gatepost.ports.unavailable import Unavailable

PIECES = st.lists(st.sampled_from([b"a", b"\r\n", b".", b"..", b"\r\n.", b"ab"]), max_size=20).map(b"".join)
PLAIN = b"Subject: x\r\n\r\nhello\r\n"
DOTTED = b"Subject: x\r\n\r\n..hello\r\n...\r\n.. \r\nx.y\r\n"
UNDOTTED = b"Subject: x\r\n\r\n.hello\r\n..\r\n. \r\nx.y\r\n"


def message(content):
    return Message(size=content.size, header=(), header_octets=0, content=content)


def spooled(tmp_path, octets, memory=0):
    spool = Spool(tmp_path, memory)
    spool.write(octets)
    return spool


def octets_of(sample):
    return b"".join(sample.chunks())


def stuffed(octets):
    text = b"\r\n" + octets
    return text.replace(b"\r\n.", b"\r\n..")[2:]


@given(PIECES)
def test_what_was_stuffed_comes_back_as_it_was(octets):
    assert unstuffed(stuffed(octets)) == octets


@given(PIECES, st.integers(1, 5))
def test_however_it_is_cut_the_same_dots_go(octets, size):
    pieces = (octets[i : i + size] for i in range(0, len(octets), size))
    assert b"".join(unstuffed_pieces(pieces)) == unstuffed(octets)


@pytest.mark.parametrize("memory", [0, 10**6], ids=["file", "memory"])
@pytest.mark.parametrize(("content", "seen"), [(PLAIN, PLAIN), (DOTTED, UNDOTTED), (b"..x\r\n", b".x\r\n")])
async def test_a_message_is_seen_as_its_recipient_has_it(tmp_path, memory, content, seen):
    spool = spooled(tmp_path, content, memory)
    sample = await sample_of(message(spool), tmp_path)
    assert octets_of(sample) == seen
    assert (sample.size, sample.digest) == (len(seen), hashlib.sha256(seen).hexdigest())
    assert os.pread(sample.descriptor(), 1000, 0) == seen
    sample.leave()
    spool.close()


async def test_a_large_message_whose_only_dot_is_on_the_edge_of_a_block_loses_it(tmp_path):
    for shift in range(-3, 4):
        before = b"x" * (256 * 1024 - 2 + shift)
        spool = spooled(tmp_path, before + b"\r\n..y\r\n")
        sample = await sample_of(message(spool), tmp_path)
        assert octets_of(sample) == before + b"\r\n.y\r\n"
        sample.leave()
        spool.close()


async def test_one_thing_out_of_a_message_is_seen_as_it_is(tmp_path):
    assert octets_of(await sample_of(b"a\r\n..b", tmp_path)) == b"a\r\n..b"


async def test_the_file_of_a_message_is_not_copied_and_cannot_be_written_to(tmp_path):
    spool = spooled(tmp_path, PLAIN)
    sample = await sample_of(message(spool), tmp_path)
    assert os.fstat(sample.descriptor()).st_ino == os.fstat(spool.descriptor).st_ino
    assert fcntl.fcntl(sample.descriptor(), fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    sample.leave()
    spool.close()


async def test_a_sample_outlives_the_session_whose_message_it_is(tmp_path):
    spool = spooled(tmp_path, PLAIN)
    sample = await sample_of(message(spool), tmp_path)
    spool.close()
    assert octets_of(sample) == PLAIN
    sample.leave()


async def test_the_last_who_leaves_closes_it(tmp_path):
    spool = spooled(tmp_path, PLAIN)
    sample = await sample_of(message(spool), tmp_path)
    sample.hold()
    file = sample.descriptor()
    sample.leave()
    assert os.fstat(file)
    sample.leave()
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(file)
    spool.close()


async def test_nothing_is_left_open(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    for content in (PLAIN, DOTTED):
        spool = spooled(tmp_path, content)
        sample = await sample_of(message(spool), tmp_path)
        sample.leave()
        spool.close()
    small = in_memory(PLAIN)
    small.descriptor()
    small.leave()
    assert len(os.listdir("/proc/self/fd")) == before
    assert not list(tmp_path.iterdir())


async def test_a_message_that_cannot_be_read_is_no_answer(tmp_path):
    spool = spooled(tmp_path, PLAIN)
    whole = message(spool)
    spool.size += 5
    with pytest.raises(Unavailable, match="5 octets of it are missing"):
        await sample_of(structs.replace(whole, size=99), tmp_path)
    spool.close()


async def test_an_empty_one_is_empty(tmp_path):
    sample = await sample_of(message(Octets(b"")), tmp_path)
    assert (octets_of(sample), sample.size) == (b"", 0)
