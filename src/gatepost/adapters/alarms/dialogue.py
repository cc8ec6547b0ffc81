"""How does a finished mail get to a mail server, with nothing but a blocking socket? (RFC 5321 §3.3, RFC 3207)

For alarms only: they must go out when the gateway's own data plane is what is broken.
"""

import re
import socket
import ssl
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Literal

from msgspec import Struct

TIMEOUT = 20.0  # seconds for each step
LINE_LIMIT = 2048  # octets of a reply line
LINES_LIMIT = 100  # lines of a reply


class Refused(OSError):
    """The server said no; the text has what it said."""


class Route(Struct, frozen=True, kw_only=True):
    """The backend that takes the mail of one domain.

    Args:
        hosts: name or address, and port; tried in order.
        tls: as in `[backends.<name>]`.
        ca_file: authorities trusted where TLS is required; None = the system's.
        server_name: name the certificate must hold; "" = the host's.
        certificate, key: the client certificate, None if there is none.
    """

    hosts: tuple[tuple[str, int], ...]
    tls: Literal["off", "opportunistic", "required"] = "opportunistic"
    ca_file: Path | None = None
    server_name: str = ""
    certificate: Path | None = None
    key: Path | None = None


def send(route: Route, hostname: str, recipients: tuple[str, ...], message: bytes) -> None:
    """Hands it to the first host that takes it. Raises OSError with what every host said."""
    problems = []
    for host, port in route.hosts:
        try:
            with socket.create_connection((host, port), TIMEOUT) as connection:
                Dialogue(connection, route, host).deliver(hostname, recipients, message)
            return
        except (OSError, ValueError) as error:
            problems.append(f"{host}:{port}: {error}")
    raise OSError("; ".join(problems))


class Dialogue:
    """One connection, from the greeting to QUIT."""

    def __init__(self, connection: socket.socket, route: Route, host: str) -> None:
        self.connection = connection
        self.route = route
        self.name = route.server_name or host
        self.file: BinaryIO = connection.makefile("rb")

    def deliver(self, hostname: str, recipients: tuple[str, ...], message: bytes) -> None:
        """Null reverse-path: nobody may answer (RFC 3834 §3.3)."""
        self.expect("", "220")
        keywords = self.introduce(hostname)
        if self.route.tls != "off" and "STARTTLS" in keywords:
            self.expect("STARTTLS", "220")
            self.encrypt()
            self.expect(f"EHLO {hostname}", "250")
        elif self.route.tls == "required":
            raise Refused("does not offer STARTTLS, and tls is required")
        self.expect("MAIL FROM:<>", "250")
        refused = self.offer(recipients)
        self.expect("DATA", "354")
        self.connection.sendall(stuffed(message))
        self.expect("", "250")
        with suppress(OSError):
            self.expect("QUIT", "221")
        if refused:
            raise Refused(f"not for all: {'; '.join(refused)}")

    def introduce(self, hostname: str) -> list[str]:
        """What the server offers; nothing if it knows HELO only (RFC 5321 §3.2)."""
        try:
            return self.expect(f"EHLO {hostname}", "250").upper().split("\n")
        except Refused:
            self.expect(f"HELO {hostname}", "250")
            return []

    def offer(self, recipients: tuple[str, ...]) -> list[str]:
        """What was said to those it refused. Raises `Refused` if it takes none."""
        refused = []
        for recipient in recipients:
            try:
                self.expect(f"RCPT TO:<{recipient}>", "25")
            except Refused as error:
                refused.append(str(error))
        if len(refused) == len(recipients):
            raise Refused("; ".join(refused))
        return refused

    def expect(self, command: str, code: str) -> str:
        """Says it and reads the reply; the text of its lines. Raises `Refused` if it is another."""
        if command:
            self.connection.sendall(f"{command}\r\n".encode())
        texts = []
        for _ in range(LINES_LIMIT):
            line = self.file.readline(LINE_LIMIT).decode("ascii", "backslashreplace")
            if not re.match(r"[2-5][0-9][0-9][ -]|[2-5][0-9][0-9]\r?\n", line):
                raise Refused(f"no reply to {command.partition(' ')[0] or 'the content or the connection'}: {line!r}")
            texts.append(line[4:].strip())
            if line[3:4] != "-":
                break
        text = "\n".join(texts)
        if not line.startswith(code):
            raise Refused(f"{command or 'content'}: {line[:3]} {text}")
        return text

    def encrypt(self) -> None:
        """Unverified where it is only opportunistic, as the gateway's own deliveries are."""
        context = ssl.create_default_context(cafile=self.route.ca_file)
        if self.route.tls == "opportunistic":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.route.certificate is not None:
            context.load_cert_chain(self.route.certificate, self.route.key)
        self.file.close()
        self.connection = context.wrap_socket(self.connection, server_hostname=self.name)
        self.file = self.connection.makefile("rb")


def stuffed(message: bytes) -> bytes:
    """With dots doubled and the final dot (RFC 5321 §4.5.2)."""
    end = b"" if message.endswith(b"\r\n") else b"\r\n"
    dotted = message.replace(b"\r\n.", b"\r\n..")
    return (b"." if dotted.startswith(b".") else b"") + dotted + end + b".\r\n"
