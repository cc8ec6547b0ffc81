"""One connection of a worker to the directory's process: a question, its answer, the next question."""

import asyncio
from typing import TypeVar

import msgspec

from gatepost.adapters.directory_ldap.wire import HEAD, BadFrame, Reply, Request, frame, length, replies
from gatepost.ports.unavailable import Unavailable

T = TypeVar("T")


class Gone(Unavailable):
    """The process ended, or was ended, before it answered."""


class Line(asyncio.Protocol):
    """Owned by one `LdapDirectory`; at most one question is under way."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.received = bytearray()
        self.answer: asyncio.Future[Reply] | None = None

    @property
    def is_open(self) -> bool:
        return self.transport is not None and not self.transport.is_closing()

    async def ask(self, request: Request, end: float) -> Reply:
        """Raises `Gone`; `Unavailable` at `end` (of the loop's clock), and then the connection is of no more use."""
        if self.transport is None or not self.is_open:
            raise Gone("the directory's process has gone")
        loop = asyncio.get_running_loop()
        self.answer = loop.create_future()
        deadline = loop.call_at(end, settle, self.answer, Unavailable("the directory did not answer in time"))
        is_answered = False
        try:
            self.transport.write(frame(request))
            reply = await self.answer
            is_answered = True
            return reply
        finally:
            deadline.cancel()
            self.answer = None
            if not is_answered:  # whatever still came would be taken for the next question's answer
                self.close()

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a stream has no other
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        try:
            reply = self.next_reply()
        except (BadFrame, msgspec.DecodeError):
            self.close()
            return
        if reply is None:
            return
        if self.received or self.answer is None or self.answer.done():
            self.close()  # more than was asked for
        else:
            self.answer.set_result(reply)

    def next_reply(self) -> Reply | None:
        if len(self.received) < HEAD:
            return None
        size = length(self.received)
        if len(self.received) < HEAD + size:
            return None
        body = bytes(self.received[HEAD : HEAD + size])
        del self.received[: HEAD + size]
        reply: Reply = replies.decode(body)
        return reply

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.answer is not None:
            settle(self.answer, Gone("the directory's process has gone"))


def settle(future: "asyncio.Future[T]", error: Unavailable) -> None:
    if not future.done():
        future.set_exception(error)
