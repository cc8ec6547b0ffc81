"""An rspamd that says what a test wants it to say, on loopback."""

import json
from typing import Any

from gatepost.testing.listening import LoopbackServer, Wire
from gatepost.testing.scripted import Act, Piece, perform


def answer(score: float = 0.0, action: str = "no action", **more: Any) -> dict[str, Any]:
    """What it says, as it was seen to."""
    found = {"is_skipped": False, "score": score, "required_score": 15.0, "action": action, "symbols": {}}
    return {**found, **more}


def http(body: bytes, status: bytes = b"200 OK", header: bytes = b"") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n" + header + length + b"\r\n" + body


def says(score: float = 0.0, action: str = "no action", **more: Any) -> bytes:
    return http(json.dumps(answer(score, action, **more)).encode())


class ScriptedRspamd(LoopbackServer):
    """Attributes: `heads` of requests, `bodies` that came whole.

    Args:
        answers: to the first request, the second …; the last one is that of all further ones.
        reads: octets of a body that it takes before it answers; None = all.
    """

    def __init__(self, *answers: Piece, reads: int | None = None) -> None:
        super().__init__()
        self.answers, self.reads = answers, reads
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://{self.where}"

    async def converse(self, wire: Wire, index: int) -> None:
        head = await wire.until(b"\r\n\r\n")
        self.heads.append(head)
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        body = await wire.exactly(length if self.reads is None else self.reads)
        if self.reads is None:
            self.bodies.append(body)
        step = self.answers[min(index, len(self.answers) - 1)]
        if step is not Act.CLOSE:
            await perform(wire, step)
            await wire.flush()
