"""Servers that accept a connection and then behave badly, each in its own way."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from tests.servers.loopback import HOST

CONSENT = bytes.fromhex("300c02010178070a010004000400")  # StartTLS: success
DRIP = 0.05  # seconds between single octets

Behaviour = Callable[[socket.socket, threading.Event], None]


class HeldClock:
    """Time that passes only when told."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


@contextlib.contextmanager
def listening(behave: Behaviour) -> Iterator[int]:
    """A port where every connection gets `behave`, until the end."""
    over = threading.Event()
    with socket.create_server((HOST, 0)) as server:

        def attend(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                behave(connection, over)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=attend, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)


def mute(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def closing(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(1)


def dripping(start: bytes) -> Behaviour:
    """The beginning of an answer, an octet at a time, without an end."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(4096)
        for octet in start + bytes(4096):
            connection.send(bytes([octet]))
            if over.wait(DRIP):
                return

    return behave


def after_consent(behave: Behaviour) -> Behaviour:
    """Agrees to StartTLS first."""

    def consenting(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(4096)
        connection.sendall(CONSENT)
        behave(connection, over)

    return consenting


def half_an_answer(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(4096)
    connection.sendall(b"\x30\x84\x00\x00")
    over.wait()


dripping_tls = dripping(b"\x16\x03\x03\x40\x00\x02")
dripping_ldap = dripping(b"\x30\x84\x00\x00\x40\x00\x02")


class Wiretap:
    """Passes everything on to `port` and keeps what the client sent; once `silent`, the server's answers are lost."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard = bytearray()
        self.silent = threading.Event()

    def __call__(self, connection: socket.socket, over: threading.Event) -> None:
        with socket.create_connection((HOST, self.port)) as server:
            back = threading.Thread(target=self.copy, args=(server, connection, None), daemon=True)
            back.start()
            self.copy(connection, server, self.heard)
            back.join(1)

    def copy(self, source: socket.socket, target: socket.socket, heard: bytearray | None) -> None:
        with contextlib.suppress(OSError):
            while octets := source.recv(65536):
                if heard is not None:
                    heard += octets
                if heard is not None or not self.silent.is_set():
                    target.sendall(octets)
            target.shutdown(socket.SHUT_WR)
