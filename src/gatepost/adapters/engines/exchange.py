"""How is an engine asked one thing? A connection, a request, its answer, and the end of the connection.

What the answer looks like is a reader's matter; here are the sockets.
"""

import asyncio
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from gatepost.adapters.engines.dialling import dial
from gatepost.adapters.engines.flow import Flow
from gatepost.adapters.engines.settings import EngineAddress
from gatepost.adapters.engines.turns import Failed

T = TypeVar("T")
A = TypeVar("A", covariant=True)
CHUNK = 128 * 1024  # octets written at a time


class BadAnswer(Exception):
    """It is no answer to what was asked; says why, printable and bounded."""


class AnswerReader(Protocol[A]):
    """Octets in, one answer out. It bounds what it keeps."""

    def feed(self, octets: bytes) -> A | None:
        """The answer once it is whole. Raises `BadAnswer`."""

    def end(self) -> A:
        """The other side has said all that it will. Raises `BadAnswer` if that is not a whole answer."""


class Link(Flow, Generic[T]):
    """One connection. Owned by `exchange`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, reader: AnswerReader[T]) -> None:
        super().__init__(loop)
        self.reader = reader
        self.answer: asyncio.Future[T] = loop.create_future()

    def data_received(self, data: bytes) -> None:
        if self.answer.done():
            return
        try:
            answer = self.reader.feed(data)
        except BadAnswer as bad:
            self.fail(str(bad))
        else:
            if answer is not None:
                self.succeed(answer)

    def eof_received(self) -> bool:
        if not self.answer.done():
            try:
                self.succeed(self.reader.end())
            except BadAnswer as bad:
                self.fail(str(bad))
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(f"connection lost: {exc}" if exc else "closed the connection before it had answered")

    def succeed(self, answer: T) -> None:
        self.answer.set_result(answer)
        self.go_on()

    def fail(self, reason: str) -> None:
        if not self.answer.done():
            self.answer.set_exception(Failed(reason))
            self.answer.exception()  # who asked may have left
        self.go_on()

    async def send(self, pieces: Iterator[bytes]) -> None:
        """All of them, as fast as they are taken; fewer if the answer is there before."""
        for piece in pieces:
            for at in range(0, len(piece), CHUNK):
                if self.answer.done():
                    return
                await self.write(piece[at : at + CHUNK])

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()
        if not self.answer.done():
            self.answer.cancel()


async def exchange(address: EngineAddress, pieces: Iterator[bytes], reader: AnswerReader[T], patience: float) -> T:
    """The answer to these octets.

    Args:
        patience: seconds for the connection; those for the answer are the caller's.

    Raises:
        Failed: no connection, or no answer that is one.
    """
    link = Link(asyncio.get_running_loop(), reader)
    try:
        await dial(address, lambda: link, patience)
        await link.send(pieces)
        return await link.answer
    finally:
        link.close()
