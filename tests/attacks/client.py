"""A client that says exactly what it is told: raw octets in, replies out, everything bounded in time."""

import contextlib
import itertools
import re
import socket
import ssl
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.servers.loopback import HOST

TIMEOUT = 10.0  # seconds for a reply
SEGMENT = 0.002  # seconds between two segments, so that they stay two
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close sends RST
LEAK = re.compile(
    rb"(?i)gatepost|python|uvloop|asyncio|traceback|exception|errno|/usr|/var|/etc|/tmp|/home|\.py\b|\b0x"
)
"""What no reply may tell: product, language, libraries, files (RFC 5321 §4.2; PROTO-35)."""


@dataclass(frozen=True)
class Reply:
    """One reply as it came, its lines without CRLF."""

    lines: tuple[bytes, ...]

    @property
    def code(self) -> int:
        return int(self.lines[-1][:3])

    @property
    def enhanced(self) -> str:
        word = self.lines[-1][4:].partition(b" ")[0].decode()
        return word if word.count(".") == 2 and word.replace(".", "").isdigit() else ""

    def __str__(self) -> str:
        return b" / ".join(self.lines).decode("ascii", "backslashreplace")


class Closed(EOFError):
    """The gateway has closed in an orderly way, without another reply."""


class Client:
    """One connection. Reads the greeting at once, unless `greeting` is False.

    Args:
        address: of ours to connect from, such as "127.0.0.2", where a test wants to be somebody else.
        first: octets to say before the greeting is read.
        receive_buffer: octets the kernel keeps for us, for clients that do not read.
    """

    def __init__(
        self, port: int, *, address: str = "", greeting: bool = True, first: bytes = b"", timeout: float = TIMEOUT,
        receive_buffer: int = 0,
    ) -> None:  # fmt: skip
        plain = socket.socket()
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address:
            plain.bind((address, 0))
        plain.connect((HOST, port))
        self.socket: socket.socket = plain
        self.buffer = b""
        self.transcript: list[Reply] = []
        if first:
            self.send(first)
        self.greeting = self.reply() if greeting else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ── saying ───────────────────────────────────────────────────────────────

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def send_pieces(self, pieces: Iterable[bytes], *, pause: float = SEGMENT) -> None:
        """Each in a segment of its own. Stops early if the gateway has gone."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for index, piece in enumerate(pieces):
                if index:
                    time.sleep(pause)
                self.send(piece)

    def send_cut(self, octets: bytes, *at: int, pause: float = SEGMENT) -> None:
        """Cut at these places."""
        self.send_pieces(cut(octets, *at), pause=pause)

    def command(self, line: bytes) -> Reply:
        self.send(line + b"\r\n")
        return self.reply()

    # ── hearing ──────────────────────────────────────────────────────────────

    def more(self, timeout: float | None = None) -> None:
        """Raises `Closed`, `ConnectionResetError` or `TimeoutError` if nothing more comes."""
        if timeout is not None:
            before = self.socket.gettimeout()
            self.socket.settimeout(timeout)
        try:
            octets = self.socket.recv(65536)
        finally:
            if timeout is not None:
                self.socket.settimeout(before)
        if not octets:
            raise Closed(f"closed; unread: {self.buffer!r}")
        self.buffer += octets

    def line(self, timeout: float | None = None) -> bytes:
        while (end := self.buffer.find(b"\r\n")) < 0:
            self.more(timeout)
        line, self.buffer = self.buffer[:end], self.buffer[end + 2 :]
        return line

    def reply(self, timeout: float | None = None) -> Reply:
        """The next reply; asserts that it is well formed and tells nothing of what runs here."""
        lines = [self.line(timeout)]
        while lines[-1][3:4] == b"-":
            lines.append(self.line(timeout))
        assert all(is_reply_line(line) and line[:3] == lines[0][:3] for line in lines), lines
        assert not any(map(LEAK.search, lines)), lines
        self.transcript.append(Reply(tuple(lines)))
        return self.transcript[-1]

    def replies(self, count: int) -> list[Reply]:
        return [self.reply() for _ in range(count)]

    def remaining(self, timeout: float = TIMEOUT) -> list[Reply]:
        """All replies until the gateway closes in an orderly way; an RST is an error here."""
        found = []
        try:
            while True:
                found.append(self.reply(timeout))
        except Closed:
            assert not self.buffer, f"octets that are no whole reply: {self.buffer!r}"
            return found

    def is_silent(self, seconds: float = 0.2) -> bool:
        """Nothing is said for so long, and the connection stays open."""
        try:
            self.more(seconds)
        except TimeoutError:
            return not self.buffer
        return False

    # ── dialogues ────────────────────────────────────────────────────────────

    def ehlo(self, name: bytes = b"client.test") -> Reply:
        return self.expect(250, b"EHLO " + name)

    def expect(self, code: int, line: bytes) -> Reply:
        reply = self.command(line)
        assert reply.code == code, f"{line!r}: {reply}"
        return reply

    def envelope(self, sender: bytes = b"ann@sender.test", recipient: bytes = b"rcpt@example.test") -> None:
        self.expect(250, b"MAIL FROM:<" + sender + b">")
        self.expect(250, b"RCPT TO:<" + recipient + b">")

    def rcpt(self, path: bytes, mail: bytes = b"MAIL FROM:<ann@sender.test>") -> Reply:
        """RCPT in a transaction of its own."""
        self.expect(250, b"RSET")
        self.expect(250, mail)
        return self.command(b"RCPT TO:" + path)

    def data(self, name: bytes = b"client.test") -> None:
        """EHLO, an envelope and DATA: content comes next."""
        self.ehlo(name)
        self.envelope()
        self.expect(354, b"DATA")

    def deliver(self, content: bytes) -> Reply:
        """A whole message in a session that has said EHLO; `content` as it goes over the wire, without its end."""
        self.envelope()
        self.expect(354, b"DATA")
        self.send(content + b".\r\n")
        return self.reply()

    def start_tls(self, context: ssl.SSLContext, *, name: str | None = "mx.example.test") -> Reply:
        """STARTTLS and the handshake."""
        reply = self.expect(220, b"STARTTLS")
        assert not self.buffer, "nothing may follow the 220"
        self.socket = context.wrap_socket(self.socket, server_hostname=name)
        return reply

    # ── the end ──────────────────────────────────────────────────────────────

    def half_close(self) -> None:
        """Nothing more will be said; we go on listening."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Leave by RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.socket.close()

    def close(self) -> None:
        self.socket.close()


def is_reply_line(line: bytes) -> bool:
    """Code, mark, printable ASCII, 512 octets with CRLF (RFC 5321 §4.2, §4.5.3.1.5)."""
    code = line[:3]
    return (
        code.isdigit() and 200 <= int(code) < 600 and line[3:4] in (b" ", b"-")
        and len(line) <= 510 and all(32 <= octet < 127 for octet in line)
    )  # fmt: skip


def cut(octets: bytes, *at: int) -> list[bytes]:
    """The pieces between these places, none of them empty."""
    places = sorted({0, len(octets), *at})
    return [octets[a:b] for a, b in itertools.pairwise(places)]
