"""Compressed RTF."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.rtf_compressed import BadCompressedRtf, rtf
from tests.mime.writers import packed_rtf


def test_a_reference_copies_from_the_window_it_was_given():
    window = rb"{\rtf1\ansi\mac\deff0"
    packed = b"\3" + struct.pack(">HH", 0 << 4 | 4, (207 + 6) << 4) + b"never read"
    assert rtf(struct.pack("<II", 99, 99) + b"LZFu" + bytes(4) + packed) == window[:6]


def test_a_run_copies_what_it_just_made():
    body = b"\2x" + struct.pack(">H", 207 << 4 | 8)
    assert rtf(struct.pack("<II", 0, 0) + b"LZFu" + bytes(4) + body) == b"x" * 11


def test_what_is_not_packed_is_taken_as_it_is():
    assert rtf(struct.pack("<II", 0, 5) + b"MELA" + bytes(4) + b"{\\rtf}") == b"{\\rtf"


@given(st.binary(max_size=300))
def test_what_is_packed_comes_out(octets):
    assert rtf(packed_rtf(octets)) == octets


@given(st.binary(max_size=300))
def test_whatever_is_packed_it_ends_and_stays_small(octets):
    assert len(rtf(bytes(8) + b"LZFu" + bytes(4) + octets)) <= 9 * len(octets)


@pytest.mark.parametrize("octets", [b"", b"\0" * 16, bytes(8) + b"LZFu"])
def test_other_octets_are_none(octets):
    with pytest.raises(BadCompressedRtf):
        rtf(octets)
