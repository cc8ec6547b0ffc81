"""How does a worker hand its traces over without ever holding mail up for long, or losing one silently?"""

import asyncio
import os
from collections import deque
from socket import MSG_DONTWAIT, SO_SNDBUF, SOL_SOCKET, socket

from gatepost.adapters.journal.wire import HEADER, TRACE_LIMIT, pack, stamp
from gatepost.model.trace import Trace

WAITING_LIMIT = 16 * 1024 * 1024  # octets of traces that may wait for room in one worker


class Waiting:
    """One packet that waits for room; `done` says whether it was handed over."""

    __slots__ = ("deadline", "done", "packet")

    def __init__(self, packet: bytearray, done: asyncio.Future[bool], deadline: float) -> None:
        self.packet, self.done, self.deadline = packet, done, deadline


class JournalClient:
    """`ports.journal.Journal` over one end of `wire.pair()`; owned by one worker process and its loop.

    Args:
        sock: the worker's end; it outlives the worker in the supervisor.
        bound: seconds `record_later` waits at most.
        waiting_limit: octets that may wait at once; beyond it a trace is lost at once, and counted.
    """

    def __init__(self, sock: socket, *, bound: float = 2.0, waiting_limit: int = WAITING_LIMIT) -> None:
        self.sock = sock
        self.bound = bound
        self.waiting_limit = waiting_limit
        self.source = int.from_bytes(os.urandom(8), "little")
        self.sent = 0
        self.lost = 0
        self.packet = bytearray(HEADER.size)
        # A socket nobody made roomy takes fewer octets in one packet than a trace may have.
        self.limit = min(TRACE_LIMIT, sock.getsockopt(SOL_SOCKET, SO_SNDBUF) * 3 // 4 - 1024)
        self.queue: deque[Waiting] = deque()
        self.waiting_octets = 0
        self.timer: asyncio.TimerHandle | None = None

    def record(self, trace: Trace) -> bool:
        """In the kernel's hands when True; False = no room just now (or others wait for it already)."""
        try:
            return not self.queue and self.pack(trace, self.packet) and self.send(self.packet)
        except OSError:
            return False

    async def record_later(self, trace: Trace) -> bool:
        """Waits for room, at most `bound` seconds; False = lost, and counted in the next packet."""
        packet = bytearray(HEADER.size)
        if not self.pack(trace, packet) or self.waiting_octets + len(packet) > self.waiting_limit:
            self.lost += 1
            return False
        loop = asyncio.get_running_loop()
        waiting = Waiting(packet, loop.create_future(), loop.time() + self.bound)
        self.queue.append(waiting)
        self.waiting_octets += len(packet)
        if len(self.queue) == 1:
            self.flush(loop)
        return await waiting.done

    def pack(self, trace: Trace, packet: bytearray) -> bool:
        """Encode; False for a trace that is no valid one: a bug, but never the client's problem."""
        try:
            pack(trace, packet, self.limit)
        except (TypeError, ValueError, OverflowError):
            return False
        return True

    def send(self, packet: bytearray) -> bool:
        """One packet, whole or not at all; False = no room. Raises OSError where waiting would not help."""
        stamp(packet, self.source, self.sent + 1, self.lost)
        try:
            self.sock.send(packet, MSG_DONTWAIT)
        except BlockingIOError:
            return False
        self.sent += 1
        return True

    def flush(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send what waits, oldest first, as long as there is room."""
        while self.queue:
            try:
                if not self.send(self.queue[0].packet):
                    break
                self.leave(True)
            except OSError:
                self.leave(False)
        self.settle(loop)

    def give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """The oldest has waited long enough."""
        now = loop.time()
        while self.queue and self.queue[0].deadline <= now:
            self.leave(False)
        self.settle(loop)

    def leave(self, handed_over: bool) -> None:
        """The oldest waits no longer; its session may have been cancelled meanwhile."""
        waiting = self.queue.popleft()
        self.waiting_octets -= len(waiting.packet)
        self.lost += not handed_over
        if not waiting.done.done():
            waiting.done.set_result(handed_over)

    def settle(self, loop: asyncio.AbstractEventLoop) -> None:
        """Go on waiting for the oldest that is left, or stop."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.queue:
            loop.add_writer(self.sock.fileno(), self.flush, loop)
            self.timer = loop.call_at(self.queue[0].deadline, self.give_up, loop)
        else:
            loop.remove_writer(self.sock.fileno())
