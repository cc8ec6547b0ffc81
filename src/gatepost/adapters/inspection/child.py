"""What does a confined process do with one message after the other?"""

import gc
import os
import signal
import socket
import time

from gatepost.adapters.inspection.things import Matcher
from gatepost.adapters.inspection.walk import Walk
from gatepost.adapters.inspection.wire import HEAD, Orders, encoder
from gatepost.model.inspection import Inspection
from gatepost.syntax.header import unstuffed

GRACE = 1.5  # seconds of CPU beyond the allowance, until the kernel ends it


class Child:
    """Owned by its process.

    Args:
        line: to the worker.
        match: what finds rules in octets.
    """

    def __init__(self, line: socket.socket, orders: Orders, match: Matcher) -> None:
        self.line, self.orders, self.match = line, orders, match

    def run(self) -> None:
        """Until the worker ends, or as many messages as ordered."""
        for _ in range(self.orders.messages):
            octets, descriptors, _, _ = socket.recv_fds(self.line, 1, 1)
            if not octets or len(descriptors) != 1:
                return
            self.answer(self.inspect(unstuffed(whole(descriptors[0]))))
            gc.collect(1)

    def inspect(self, octets: bytes) -> Inspection:
        """Where its own budget does not stop it, a timer does, by which the process ends."""
        signal.setitimer(signal.ITIMER_PROF, self.orders.allowance.seconds + GRACE)
        try:
            walk = Walk(self.orders.allowance, self.orders.limits, self.match, time.process_time)
            return walk.inspect(octets)
        except MemoryError:
            return Inspection(over=("memory",), unscannable=("message: memory",))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def answer(self, inspection: Inspection) -> None:
        body = encoder.encode(inspection)
        self.line.sendall(len(body).to_bytes(HEAD, "big") + body)


def whole(descriptor: int) -> bytes:
    """The content of a file that is in memory."""
    try:
        return os.pread(descriptor, os.lseek(descriptor, 0, os.SEEK_END), 0)
    finally:
        os.close(descriptor)
