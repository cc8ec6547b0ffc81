"""How is a connection written to, no faster than the other side reads?"""

import asyncio


class Flow(asyncio.Protocol):
    """One connection. What comes in is a subclass's matter, which calls `go_on` once nobody need wait any more."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.transport: asyncio.Transport | None = None
        self.drained: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a socket has no other
        self.transport = transport

    def pause_writing(self) -> None:
        self.drained = self.loop.create_future()

    def resume_writing(self) -> None:
        self.go_on()

    def go_on(self) -> None:
        if self.drained is not None and not self.drained.done():
            self.drained.set_result(None)

    async def write(self, piece: bytes) -> None:
        """Returns when there is room for more; writes nothing where there is no connection."""
        if self.transport is None:
            return
        self.transport.write(piece)
        if self.drained is not None:
            await self.drained
            self.drained = None
