"""The compression of VBA source, against a compressor of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.documents.ovba import BadContainer, decompress
from tests.adapters.inspection.documents.samples import compressed as as_it_is


def compressed(octets):
    """With copies wherever at least three octets repeat, as MS-OVBA §2.4.1.3 has it."""
    made = bytearray(b"\1")
    for start in range(0, len(octets), 4096):
        chunk = octets[start : start + 4096]
        packed = tokens(chunk)
        if len(packed) <= 4096:
            made += (0xB000 | (len(packed) - 1)).to_bytes(2, "little") + packed
        else:
            made += (0x3000 | 4095).to_bytes(2, "little") + chunk.ljust(4096, b"\0")
    return bytes(made)


def tokens(chunk):
    made, at = bytearray(), 0
    while at < len(chunk):
        flags, group = 0, bytearray()
        for bit in range(8):
            if at >= len(chunk):
                break
            offset, length = longest_match(chunk, at)
            if length >= 3:
                bits = 4
                while 1 << bits < at:
                    bits += 1
                flags |= 1 << bit
                group += ((offset - 1) << (16 - bits) | (length - 3)).to_bytes(2, "little")
                at += length
            else:
                group.append(chunk[at])
                at += 1
        made += bytes((flags,)) + group
    return bytes(made)


def longest_match(chunk, at):
    bits = 4
    while 1 << bits < at:
        bits += 1
    most = (0xFFFF >> bits) + 3
    best = (0, 0)
    for source in range(max(0, at - (1 << bits)), at):
        length = 0
        while length < most and at + length < len(chunk) and chunk[source + length] == chunk[at + length]:
            length += 1
        if length > best[1]:
            best = at - source, length
    return best


SOURCES = st.lists(
    st.sampled_from([b"Sub ", b"Attribute ", b"x", b"\r\n", b"a" * 30, b"\0", b"= Shell(", b"1234"]), max_size=90
)


@given(SOURCES.map(b"".join))
def test_what_was_compressed_comes_back(source):
    assert decompress(compressed(source), 1 << 20) == source
    assert decompress(as_it_is(source), 1 << 20) == source


def test_a_source_of_several_chunks_comes_back():
    source = b"".join(b"Dim a%d As String ' %d\r\n" % (n, n * n) for n in range(700))
    assert decompress(compressed(source), 1 << 20) == source
    assert len(compressed(source)) < len(source)


def test_the_example_of_the_specification_comes_back():
    packed = bytes.fromhex("0103b002614500")
    assert decompress(packed, 100) == b"a" * 73


def test_no_more_comes_out_than_was_asked_for():
    assert decompress(compressed(b"a" * 100_000), 5000) == b"a" * 5000


@pytest.mark.parametrize("packed", [b"", b"\0", b"\1\0\0", b"\1\x03\xb0\x02a\xff\xff", b"\2\x03\xb0"])
def test_what_is_no_container_is_refused(packed):
    with pytest.raises(BadContainer):
        decompress(packed, 100)


def test_what_was_read_before_the_damage_is_kept():
    with pytest.raises(BadContainer) as caught:
        decompress(compressed(b"Sub AutoOpen()") + b"\0\0\0\0", 100)
    assert caught.value.octets == b"Sub AutoOpen()"


@given(
    st.lists(st.sampled_from([b"\1", b"\xb0", b"\x30", b"\0", b"\xff", b"a", b"\x0f\xb0"]), max_size=60).map(b"".join)
)
def test_whatever_the_octets_it_ends(octets):
    try:
        assert len(decompress(b"\1" + octets, 4096)) <= 4096
    except BadContainer as error:
        assert len(error.octets) <= 4096
