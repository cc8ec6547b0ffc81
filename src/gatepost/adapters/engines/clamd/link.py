"""How is clamd asked? One connection for each question (clamd(8)); its answer ends with NUL.

A Unix socket carries the open file itself (FILDES, SCM_RIGHTS in unix(7)): clamd reads it where it lies. TCP carries
the octets (INSTREAM). No name of a file ever goes over: what clamd runs on FOUND could be tricked with it.
"""

import array
import asyncio
import socket
from collections.abc import Iterator

from gatepost.adapters.engines.clamd.replies import REPLY_LIMIT
from gatepost.adapters.engines.dialling import dial, unix_socket
from gatepost.adapters.engines.flow import Flow
from gatepost.adapters.engines.settings import EngineAddress
from gatepost.adapters.engines.turns import Failed, why

CHUNK = 128 * 1024  # octets of a chunk of INSTREAM
LOOKS = 2  # turns of the loop between two writes
FILDES, INSTREAM, VERSION, PING = b"zFILDES\0", b"zINSTREAM\0", b"zVERSION\0", b"zPING\0"
END = bytes(4)


class CutShort(Failed):
    """The connection was lost while the sample was being sent: an answer may have been lost with it."""


class Link(Flow):
    """One connection, one reply."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.buffer = b""
        self.reply: asyncio.Future[bytes] = loop.create_future()
        self.is_sending = False

    def data_received(self, data: bytes) -> None:
        if self.reply.done():
            return
        self.buffer += data
        end = self.buffer.find(b"\0")
        if end >= 0:
            self.answer(self.buffer[:end])
        elif len(self.buffer) > REPLY_LIMIT:
            self.fail("its reply has no end")

    def eof_received(self) -> bool:
        self.fail("closed the connection before it had answered")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(f"connection lost: {exc}" if exc else "closed the connection before it had answered")

    def answer(self, reply: bytes) -> None:
        self.reply.set_result(reply)
        self.go_on()

    def fail(self, reason: str) -> None:
        if not self.reply.done():
            self.reply.set_exception(CutShort(reason) if self.is_sending else Failed(reason))
            self.reply.exception()  # who asked may have left
        self.go_on()

    async def send(self, pieces: Iterator[bytes]) -> None:
        """All of them, as fast as clamd takes them; fewer if it answers before the end."""
        self.is_sending = True
        for piece in pieces:
            if self.reply.done() or self.transport is None:
                return
            await self.write(piece)
            for _ in range(LOOKS):  # who has heard enough answers and resets: a write would fail, and take that along
                await asyncio.sleep(0)
        self.is_sending = False

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()
        if not self.reply.done():
            self.reply.cancel()


async def question(address: EngineAddress, pieces: Iterator[bytes], connect_timeout: float) -> bytes:
    """What is answered to these octets. Raises `Failed`."""
    link = Link(asyncio.get_running_loop())
    try:
        await dial(address, lambda: link, connect_timeout)
        await link.send(pieces)
        return await link.reply
    finally:
        link.close()


async def question_with_file(address: EngineAddress, file: int, connect_timeout: float) -> bytes:
    """What is answered to FILDES with this descriptor, over a Unix socket. Raises `Failed`."""
    loop = asyncio.get_running_loop()
    link = Link(loop)
    try:
        async with asyncio.timeout(connect_timeout):
            connected = await unix_socket(address.path)
            try:
                hand_over(connected, file)
            except OSError:
                connected.close()
                raise
            await loop.create_unix_connection(lambda: link, sock=connected)
        return await link.reply
    except TimeoutError:
        raise Failed("no connection in time") from None
    except OSError as error:
        raise Failed(why(error)) from error
    finally:
        link.close()


def hand_over(connected: socket.socket, file: int) -> None:
    """Fits into the buffer of a new connection, so that it never blocks."""
    rights = array.array("i", [file])
    connected.sendmsg([FILDES, b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])


def stream(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """INSTREAM with these octets: each chunk behind its length in four octets, an empty one at the end."""
    yield INSTREAM
    for chunk in chunks:
        for start in range(0, len(chunk), CHUNK):
            piece = chunk[start : start + CHUNK]
            yield len(piece).to_bytes(4, "big") + piece
    yield END
