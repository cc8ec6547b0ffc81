"""An ICAP server that says what a test wants it to say, on loopback."""

from gatepost.testing.listening import LoopbackServer, Wire
from gatepost.testing.scripted import Act, Piece, perform

OPTIONS = (
    b'ICAP/1.0 200 OK\r\nMethods: RESPMOD\r\nService: scripted\r\nISTag: "one"\r\nAllow: 204\r\nPreview: 16\r\n'
    b"Encapsulated: null-body=0\r\n\r\n"
)
CONTINUE = b"ICAP/1.0 100 Continue\r\n\r\n"
CLEAN = b'ICAP/1.0 204 No Content\r\nISTag: "one"\r\n\r\n'
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n"


def infected(*fields: bytes) -> bytes:
    """A page instead of the content, with these fields."""
    head = b"".join(field + b"\r\n" for field in fields)
    return (
        b'ICAP/1.0 200 OK\r\nISTag: "one"\r\n' + head
        + b"Encapsulated: res-hdr=0, res-body=%d\r\n\r\n" % len(FORBIDDEN) + FORBIDDEN + b"4\r\nstop\r\n0\r\n\r\n"
    )  # fmt: skip


def echoed(octets: bytes) -> bytes:
    http = b"HTTP/1.1 200 OK\r\n\r\n"
    return (
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, res-body=%d\r\n\r\n" % len(http)
        + http + b"%x\r\n%b\r\n0\r\n\r\n" % (len(octets), octets)
    )  # fmt: skip


class ScriptedIcap(LoopbackServer):
    """Attributes: `heads` of requests but OPTIONS, `samples`, the bodies that came whole; `asked` for OPTIONS.

    Args:
        answers: to the first scan, the second …; the last one is that of all further ones. After a preview that is
            not the whole it says `preview` first.
        options: the answer to OPTIONS.
    """

    def __init__(self, *answers: Piece, options: Piece = OPTIONS, preview: Piece = CONTINUE) -> None:
        super().__init__()
        self.answers, self.options, self.preview = answers, options, preview
        self.heads: list[bytes] = []
        self.samples: list[bytes] = []
        self.asked = 0
        self.closes = False  # after each answer

    async def converse(self, wire: Wire, index: int) -> None:
        while True:
            head = await wire.until(b"\r\n\r\n")
            if head.startswith(b"OPTIONS"):
                self.asked += 1
                step = self.options
            else:
                step = await self.answer(wire, head)
            if not await act(wire, step) or (self.closes and not head.startswith(b"OPTIONS")):
                return

    async def answer(self, wire: Wire, head: bytes) -> Piece:
        """Read a sample; what is to be said to it."""
        self.heads.append(head)
        for _ in range(head.count(b"-hdr=")):
            await wire.until(b"\r\n\r\n")
        body, is_whole = await chunks(wire)
        if b"Preview: " in head and not is_whole:
            if self.preview != CONTINUE:
                return self.preview
            await act(wire, self.preview)
            body += (await chunks(wire))[0]
        self.samples.append(body)
        return self.answers[min(len(self.heads), len(self.answers)) - 1]


async def chunks(wire: Wire) -> tuple[bytes, bool]:
    """All up to the chunk of nothing; whether that says that it was everything."""
    body = b""
    while True:
        size, _, extension = (await wire.until(b"\r\n")).partition(b";")
        piece = await wire.exactly(int(size, 16))
        assert await wire.exactly(2) == b"\r\n"
        if not piece:
            return body, extension.strip() == b"ieof"
        body += piece


async def act(wire: Wire, piece: Piece) -> bool:
    if piece is Act.CLOSE:
        return False
    await perform(wire, piece)
    await wire.flush()
    return True
