"""How is one question asked by TCP, after an answer by UDP was cut short (RFC 1035 §4.2.2, RFC 7766)?"""

import asyncio
import errno
import os
import secrets
import socket

from gatepost.adapters.dns.datagrams import Ear, family, reason_of
from gatepost.adapters.dns.settings import ServerAddress

PREFIX = 2  # octets of the length


class Stream:
    """One connection for one question. It tells its ear once, and is closed by then.

    Raises:
        OSError: no connection can be begun.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, where: ServerAddress, question: bytes, ear: Ear) -> None:
        octets = secrets.token_bytes(2) + question
        self.loop, self.ear = loop, ear
        self.unsent = len(octets).to_bytes(PREFIX) + octets
        self.identity = octets[:2]
        self.received = bytearray()
        self.socket = socket.socket(family(where), socket.SOCK_STREAM)
        self.socket.setblocking(False)
        begun = self.socket.connect_ex((where.host, where.port))
        if begun not in (0, errno.EINPROGRESS):
            self.socket.close()
            raise OSError(begun, os.strerror(begun))
        loop.add_writer(self.socket.fileno(), self.on_writable)

    def on_writable(self) -> None:
        """Connected, or not to be connected."""
        self.loop.remove_writer(self.socket.fileno())
        try:
            if error := self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(error, os.strerror(error))
            self.socket.sendall(self.unsent)  # a new connection has room for 300 octets
        except OSError as error:
            self.fail(reason_of(error))
            return
        self.loop.add_reader(self.socket.fileno(), self.on_readable)

    def on_readable(self) -> None:
        try:
            octets = self.socket.recv(self.missing())
        except BlockingIOError:
            return
        except OSError as error:
            self.fail(reason_of(error))
            return
        if not octets:
            self.fail("the connection was closed before the answer")
            return
        self.received += octets
        if not self.missing():
            self.close()
            if self.received[PREFIX : PREFIX + 2] == self.identity:
                self.ear.heard(bytes(self.received[PREFIX:]))
            else:
                self.ear.deaf("the answer is to another question")

    def missing(self) -> int:
        """Octets: first of the length, then of the answer."""
        if len(self.received) < PREFIX:
            return PREFIX - len(self.received)
        return PREFIX + int.from_bytes(self.received[:PREFIX]) - len(self.received)

    def fail(self, reason: str) -> None:
        self.close()
        self.ear.deaf(reason)

    def cancel(self) -> None:
        self.close()

    def close(self) -> None:
        descriptor = self.socket.fileno()
        if descriptor >= 0:
            self.loop.remove_writer(descriptor)
            self.loop.remove_reader(descriptor)
            self.socket.close()
