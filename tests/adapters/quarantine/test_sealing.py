"""Sealed octets come back whole with their key, and not at all otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.quarantine.sealing import HEAD, PIECE, TAG, Seal, pieces
from gatepost.ports.unavailable import Unavailable
from tests.adapters.quarantine.warehouse import KEY, OTHER_KEY

SEAL = Seal(KEY)
LENGTHS = (0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 5)


def written(path, octets, purpose="content x", seal=SEAL):
    path.write_bytes(b"".join(seal.sealed((octets[:7], octets[7:]), purpose)))
    return path


def read(path, purpose="content x", seal=SEAL):
    return b"".join(seal.opened(str(path), purpose))


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("seal", [SEAL, Seal()])
def test_what_was_written_is_read_and_is_as_long_as_was_said(tmp_path, length, seal):
    octets = bytes(n % 251 for n in range(length))
    path = written(tmp_path / "f", octets, seal=seal)
    assert read(path, seal=seal) == octets and path.stat().st_size == seal.size_of(length)


@given(st.lists(st.sampled_from((b"", b"a", b"b" * 5, b"c" * PIECE, b"d" * (PIECE - 1))), max_size=6))
def test_however_the_octets_are_cut_the_pieces_are_full_but_the_last(chunks):
    found = list(pieces(chunks))
    assert b"".join(piece for piece, _ in found) == b"".join(chunks)
    assert [is_last for _, is_last in found] == [False] * (len(found) - 1) + [True]
    assert all(len(piece) == PIECE for piece, is_last in found if not is_last) and len(found[-1][0]) <= PIECE


def test_nothing_of_it_can_be_read_or_recognized(tmp_path):
    octets = b"Subject: secret\r\n" * 50
    one, other = written(tmp_path / "1", octets).read_bytes(), written(tmp_path / "2", octets).read_bytes()
    assert b"secret" not in one and one[HEAD:] != other[HEAD:]
    digests = [seal.new_digest() for seal in (SEAL, Seal(), Seal(OTHER_KEY))]
    for digest in digests:
        digest.update(octets)
    assert len({digest.digest() for digest in digests}) == 3


@pytest.mark.parametrize("length", [HEAD - 1, HEAD, HEAD + TAG, HEAD + PIECE + TAG, HEAD + PIECE + TAG + 5, -1])
def test_one_that_was_cut_is_not_read(tmp_path, length):
    path = written(tmp_path / "f", b"x" * (2 * PIECE + 10))
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(Unavailable):
        read(path)


@pytest.mark.parametrize("at", [0, 8, 16, HEAD, HEAD + 100, HEAD + PIECE + TAG, -1])
def test_one_that_was_changed_anywhere_is_not_read(tmp_path, at):
    octets = b"x" * (PIECE + 10)
    path = written(tmp_path / "f", octets)
    changed = bytearray(path.read_bytes())
    changed[at] ^= 1
    path.write_bytes(changed)
    if at == 0:  # not sealed any more, as it says: then it is what it is, and never what was written
        assert read(path) != octets
        return
    with pytest.raises(Unavailable):
        read(path)


def cut(path):
    """Its head, and its pieces."""
    octets = path.read_bytes()
    whole = PIECE + TAG
    return octets[:HEAD], [octets[at : at + whole] for at in range(HEAD, len(octets), whole)]


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2), (0, 1), (0, 0, 1, 2), (0, 1, 2, 2), (2,)])
def test_pieces_that_are_moved_missing_or_doubled_are_seen(tmp_path, order):
    path = written(tmp_path / "f", b"a" * PIECE + b"b" * PIECE + b"c" * PIECE)
    head, parts = cut(path)
    assert len(parts) == 3
    path.write_bytes(head + b"".join(parts[i] for i in order))
    with pytest.raises(Unavailable, match="changed, cut or exchanged"):
        read(path)


def test_pieces_of_another_file_are_seen(tmp_path):
    one, other = written(tmp_path / "1", b"a" * PIECE * 2), written(tmp_path / "2", b"b" * PIECE * 2)
    head, parts = cut(one)
    one.write_bytes(head + parts[0] + cut(other)[1][1])
    with pytest.raises(Unavailable):
        read(one)


def test_a_file_in_the_place_of_another_is_seen(tmp_path):
    path = written(tmp_path / "f", b"x", "content x")
    with pytest.raises(Unavailable):
        read(path, "content y")


def test_without_the_key_or_with_another_it_is_said_which_one_is_needed(tmp_path):
    path = written(tmp_path / "f", b"x")
    for seal, reason in ((Seal(), "key_file is not set"), (Seal(OTHER_KEY), Seal(OTHER_KEY).name.hex())):
        with pytest.raises(Unavailable, match=SEAL.name.hex()) as error:
            read(path, seal=seal)
        assert reason in str(error.value)


def test_what_was_written_without_a_key_can_be_read_with_one(tmp_path):
    path = written(tmp_path / "f", b"Received: x", seal=Seal())
    assert read(path) == b"Received: x" == path.read_bytes()


def test_words_are_blinded_the_same_every_time_and_only_with_a_key():
    assert Seal().blind("bob@example.com") == "bob@example.com" and SEAL.blind("") == ""
    assert SEAL.blind("bob@example.com") == SEAL.blind("bob@example.com") != Seal(OTHER_KEY).blind("bob@example.com")
