"""What Postfix delivered, octet by octet: reads the Maildir its virtual(8) writes."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.servers.loopback import wait_until

RECEIVED = re.compile(rb"\AReceived: [^\n]*\n(?:[ \t][^\n]*\n)*")


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One copy, for one recipient.

    Args:
        content: as it arrived at Postfix, line ends CRLF, without what Postfix itself put on top.
        received: the Received field that Postfix put on top: who gave it the message and how.
    """

    sender: str
    recipient: str
    content: bytes
    received: bytes

    @property
    def header(self) -> bytes:
        return self.content.partition(b"\r\n\r\n")[0] + b"\r\n"

    @property
    def body(self) -> bytes:
        return self.content.partition(b"\r\n\r\n")[2]


def read(octets: bytes) -> Delivered:
    top, rest = {}, octets
    for name in (b"Return-Path", b"X-Original-To", b"Delivered-To"):
        line, _, rest = rest.partition(b"\n")
        found, _, value = line.partition(b": ")
        assert found == name, f"virtual(8) wrote {line!r} where {name!r} was expected"
        top[name] = value.decode()
    received = RECEIVED.match(rest)
    assert received, "every message that came by SMTP has Postfix's Received on top"
    return Delivered(
        sender=top[b"Return-Path"].strip("<>"),
        recipient=top[b"X-Original-To"],
        content=rest[received.end() :].replace(b"\n", b"\r\n"),
        received=received[0],
    )


class Mailbox:
    """Everything a receiving Postfix took, in the order of arrival."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __len__(self) -> int:
        return len(self.files())

    def files(self) -> list[Path]:
        new = self.directory / "new"
        return sorted(new.iterdir(), key=lambda path: path.stat().st_mtime_ns) if new.is_dir() else []

    def messages(self) -> list[Delivered]:
        return [read(path.read_bytes()) for path in self.files()]

    def wait(self, count: int, *, seconds: float = 10.0) -> list[Delivered]:
        """At least `count` copies; TimeoutError if they do not come."""
        wait_until(lambda: len(self) >= count, seconds=seconds, what=lambda: f"{count} copies; {len(self)} are there")
        return self.messages()

    def clear(self) -> None:
        for path in self.files():
            path.unlink()
