"""What ICAP servers say: the same however it is cut; clean only by 204, or by the very content sent back."""

from gatepost.adapters.engines.icap.reader import BadResponse, Response, ResponseReader
from gatepost.adapters.engines.icap.requests import options_of
from gatepost.adapters.engines.icap.verdict import Told, verdict
from gatepost.adapters.engines.sample import in_memory

SAMPLE = in_memory(b"hello")
HTTP = b"HTTP/1.1 200 OK\r\n\r\n"
PAGE = b"HTTP/1.1 403 Forbidden\r\n\r\n"
SEEDS = (
    b'ICAP/1.0 204 No Content\r\nISTag: "x"\r\n\r\n',
    b"ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, res-body=%d\r\n\r\n" % len(HTTP) + HTTP + b"5\r\nhello\r\n0\r\n\r\n",
    b"ICAP/1.0 200 OK\r\nX-Infection-Found: Type=0; Resolution=2; Threat=Eicar;\r\n"
    b"Encapsulated: res-hdr=0, null-body=%d\r\n\r\n" % len(PAGE) + PAGE,
    b"ICAP/1.0 200 OK\r\nMethods: RESPMOD\r\nPreview: 1024\r\nAllow: 204\r\nOptions-TTL: 60\r\n"
    b"Encapsulated: null-body=0\r\n\r\n",
    b"ICAP/1.0 100 Continue\r\n\r\n",
    b"ICAP/1.0 200 OK\r\nX-Violations-Found: 1\r\n a\r\n b\r\n 0\r\n 0\r\n\r\n",
)
PIECES = (
    b"ICAP/1.0 ", b"HTTP/1.1 ", b"200 OK", b"204 ", b"\r\n", b"\r\n\r\n", b"Encapsulated: ", b"res-hdr=0",
    b"res-body=0", b"null-body=", b"0\r\n\r\n", b"5\r\nhello\r\n", b";ext",
    b"ffffffff\r\n", b"X-Virus-ID: ", b": ", b"\n", b"\x00",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    whole = read(data)
    assert read(*(data[i : i + 7] for i in range(0, len(data), 7))) == whole
    if whole is None:
        return
    try:
        told = verdict(whole, SAMPLE)
    except BadResponse as bad:
        assert str(bad).isprintable()
    else:
        if told == Told():
            assert whole.status == 204 or (whole.body, whole.digest) == (SAMPLE.size, SAMPLE.digest)
        assert not (told.infected + told.unscannable) or (told.infected + told.unscannable).isprintable()
    try:
        options = options_of(whole)
    except BadResponse:
        return
    assert options.ttl >= 0 and (options.preview is None or options.preview >= 0)


def read(*pieces: bytes) -> Response | None:
    """None for what is refused, or has not ended."""
    reader = ResponseReader()
    try:
        for piece in pieces:
            reader.feed(piece)
    except BadResponse:
        return None
    return reader.response
