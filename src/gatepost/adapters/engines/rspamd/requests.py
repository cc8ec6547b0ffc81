"""How is rspamd asked (POST /checkv2)? The message as the body, how it came in header fields of the request."""

from collections.abc import Iterator

import h11

from gatepost.adapters.engines.arrival import Arrival
from gatepost.ports.scanner import Sample

TARGET = b"/checkv2"
Headers = list[tuple[bytes, bytes]]


def headers(arrival: Arrival, size: int, password: bytes) -> Headers:
    """Nothing of it is empty; h11 refuses line ends and NUL in addition.

    Args:
        size: octets of the body.
        password: b"" for none.
    """
    said = [
        ("IP", arrival.ip), ("Helo", arrival.helo), ("Hostname", arrival.name), ("From", f"<{arrival.sender}>"),
        *(("Rcpt", f"<{recipient}>") for recipient in arrival.recipients),
        ("Queue-Id", arrival.transaction), ("User", arrival.user),
    ]  # fmt: skip
    return [
        (b"Host", b"localhost"), (b"Content-Length", str(size).encode("ascii")), (b"Connection", b"close"),
        *((name.encode("ascii"), value.encode()) for name, value in said if value),
        *([(b"Password", password)] if password else []),
    ]  # fmt: skip


def request(connection: h11.Connection, arrival: Arrival, sample: Sample, password: bytes) -> Iterator[bytes]:
    """All octets of it, piece by piece. Raises OSError."""
    head = h11.Request(method=b"POST", target=TARGET, headers=headers(arrival, sample.size, password))
    yield connection.send(head) or b""
    for chunk in sample.chunks():
        yield connection.send(h11.Data(data=chunk)) or b""
    yield connection.send(h11.EndOfMessage()) or b""
