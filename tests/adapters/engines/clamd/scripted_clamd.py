"""A clamd that says what a test wants it to say, on loopback."""

from gatepost.testing.listening import LoopbackServer, Wire
from gatepost.testing.scripted import Act, Piece, perform

VERSION = b"ClamAV 1.4.3/27800/Mon Nov 24 08:11:05 2025\0"


class ScriptedClamd(LoopbackServer):
    """Attributes: `samples`, the octets of each INSTREAM that came whole.

    Args:
        scans: what it does at the first scan, the second …; the last one is that of all further ones.
        version: the same at VERSION, always.
        reads: how many octets of a sample it takes before it answers; None = all.
    """

    def __init__(self, *scans: Piece, version: Piece = VERSION, reads: int | None = None) -> None:
        super().__init__()
        self.scans, self.said_version, self.reads = scans, version, reads
        self.samples: list[bytes] = []
        self.scanned = 0

    async def converse(self, wire: Wire, index: int) -> None:
        command = await wire.until(b"\0")
        if command == b"zVERSION":
            await self.act(wire, self.said_version)
            return
        assert command == b"zINSTREAM", command
        step = self.scans[min(self.scanned, len(self.scans) - 1)]
        self.scanned += 1
        if self.reads is None:
            self.samples.append(await sample(wire))
        else:
            await wire.exactly(self.reads)
        await self.act(wire, step)

    async def act(self, wire: Wire, piece: Piece) -> None:
        if piece is not Act.CLOSE:
            await perform(wire, piece)
            await wire.flush()


async def sample(wire: Wire) -> bytes:
    read = b""
    while size := int.from_bytes(await wire.exactly(4), "big"):
        read += await wire.exactly(size)
    return read
