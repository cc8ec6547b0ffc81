"""What rspamd says: the same however it is cut; a score that is one, or no answer."""

import math

import h11

from gatepost.adapters.engines.exchange import BadAnswer
from gatepost.adapters.engines.rspamd.answers import MOST_RULES, NAME_LIMIT, opinion
from gatepost.adapters.engines.rspamd.reader import ResponseReader

BODY = (
    b'{"is_skipped":false,"score":8.3,"required_score":15.0,"action":"add header","symbols":{"A":{"name":"A",'
    b'"score":1.0,"options":["x"]},"B":{"score":-1.5}},"thresholds":{"reject":15.0,"add header":6.0},"time_real":0.1}'
)
SEEDS = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
    b'HTTP/1.1 403 No\r\nContent-Length: 14\r\n\r\n{"error":"no"}',
)
PIECES = (
    b"HTTP/1.1 ", b"200 OK", b"\r\n", b"\r\n\r\n", b"Content-Length: ", b"0\r\n\r\n", b"5\r\nhello\r\n", b";ext",
    b'"score":', b"1e999", b"NaN", b"-1", b"null", b'"action":"reject"', b"{", b"}", b"[", b"\n", b"\x00", b"\xff",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    whole = read(data)
    assert read(*(data[i : i + 7] for i in range(0, len(data), 7))) == whole
    for body in (data, whole or b""):
        try:
            found = opinion("rspamd", body)
        except BadAnswer as bad:
            assert str(bad).isprintable()
        else:
            assert math.isfinite(found.score) and 0 < found.threshold < math.inf
            assert len(found.rules) <= MOST_RULES and all(len(name) <= NAME_LIMIT for name in found.rules)
            assert "".join(found.rules).isascii()


def read(*pieces: bytes) -> bytes | None:
    """The body; None for what is refused."""
    reader = ResponseReader()
    reader.connection.send(h11.Request(method="POST", target="/checkv2", headers=[("Host", "x")]))
    reader.connection.send(h11.EndOfMessage())
    try:
        for piece in pieces:
            if (body := reader.feed(piece)) is not None:
                return body
        return reader.end()
    except BadAnswer as bad:
        assert str(bad).isprintable()
        return None
