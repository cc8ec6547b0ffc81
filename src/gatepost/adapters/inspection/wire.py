"""What do a worker, the process that others are forked from, and these say to each other?

Over a Unix socket each: the worker and the nursery by packets, each one of the values below; the worker and an
inspecting process by a descriptor of a file with a message, answered by a length and an `Inspection`.
"""

import array
import socket

import msgspec
from msgspec import Struct

from gatepost.adapters.inspection.budget import Allowance
from gatepost.adapters.inspection.sandbox.confine import Confinement
from gatepost.mime.part import Limits
from gatepost.model.inspection import Inspection

HEAD = 4  # octets of an answer's length
LARGEST_PACKET = 60 * 1024  # octets
LARGEST_ANSWER = 32 * 1024 * 1024  # octets
MESSAGE = b"m"
"""Goes with a descriptor: here is a message."""


class Orders(Struct, frozen=True, tag=True, kw_only=True):
    """The first packet: how messages are to be inspected.

    Args:
        memory: octets of data that an inspecting process may have.
        rules: directories with rules of the operator's.
        messages: that one process inspects; then it ends.
    """

    allowance: Allowance = Allowance()
    limits: Limits = Limits()
    memory: int = 512 * 1024 * 1024
    rules: tuple[str, ...] = ()
    messages: int = 200


class Ready(Struct, frozen=True, tag=True):
    """The nursery's answer.

    Args:
        problem: why nothing can be inspected, "" where it can.
    """

    confinement: Confinement
    problem: str = ""


class Fork(Struct, frozen=True, tag=True):
    """One more process is wanted; its end of a socket pair goes with this."""

    number: int


class Kill(Struct, frozen=True, tag=True):
    """It has taken too long."""

    number: int


class Ended(Struct, frozen=True, tag=True):
    """A process has ended.

    Args:
        signal: that ended it, 0 where it ended by itself.
    """

    number: int
    signal: int


Packet = Orders | Ready | Fork | Kill | Ended
encoder = msgspec.msgpack.Encoder()
packets = msgspec.msgpack.Decoder(Packet)
inspections = msgspec.msgpack.Decoder(Inspection)


def send(line: socket.socket, packet: Packet, descriptors: tuple[int, ...] = ()) -> None:
    """Raises OSError."""
    socket.send_fds(line, [encoder.encode(packet)], list(descriptors))


def receive(line: socket.socket) -> tuple[Packet | None, list[int]]:
    """The next packet and what came with it; None at the end. Raises OSError, msgspec.DecodeError."""
    octets, ancillary, _, _ = line.recvmsg(LARGEST_PACKET, socket.CMSG_SPACE(4), socket.MSG_CMSG_CLOEXEC)
    descriptors = array.array("i")
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(content[: len(content) // 4 * 4])
    return (packets.decode(octets) if octets else None), list(descriptors)
