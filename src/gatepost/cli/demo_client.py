"""A client that says whatever it is told, well-formed or not, and reports what it hears: for the demo."""

import socket
from contextlib import suppress
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
PATIENCE = 30.0  # seconds for one reply; the demo's tar pit is much shorter
READ = 64 * 1024  # octets a read asks for
NOTHING = "(connection closed)"


class Client:
    """One connection to the gateway. Owned by one scenario.

    Args:
        source: the loopback address it comes from, so that each scenario is another client to the gateway.
        greeted: wait for the greeting first.
    """

    def __init__(self, port: int, source: str, *, greeted: bool = True) -> None:
        self.socket = socket.create_connection((HOST, port), PATIENCE, (source, 0))
        self.buffer = b""
        self.said: list[str] = []
        if greeted:
            self.hear()

    def send(self, octets: bytes) -> None:
        """As they are. That the other side has closed shows when its reply is read."""
        with suppress(OSError):
            self.socket.sendall(octets)

    def hear(self) -> str:
        """The next reply, of several lines the last; `NOTHING` at the end of the connection."""
        while True:
            line, found, rest = self.buffer.partition(b"\r\n")
            if found:
                self.buffer = rest
                if line[3:4] != b"-":
                    self.said.append(line.decode("ascii", "replace"))
                    return self.said[-1]
                continue
            try:
                octets = self.socket.recv(READ)
            except OSError:
                octets = b""
            if not octets:
                return NOTHING
            self.buffer += octets

    def say(self, line: str) -> str:
        """One command and its reply."""
        self.send(line.encode("utf-8") + b"\r\n")
        return self.hear()

    def say_all(self, *lines: str) -> str:
        """Command by command; the last reply, or the first that refuses."""
        reply = ""
        for line in lines:
            reply = self.say(line)
            if reply[:1] not in ("2", "3"):
                break
        return reply

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.send(b"QUIT\r\n")
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
        while self.hear() != NOTHING:
            pass
        self.socket.close()
