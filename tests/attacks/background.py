"""A server of `gatepost.testing` in a thread of its own, for tests whose client blocks."""

import asyncio
import threading
from types import TracebackType
from typing import Generic, Self, TypeVar

from gatepost.testing.listening import LoopbackServer

Server = TypeVar("Server", bound=LoopbackServer)
START = 10.0  # seconds


class Background(Generic[Server]):
    """Runs `server` until left; its attributes may be read from outside, they only grow while it runs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()

    def start(self) -> Self:
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.server.start(), self.loop).result(START)
        return self

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.server.stop(), self.loop).result(START)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(START)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
