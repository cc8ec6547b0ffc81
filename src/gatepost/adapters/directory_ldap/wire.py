"""What do a worker and the directory's process say to each other over their Unix socket?

Each message is a length in four octets, most significant first, and that many octets of MessagePack. One
question at a time on a connection, answered before the next.
"""

import socket

import msgspec
from msgspec import Struct

from gatepost.ports.directory import Found

HEAD = 4  # octets
FRAME_LIMIT = 256 * 1024  # octets of a message; 200 groups of 256 characters are less


class Find(Struct, frozen=True, tag=True, array_like=True):
    """Who has this address?"""

    local: str
    domain: str


class Ping(Struct, frozen=True, tag=True, array_like=True):
    """Are you well?"""


class Answer(Struct, frozen=True, tag=True, array_like=True):
    """The directory's word; None = nobody."""

    found: Found | None


class Failed(Struct, frozen=True, tag=True, array_like=True):
    """There was no word from the directory.

    Args:
        reason: for operators, never with a secret.
        only_this: another question may well be answered.
    """

    reason: str
    only_this: bool = False


class Health(Struct, frozen=True, tag=True, array_like=True):
    """Args:
    busy: seconds that the oldest unanswered question has been under way; 0.0 = none is.
    servers: URL of each server and what is wrong with it, "" if nothing is.
    preloaded: recipients on the list kept here.
    """

    busy: float
    servers: tuple[tuple[str, str], ...]
    preloaded: int = 0


Request = Find | Ping
Reply = Answer | Failed | Health

encoder = msgspec.msgpack.Encoder()
requests = msgspec.msgpack.Decoder(Request)
replies = msgspec.msgpack.Decoder(Reply)


class BadFrame(ValueError):
    """Not what the other side can have sent."""


def frame(message: Request | Reply) -> bytes:
    octets = encoder.encode(message)
    return len(octets).to_bytes(HEAD, "big") + octets


def length(head: bytes | bytearray) -> int:
    """Octets that follow the head."""
    size = int.from_bytes(head[:HEAD], "big")
    if size > FRAME_LIMIT:
        raise BadFrame(f"{size} octets")
    return size


def read(connection: socket.socket) -> bytes | None:
    """The next message's octets, waited for; None at the end. Raises `BadFrame`, OSError."""
    head = exactly(connection, HEAD)
    return None if head is None else exactly(connection, length(head))


def exactly(connection: socket.socket, count: int) -> bytes | None:
    octets = b""
    while len(octets) < count:
        got = connection.recv(count - len(octets))
        if not got:
            return None
        octets += got
    return octets
