"""How long does a whole session of a legitimate client take, one after another?"""

import socket
import time
from collections.abc import Iterator

from bench.load import RECIPIENT
from tests.servers.loopback import HOST

SESSIONS, SECONDS, TIMEOUT = 200, 15.0, 5.0
CONTENT = b"From: ann@sender.test\r\nSubject: hello\r\n\r\n" + (b"y" * 70 + b"\r\n") * 55 + b".\r\n"
DIALOGUE = (
    (b"", b"220"),
    (b"EHLO client.sender.test\r\n", b"250"),
    (b"MAIL FROM:<ann@sender.test>\r\n", b"250"),
    (f"RCPT TO:<{RECIPIENT}>\r\n".encode(), b"250"),
    (b"DATA\r\n", b"354"),
    (CONTENT, b"250"),
    (b"QUIT\r\n", b"221"),
)


def session(port: int) -> None:
    with socket.create_connection((HOST, port), TIMEOUT) as client, client.makefile("rb") as replies:
        for says, code in DIALOGUE:
            client.sendall(says)
            while (line := replies.readline()).startswith(code) and line[3:4] == b"-":
                continue
            if not line.startswith(code):
                raise ConnectionError(f"{line[:80]!r} to {says[:30]!r}")


def timed(port: int) -> Iterator[float | None]:
    """Milliseconds of each session; None for one that failed."""
    end = time.monotonic() + SECONDS
    for _ in range(SESSIONS):
        if time.monotonic() > end:
            return
        start = time.perf_counter()
        try:
            session(port)
        except OSError:
            yield None
        else:
            yield (time.perf_counter() - start) * 1000


def latency(port: int) -> dict[str, float]:
    """Milliseconds; `failed` counts sessions."""
    everything = list(timed(port))
    times = sorted(taken for taken in everything if taken is not None) or [float("nan")]
    return {
        "p50": times[len(times) // 2],
        "p99": times[min(len(times) - 1, int(len(times) * 0.99))],
        "failed": everything.count(None),
    }
