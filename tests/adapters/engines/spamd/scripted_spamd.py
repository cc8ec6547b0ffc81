"""A spamd that says what a test wants it to say, on loopback."""

from gatepost.testing.listening import LoopbackServer, Wire
from gatepost.testing.scripted import Act, Piece, perform


def says(score: float = 1000.0, threshold: float = 5.0, rules: bytes = b"GTUBE,NO_RECEIVED") -> bytes:
    verdict = b"True" if score >= threshold else b"False"
    return (
        b"SPAMD/1.1 0 EX_OK\r\nContent-length: %d\r\n" % (len(rules) + 2)
        + b"Spam: %s ; %.1f / %.1f\r\n\r\n" % (verdict, score, threshold) + rules + b"\r\n"
    )  # fmt: skip


class ScriptedSpamd(LoopbackServer):
    """Attributes: `heads` of requests, `bodies` that came whole.

    Args:
        answers: to the first request, the second …; the last one is that of all further ones.
    """

    def __init__(self, *answers: Piece) -> None:
        super().__init__()
        self.answers = answers
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []

    async def converse(self, wire: Wire, index: int) -> None:
        head = await wire.until(b"\r\n\r\n")
        self.heads.append(head)
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        self.bodies.append(await wire.exactly(length))
        step = self.answers[min(index, len(self.answers) - 1)]
        if step is not Act.CLOSE:
            await perform(wire, step)
            await wire.flush()
