"""gz, bz2, xz, lzma: ATTACKS ATTACH-08."""

import bz2
import gzip
import io
import lzma
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.traits import INCONSISTENT, OVER_BUDGET, UNREADABLE
from tests.adapters.inspection.archives.opening import opened

LETTER = b"dear sir " * 4000
PACK = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda octets: lzma.compress(octets, lzma.FORMAT_ALONE),
}
FAST = 5.0  # seconds

each = pytest.mark.parametrize("kind", PACK)


@each
def test_what_is_packed_comes_out(kind):
    found = opened(kind, PACK[kind](LETTER), names=("letter.txt.gz",))
    assert (found.content, found.codes, found.error) == ({"letter.txt": LETTER}, set(), None)


@each
def test_what_is_cut_short_comes_out_as_far_as_it_goes(kind):
    packed = PACK[kind](bytes(range(256)) * 4000)
    found = opened(kind, packed[: len(packed) * 9 // 10], names=("a.gz",))
    assert UNREADABLE in found.codes


def test_the_beginning_of_what_is_cut_short_is_shown():
    found = opened("gzip", gzip.compress(LETTER)[:-9], names=("a.gz",))
    assert (LETTER.startswith(found.content["a"]), UNREADABLE in found.codes) == (True, True)


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz"])
def test_streams_in_a_row_are_one_file(kind):
    two = PACK[kind](b"first ") + PACK[kind](b"second") + bytes(16)
    found = opened(kind, two, names=("a.gz",))
    assert (found.content, found.codes) == ({"a": b"first second"}, set())


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz"])
def test_what_is_behind_is_told_and_looked_into(kind):
    found = opened(kind, PACK[kind](LETTER) + b"MZ program", names=("a.gz",))
    assert found.codes == {INCONSISTENT}
    assert [member.octets for member in found.members if member.alike] == [b"MZ program"]


QUICK = {
    "gzip": lambda octets: gzip.compress(octets, 1),
    "bzip2": bz2.compress,
    "xz": lambda octets: lzma.compress(octets, preset=0),
    "lzma": lambda octets: lzma.compress(octets, lzma.FORMAT_ALONE, preset=0),
}


@pytest.mark.parametrize("kind", QUICK)
def test_attach_08_two_hundred_mb_of_zeros(kind):
    bomb = QUICK[kind](bytes(200_000_000))
    began = time.process_time()
    found = opened(kind, bomb, names=("zeros.gz",))
    assert found.over in ("ratio", "size") and OVER_BUDGET in found.codes  # zlibs pack zeros differently well
    assert time.process_time() - began < FAST
    assert len(found.content["zeros"]) == 1024 * 1024, "its beginning is looked into all the same"


def test_many_small_streams_take_linear_time():
    one = gzip.compress(b"x")
    began = time.process_time()
    found = opened("gzip", one * 50_000, names=("a.gz",))
    assert (found.over, OVER_BUDGET in found.codes) == ("members", True)
    assert time.process_time() - began < FAST


def test_the_name_that_gzip_keeps_and_its_own_are_both_shown():
    made = io.BytesIO()
    with gzip.GzipFile("order.exe", "wb", fileobj=made) as into:
        into.write(b"MZ")
    assert opened("gzip", made.getvalue(), names=("photo.jpg.gz",)).content == {"order.exe": b"MZ", "photo.jpg": b"MZ"}
    assert opened("gzip", made.getvalue(), names=("order.exe.gz",)).content == {"order.exe": b"MZ"}


@pytest.mark.parametrize(
    ("outer", "inner"),
    [("a.tgz", "a.tar"), ("a.tar.gz", "a.tar"), ("a.svgz", "a.svg"), ("a", "a"), ("a.b", "a.b"), ("A.TXZ", "A.tar")],
)
def test_the_inner_name_is_made_of_the_outer(outer, inner):
    assert set(opened("xz", lzma.compress(b"x"), names=(outer,)).content) == {inner}


@given(st.sampled_from(sorted(PACK)), st.lists(st.integers(0, 200)), st.binary(max_size=9), st.integers(0, 300))
def test_however_it_is_damaged_it_ends_well(kind, content, put, at):
    octets = PACK[kind](bytes(content))
    assert opened(kind, octets[:at] + put + octets[at + len(put) :]).error is None
