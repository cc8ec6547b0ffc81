import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.engines.icap.reader import BadResponse, Response, ResponseReader

HTTP = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"
WHOLE = (
    b"ICAP/1.0 200 OK\r\nISTag: \"x\"\r\nEncapsulated: res-hdr=0, res-body=%d\r\n\r\n" % len(HTTP)
    + HTTP + b"5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nTrailer: t\r\n\r\n"
)  # fmt: skip
PIECES = st.lists(
    st.sampled_from([
        b"ICAP/1.0 200 OK\r\n", b"ICAP/1.0 204 No\r\n", b"Encapsulated: ", b"res-hdr=0", b", ", b"res-body=0",
        b"null-body=0", b"\r\n", b"\r\n\r\n", b"0", b"5", b"hello", b"HTTP/1.1 403 No\r\n", b"\r", b"\n", b"\x00",
        b"A: b\r\n", b" folded\r\n", b"ffffffff", b";",
    ]),
    max_size=14,
).map(b"".join)  # fmt: skip


def read(*pieces):
    reader = ResponseReader()
    for piece in pieces:
        reader.feed(piece)
    return reader.response


def test_a_response_with_a_body_has_its_digest():
    digest = hashlib.sha256(b"hello world").hexdigest()
    fields = {"istag": '"x"', "encapsulated": f"res-hdr=0, res-body={len(HTTP)}"}
    assert read(WHOLE) == Response(status=200, fields=fields, http=200, body=11, digest=digest)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=60))
def test_however_the_octets_are_cut_the_response_is_the_same(sizes):
    pieces, at = [], 0
    for size in sizes:
        pieces.append(WHOLE[at : at + size])
        at += size
    assert read(*pieces, WHOLE[at:]) == read(WHOLE)


def test_what_follows_a_response_stays_in_the_buffer():
    reader = ResponseReader()
    reader.feed(b"ICAP/1.0 204 No Content\r\n\r\nmore")
    assert (reader.response.status, reader.buffer) == (204, b"more")


@given(PIECES, st.integers(1, 9))
def test_whatever_comes_it_is_read_or_refused_and_never_read_otherwise_in_pieces(octets, size):
    def outcome(*pieces):
        try:
            return read(*pieces)
        except BadResponse:
            return "refused"

    cut = outcome(*(octets[i : i + size] for i in range(0, len(octets), size)))
    whole = outcome(octets)
    assert cut == whole


@pytest.mark.parametrize(
    "octets",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"ICAP/1.0 20 OK\r\n\r\n",
        b"ICAP/1.0 200OK\r\n\r\n",
        b"\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nno field\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nA : b\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nA: b\nC: d\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nA: b\x00\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: body=0\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=5, res-body=9\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, res-body=0\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-body=0, res-hdr=4\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, res-body=99999999\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, null-body=4\r\n\r\nnoHTTP",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\n-5\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\n0x5\r\nhello\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\n2\r\nhello\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\nffffffff\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\n" + b"5" * 400,
        b"ICAP/1.0 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"ICAP/1.0 200 OK\r\nA: " + b"b" * 20_000,
    ],
)
def test_what_does_not_mean_one_thing_is_refused(octets):
    with pytest.raises(BadResponse):
        read(octets)


def test_a_body_of_many_small_chunks_is_read_in_linear_time():
    reader = ResponseReader()
    reader.feed(b"ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\n")
    reader.feed(b"1\r\nx\r\n" * 200_000 + b"0\r\n\r\n")
    assert reader.response.body == 200_000


def test_a_header_that_comes_twice_has_both_values():
    assert read(b"ICAP/1.0 204 No\r\nA: b\r\na: c\r\n d\r\n\r\n").fields == {"a": "b, c d"}
