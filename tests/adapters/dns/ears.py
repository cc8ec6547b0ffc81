"""Who listens in these tests, and sockets that say what a test wants."""

import asyncio
import socket

from gatepost.adapters.dns.settings import ServerAddress
from tests.servers.loopback import HOST


class Listening:
    """An `Ear` that keeps what it hears."""

    def __init__(self):
        self.octets = []
        self.reasons = []
        self.said = asyncio.Event()

    def heard(self, octets):
        self.octets.append(octets)
        self.said.set()

    def deaf(self, reason):
        self.reasons.append(reason)
        self.said.set()

    async def hear(self, seconds=2.0):
        await asyncio.wait_for(self.said.wait(), seconds)
        self.said.clear()


class Puppet:
    """A UDP socket on 127.0.0.1 that answers by hand."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.setblocking(False)
        self.where = ServerAddress(*self.socket.getsockname())

    async def question(self):
        """The octets of the next one, and from where it came."""
        for _ in range(200):
            try:
                return self.socket.recvfrom(4096)
            except BlockingIOError:
                await asyncio.sleep(0.005)
        raise TimeoutError("nobody asks")

    def say(self, octets, to):
        self.socket.sendto(octets, to)

    def close(self):
        self.socket.close()


async def settled(holds, seconds=2.0):
    """Wait until `holds`."""
    for _ in range(int(seconds / 0.01)):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("it did not come true")


def open_sockets():
    """How many this process has."""
    import os

    found = 0
    for entry in os.listdir("/proc/self/fd"):
        try:
            found += os.readlink(f"/proc/self/fd/{entry}").startswith("socket:")
        except OSError:
            continue
    return found
