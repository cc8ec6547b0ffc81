"""OpenPGP: ATTACKS MIME-31."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.openpgp import (
    CLEAR_TEXT,
    Armoured,
    BadOpenPgp,
    Literal,
    Packet,
    armoured,
    literal,
    packets,
)
from tests.mime import writers


def armour(kind, octets, fields=b"Version: 1\n"):
    body = fields + b"\n" + base64.encodebytes(octets) + b"=abcd\n"
    return b"-----BEGIN PGP " + kind + b"-----\n" + body + b"-----END PGP " + kind + b"-----\n"


@given(st.lists(st.binary(max_size=80), max_size=3), st.sampled_from([b"", b"Version: 1\n"]))
def test_mime_31_armour_is_taken_off(written, fields):
    text = b"words\n".join(armour(b"MESSAGE", octets, fields) for octets in written)
    assert list(armoured(text)) == [Armoured("MESSAGE", octets) for octets in written]


def test_mime_31_text_in_the_clear_and_its_signature_are_told_apart():
    text = b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nwords\n" + armour(b"SIGNATURE", b"x")
    assert [block.kind for block in armoured(text)] == [CLEAR_TEXT, "SIGNATURE"]


def test_mime_31_armour_without_an_end_gives_what_is_there():
    text = armour(b"MESSAGE", b"evil").partition(b"-----END")[0]
    assert list(armoured(text)) == [Armoured("MESSAGE", b"evil")]


@given(st.lists(st.tuples(st.integers(1, 20), st.binary(max_size=60)), max_size=4))
def test_mime_31_packets_are_read_back(written):
    octets = b"".join(writers.packet(tag, body) for tag, body in written)
    assert list(packets(octets)) == [Packet(tag, body) for tag, body in written]


def test_mime_31_every_form_of_a_length_is_read():
    assert list(packets(bytes([0x80 | 11 << 2, 1]) + b"a")) == [Packet(11, b"a")]
    assert list(packets(bytes([0x80 | 11 << 2 | 1, 0, 1]) + b"a")) == [Packet(11, b"a")]
    assert list(packets(bytes([0x80 | 8 << 2 | 3]) + b"all the rest")) == [Packet(8, b"all the rest")]
    assert list(packets(b"\xcb\xc0\x08" + b"b" * 200)) == [Packet(11, b"b" * 200)]
    assert list(packets(b"\xcb\xe1ab\xe0c\x01d")) == [Packet(11, b"abcd")]


def test_mime_31_a_literal_packet_gives_name_and_content():
    (found,) = packets(writers.literal(b"a.exe", b"evil"))
    assert literal(found) == Literal(b"a.exe", b"evil")
    with pytest.raises(BadOpenPgp):
        literal(Packet(11, b"b\xff"))


@pytest.mark.parametrize("octets", [b"text", b"\xcb\1a?", writers.packet(11, b"") * 1001])
def test_mime_31_other_octets_are_said_to_be_none(octets):
    with pytest.raises(BadOpenPgp):
        list(packets(octets))


@pytest.mark.parametrize("piece", [b"-----BEGIN PGP MESSAGE-----\n", b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"\n"])
def test_mime_31_many_beginnings_take_linear_time(piece):
    started = time.process_time()
    list(armoured(b"-----BEGIN PGP MESSAGE-----\n" + piece * 40_000))
    assert time.process_time() - started < 2


@given(
    st.lists(st.sampled_from([b"\xcb", b"\xe1", b"\xff", b"\0", b"\xa3", b"\xc8", b"ab", b"\xf0"]), max_size=12).map(
        b"".join
    )
)
def test_mime_31_any_order_of_pieces_is_read_or_refused(octets):
    try:
        assert sum(len(packet.octets) for packet in packets(octets)) <= len(octets)
    except BadOpenPgp:
        return
