import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dkim.canonical import Form
from gatepost.auth.samples import signed
from gatepost.gateway.body_hashing import BodyHashing
from gatepost.gateway.spool import Spool

BODY = b"..Hi  there. \r\n..\r\n" * 50


def hashed(pieces, directory, always=frozenset()):
    """What comes of content that arrives in these pieces, the first being in the spool already."""
    spool = Spool(directory, 1024 * 1024)
    spool.write(pieces[0])
    hashing = BodyHashing(spool, always)
    for piece in pieces[1:]:
        hashing.feed(piece)
    return hashing.hashes


@given(st.lists(st.integers(0, 900), max_size=6))
def test_however_it_is_cut_the_hash_is_the_same(tmp_path_factory, cuts):
    octets = signed() + b"\r\n" + BODY
    edges = [0, *sorted(min(cut, len(octets)) for cut in cuts), len(octets)]
    pieces = [octets[a:b] for a, b in itertools.pairwise(edges)]
    hashes = hashed(pieces, tmp_path_factory.getbasetemp())
    plain = b".Hi there.\r\n.\r\n" * 50
    assert hashes.digest(Form.RELAXED).digest == hashlib.sha256(plain).digest()


def test_without_signatures_only_what_is_always_wanted_is_hashed(tmp_path):
    octets = b"From: ann@example.net\r\n\r\nHi.\r\n"
    assert not hashed([octets], tmp_path).hashes
    always = hashed([octets], tmp_path, frozenset((Form.RELAXED,)))
    assert always.digest(Form.RELAXED).digest == hashlib.sha256(b"Hi.\r\n").digest()


def test_content_without_a_header_is_all_body(tmp_path):
    hashes = hashed([b"\r\nHi.\r\n"], tmp_path, frozenset((Form.SIMPLE,)))
    assert hashes.digest(Form.SIMPLE).digest == hashlib.sha256(b"Hi.\r\n").digest()


@pytest.mark.parametrize("piece", [b"A: b\r\n" * 100_000, b"x" * 600_000])
def test_a_header_without_end_is_given_up(tmp_path, piece):
    spool = Spool(tmp_path, 2**20)
    spool.write(piece)
    hashing = BodyHashing(spool)
    assert hashing.hashes is not None and not hashing.hashes.hashes and not hashing.head
