"""How the servers of this package listen: on loopback, each connection in a coroutine, all ended by `stop`."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress

READ = 64 * 1024  # octets a read asks for


class Wire:
    """One accepted connection with a buffer of its own, so that what has not been read yet can be seen."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.buffer = b""
        self.unsent: list[bytes] = []

    def say(self, octets: bytes) -> None:
        """Sent when more is waited for: replies to pipelined commands go out together (RFC 2920 §3.2)."""
        self.unsent.append(octets)

    async def flush(self) -> None:
        octets, self.unsent = b"".join(self.unsent), []
        if octets:
            self.writer.write(octets)
        await self.writer.drain()

    async def more(self) -> None:
        """Wait for octets. Raises `EOFError` at the end."""
        await self.flush()
        octets = await self.reader.read(READ)
        if not octets:
            raise EOFError
        self.buffer += octets

    async def until(self, end: bytes) -> bytes:
        """What comes before the first `end`; that one is taken away too. Linear however long it is."""
        read, self.buffer = bytearray(self.buffer), b""
        start = 0
        while (at := read.find(end, start)) < 0:
            start = max(len(read) - len(end) + 1, 0)
            await self.more()
            read += self.buffer
            self.buffer = b""
        self.buffer = bytes(read[at + len(end) :])
        return bytes(read[:at])

    async def exactly(self, octets: int) -> bytes:
        pieces, missing = [self.buffer[:octets]], octets - len(self.buffer)
        self.buffer = self.buffer[octets:]
        while missing > 0:
            await self.more()
            pieces.append(self.buffer[:missing])
            self.buffer, missing = self.buffer[missing:], missing - len(self.buffer)
        return b"".join(pieces)


class LoopbackServer(ABC):
    """Base of the servers; `converse` holds the dialogue of one connection.

    `async with` starts and stops it. Attributes: `port` once started, `connections` accepted so far.
    """

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.server: asyncio.Server | None = None
        self.open: set[asyncio.Task[None]] = set()

    @property
    def where(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - streams call this in a task of its own
        self.open.add(task)
        self.connections += 1
        try:
            with suppress(EOFError, OSError):  # the other side went away, or a TLS handshake failed
                wire = Wire(reader, writer)
                await self.converse(wire, self.connections - 1)
                await wire.flush()
        except asyncio.CancelledError:
            pass  # stopped
        finally:
            self.open.discard(task)
            writer.close()

    @abstractmethod
    async def converse(self, wire: Wire, index: int) -> None:
        """The dialogue of the connection accepted as number `index`, counted from 0."""

    async def stop(self) -> None:
        """No new connections; those that are open are cut."""
        if self.server is not None:
            self.server.close()
        for task in tuple(self.open):
            task.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)

    async def __aenter__(self) -> "LoopbackServer":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
