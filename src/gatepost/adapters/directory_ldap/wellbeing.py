"""Is the directory's process well? For who has no event loop; nothing in the gateway asks it yet.

A process that is well answers at once whatever the directory does: each question has a thread of its own there.
"""

import socket
from pathlib import Path

import msgspec

from gatepost.adapters.directory_ldap.wire import BadFrame, Health, Ping, frame, read, replies
from gatepost.ports.unavailable import Unavailable


def ask_health(path: Path, timeout: float) -> Health:
    """Waits `timeout` seconds at most for each step. Raises `Unavailable`: it is stuck, or gone."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect(str(path))
            connection.sendall(frame(Ping()))
            body = read(connection)
        reply = replies.decode(body or b"")
    except (OSError, BadFrame, msgspec.DecodeError) as error:
        raise Unavailable(f"the directory's process does not answer: {error}") from error
    if not isinstance(reply, Health):
        raise Unavailable("the directory's process answered another question")
    return reply
