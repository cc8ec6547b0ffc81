"""What message is in this file, as a client would send it, and what was to be mended for that?

Files have LF where SMTP has CRLF (RFC 5322 §2.1), and mailboxes a line of their own on top (RFC 4155). A CR alone and
a NUL stay where they are: the gateway is to say what it thinks of them.
"""

import sys
from pathlib import Path

from msgspec import Struct

STDIN = "-"
LIMIT = 512 * 1024 * 1024  # octets


class Unreadable(Exception):
    """Why there is no message, in words."""


class MessageFile(Struct, frozen=True):
    """Args:
    octets: with CRLF where a line ends.
    notices: what the person should know of it.
    """

    octets: bytes
    notices: tuple[str, ...]


def read_message(path: str) -> MessageFile:
    """Raises `Unreadable`."""
    try:
        octets = sys.stdin.buffer.read(LIMIT + 1) if path == STDIN else read_file(path)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from None
    name = "standard input" if path == STDIN else path
    if len(octets) > LIMIT:
        raise Unreadable(f"{name} is larger than {LIMIT // 1024**2} MiB")
    if not octets.strip():
        raise Unreadable(f"{name} is empty")
    return mended(octets)


def read_file(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(LIMIT + 1)


def mended(octets: bytes) -> MessageFile:
    notices = []
    if octets.startswith(b"From "):
        octets = octets.partition(b"\n")[2]
        notices.append('Its first line, "From …", is a mailbox file\'s and no part of the message: left out.')
    pairs = octets.count(b"\r\n")
    alone = octets.count(b"\n") - pairs
    if alone:
        octets = octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        notices.append(line_ends(alone, pairs))
    notices += [f"Line {line} has {what}." for line, what in flaws(octets)]
    return MessageFile(octets, tuple(notices))


def line_ends(alone: int, pairs: int) -> str:
    if not pairs:
        return "Its lines end in LF, as in files; they are sent with CRLF, as SMTP has it."
    return (
        f"{alone} of {alone + pairs} lines end in LF alone: they are sent with CRLF. From a client that sends them as "
        'they are the message is refused, unless bare_lf = "normalize".'
    )


def flaws(octets: bytes) -> list[tuple[int, str]]:
    """Lines of the first NUL and of the first CR that ends no line."""
    found = []
    nul = octets.find(b"\0")
    if nul >= 0:
        found.append((line_at(octets, nul), "a NUL octet"))
    at = octets.find(b"\r")
    while at >= 0 and octets[at + 1 : at + 2] == b"\n":
        at = octets.find(b"\r", at + 1)
    if at >= 0:
        found.append((line_at(octets, at), "a CR that is no part of a line end"))
    return found


def line_at(octets: bytes, position: int) -> int:
    return octets.count(b"\n", 0, position) + 1
