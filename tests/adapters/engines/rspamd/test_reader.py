import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.engines.exchange import BadAnswer
from gatepost.adapters.engines.rspamd.reader import EVENTS_LIMIT, RESPONSE_LIMIT, ResponseReader
from gatepost.adapters.engines.rspamd.requests import request
from gatepost.adapters.engines.sample import in_memory
from tests.adapters.engines.rspamd.scripted_rspamd import http
from tests.adapters.engines.telling import ARRIVAL

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nT: t\r\n\r\n"
PIECES = st.lists(
    st.sampled_from([
        HEAD, b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 403 No\r\n", b"Content-Length: ",
        b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"\r\n", b"\r\n\r\n", b"0", b"5", b"hello", b"-1",
        b"\r", b"\n", b"\x00", b"A: b\r\n", b" folded\r\n", b"ffffffffffffffffffff", b";", b"{}",
    ]),
    max_size=14,
).map(b"".join)  # fmt: skip


def reader():
    """One whose request has been sent."""
    made = ResponseReader()
    for _ in request(made.connection, ARRIVAL, in_memory(b"x"), b""):
        pass
    return made


def read(*pieces):
    """The body, None if more must come."""
    made = reader()
    for piece in pieces:
        if (body := made.feed(piece)) is not None:
            return body
    return None


def outcome(*pieces):
    made = reader()
    try:
        for piece in pieces:
            if (body := made.feed(piece)) is not None:
                return body
        return made.end()
    except BadAnswer as bad:
        assert str(bad).isprintable() and len(str(bad)) < 100
        return "refused"


def cut(octets, size):
    return [octets[i : i + size] for i in range(0, len(octets), size)]


@pytest.mark.parametrize("response", [http(b"hello world"), CHUNKED, b"HTTP/1.1 100 Continue\r\n\r\n" + CHUNKED])
@given(size=st.integers(1, 50))
def test_however_the_octets_are_cut_the_body_is_the_same(response, size):
    assert read(*cut(response, size)) == b"hello world"


def test_without_a_length_the_end_of_the_connection_is_the_end():
    made = reader()
    assert made.feed(HEAD + b"\r\nhello") is None
    assert made.end() == b"hello"


@pytest.mark.parametrize("keep", [0, 5, 20, 60, -1])
def test_one_that_is_cut_off_is_none(keep):
    assert outcome(http(b"hello")[:keep]) == "refused"


@pytest.mark.parametrize(
    "octets",
    [
        b"junk\r\n\r\n", b"\x00" * 100, HEAD + b"Content-Length: -1\r\n\r\n", HEAD + b"Content-Length: 1\r\n"
        b"Content-Length: 2\r\n\r\nxx", HEAD + b"A\r\n b\r\n\r\n", http(b"no", b"403 Forbidden"),
        http(b"no", b"500 Oops"), http(b"", b"204 No Content"), b"HTTP/2 200\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", HEAD + b"A: " + b"x" * 20_000,
    ],
    ids=lambda octets: repr(octets[:30]),
)  # fmt: skip
def test_what_is_no_good_response_is_refused(octets):
    assert outcome(octets) == "refused"


@pytest.mark.parametrize(
    "piece", [b"x" * 5000, b"HTTP/1.1 100 Continue\r\n\r\n", b"1\r\nx\r\n", b"A: b\r\n"], ids=lambda p: repr(p[:8])
)
def test_one_without_an_end_is_refused_before_it_costs_much(piece):
    start = {
        b"1\r\nx\r\n": HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n": b"",
        b"A: b\r\n": HEAD,
    }.get(piece, HEAD + b"\r\n")  # fmt: skip
    made, fed = reader(), len(start)
    made.feed(start)
    with pytest.raises(BadAnswer):
        while True:
            made.feed(piece * 10)
            fed += len(piece) * 10
    assert fed <= RESPONSE_LIMIT
    assert made.events <= EVENTS_LIMIT + 1


@given(PIECES, st.integers(1, 9))
def test_whatever_comes_it_is_read_or_refused_and_never_read_otherwise_in_pieces(octets, size):
    assert outcome(*cut(octets, size)) == outcome(octets)
