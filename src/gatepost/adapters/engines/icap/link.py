"""One connection to an ICAP server: a request, its response, and so on as long as both sides want (RFC 3507 §4.2)."""

import asyncio
from collections.abc import Iterator

from gatepost.adapters.engines.flow import Flow
from gatepost.adapters.engines.icap.reader import BadResponse, Response, ResponseReader
from gatepost.adapters.engines.turns import Failed


class Link(Flow):
    """Owned by the scanner that opened it; used for one request at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.reader: ResponseReader | None = None
        self.answer: asyncio.Future[Response] = loop.create_future()
        self.problem = ""  # why it is of no use any more
        self.heard = False  # something came in answer to the request
        self.idle_since = 0.0

    @property
    def is_usable(self) -> bool:
        return not self.problem and self.transport is not None and not self.transport.is_closing()

    def data_received(self, data: bytes) -> None:
        if self.reader is None:
            self.fail("says something unasked")
            return
        self.heard = True
        try:
            self.reader.feed(data)
        except BadResponse as bad:
            self.fail(str(bad))
            return
        if self.reader.response is not None:
            self.settle(self.reader)

    def settle(self, reader: ResponseReader) -> None:
        self.reader = None
        if reader.buffer:
            self.fail("says more than it was asked")
        elif reader.response is not None and not self.answer.done():
            self.answer.set_result(reader.response)
        self.go_on()

    def eof_received(self) -> bool:
        self.fail("closed the connection")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(f"connection lost: {exc}" if exc else "closed the connection")

    def fail(self, reason: str) -> None:
        self.problem = self.problem or reason
        if not self.answer.done():
            self.answer.set_exception(Failed(reason))
            self.answer.exception()  # who asked may have left
        self.go_on()

    async def ask(self, pieces: Iterator[bytes]) -> Response:
        """The response to a request, or to what is left of one. Raises `Failed`."""
        if not self.is_usable:
            raise Failed(self.problem or "closed the connection")
        self.reader, self.answer = ResponseReader(), self.loop.create_future()
        whole = await self.send(pieces)
        response = await self.answer
        if not whole or response.is_last:
            self.problem = "the connection is used up"
        return response

    async def send(self, pieces: Iterator[bytes]) -> bool:
        """As fast as the server takes them; False if it answered before the end."""
        for piece in pieces:
            if self.answer.done() or self.transport is None:
                return False
            await self.write(piece)
        return True

    def close(self) -> None:
        self.problem = self.problem or "closed"
        if self.transport is not None:
            self.transport.abort()
