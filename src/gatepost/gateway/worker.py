"""One worker: its listeners' doors, open until it is told to drain.

Draining accepts nothing new, lets open transactions end, and says 421 to whoever is between two of them
(RFC 5321 §3.8). The process around it, its signals and its heartbeat, are `app`'s.
"""

import asyncio
from collections.abc import Sequence
from socket import SO_SNDBUF, SOL_SOCKET, socket

from gatepost.gateway.admission import Admission, Room
from gatepost.gateway.connection import Connection
from gatepost.gateway.listener import Listener
from gatepost.gateway.opening import Door
from gatepost.gateway.session import SHUTTING_DOWN
from gatepost.gateway.wheel import Wheel

SEND_BUFFER = 64 * 1024  # octets of replies the kernel may hold for a client that does not read; left alone, 4 MiB
BACKLOG = 4096  # connections the kernel may hold for us; the sockets come bound, some come listening
LOOK = 0.2  # seconds between looks for sessions that have ended their message, while draining
BEGIN = 5.0  # seconds that a client who has just connected has to begin, while draining


class Worker:
    """Owned by one event loop.

    Args:
        listeners: with the sockets that each listens on.
        room: connections that may be open at once, by descriptors.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, listeners: Sequence[tuple[Listener, Sequence[socket]]], room: Room
    ) -> None:
        self.loop = loop
        self.listeners = listeners
        self.room = room
        self.wheel = Wheel(loop)
        self.admissions = [Admission(listener, room) for listener, _ in listeners]
        self.servers: list[asyncio.AbstractServer] = []
        self.sending_home: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Accept on every socket."""
        for (listener, sockets), admission in zip(self.listeners, self.admissions, strict=True):
            door = Door(listener, admission, self.wheel)
            for sock in sockets:
                sock.setsockopt(SOL_SOCKET, SO_SNDBUF, SEND_BUFFER)  # accepted ones inherit it
                self.servers.append(await self.loop.create_server(door, sock=sock, backlog=BACKLOG))

    async def drain(self, patience: float | None) -> int:
        """Accept no more and wait, up to `patience` seconds if not None; how many connections were still open then."""
        for listener, _ in self.listeners:
            listener.draining = True
        for server in self.servers:
            server.close()
        self.send_home()
        emptied = asyncio.Event()
        self.room.on_empty = emptied.set
        if self.room.taken:
            await asyncio.wait((self.loop.create_task(emptied.wait()),), timeout=patience)
        if self.sending_home is not None:
            self.sending_home.cancel()
        self.wheel.stop()
        return self.room.taken

    def send_home(self) -> None:
        """Whoever is between two messages hears 421, now and as they end; who has just come may send his first one."""
        now = self.loop.time()
        for admission in self.admissions:
            for connection in tuple(admission.idle):
                if isinstance(connection, Connection) and (
                    connection.session.messages or now - connection.active >= BEGIN
                ):
                    connection.part_with(SHUTTING_DOWN)
        self.sending_home = self.loop.call_later(LOOK, self.send_home)

    def cut_off(self) -> None:
        """No more patience: whoever is between commands hears 421, the rest is closed with the process."""
        for admission in self.admissions:
            for connection in tuple(admission.idle):
                if isinstance(connection, Connection):
                    connection.part_with(SHUTTING_DOWN)
