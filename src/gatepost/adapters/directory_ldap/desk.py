"""How does the directory's process answer its workers? One thread a connection, one question at a time.

Imported in that process only: what it imports in turn needs python-ldap.
"""

import socket
import threading

import msgspec

from gatepost.adapters.directory_ldap.roster import Roster
from gatepost.adapters.directory_ldap.servers import Servers
from gatepost.adapters.directory_ldap.session import Complaint
from gatepost.adapters.directory_ldap.wire import (
    Answer,
    BadFrame,
    Failed,
    Find,
    Health,
    Ping,
    Reply,
    Request,
    frame,
    read,
    requests,
)
from gatepost.ports.clock import Clock
from gatepost.ports.unavailable import Unavailable

CONNECTION_LIMIT = 512  # a thread each


class Desk:
    """Answers workers, one thread a connection."""

    def __init__(self, servers: Servers, clock: Clock) -> None:
        self.servers, self.clock = servers, clock
        self.roster = Roster(servers)
        self.places = threading.BoundedSemaphore(CONNECTION_LIMIT)
        self.under_way: dict[int, float] = {}  # since when each thread looks for its answer, monotonic

    def admit(self, connection: socket.socket) -> None:
        if not self.places.acquire(blocking=False):
            connection.close()
            return
        connection.settimeout(None)
        threading.Thread(target=self.attend, args=(connection,), daemon=True).start()

    def attend(self, connection: socket.socket) -> None:
        """Question and answer until the worker closes, or sends what no worker sends."""
        try:
            with connection:
                while (request := receive(connection)) is not None:
                    reply = self.reply(request)
                    if not send(connection, reply):
                        return
        finally:
            self.places.release()

    def reply(self, request: Request) -> Reply:
        match request:
            case Ping():
                began = min(list(self.under_way.values()), default=None)
                busy = 0.0 if began is None else self.clock.monotonic() - began
                return Health(busy, self.servers.health(), len(self.roster))
            case Find(local, domain):
                return self.look_up(local, domain)

    def look_up(self, local: str, domain: str) -> Reply:
        known = self.roster.get(local, domain)
        if known is not None:
            return Answer(known)
        thread = threading.get_ident()
        self.under_way[thread] = self.clock.monotonic()
        try:
            return Answer(self.servers.find(local, domain))
        except Unavailable as error:
            return Failed(str(error), isinstance(error, Complaint))
        finally:
            del self.under_way[thread]


def receive(connection: socket.socket) -> Request | None:
    """The next question; None when the worker has closed, or is none."""
    try:
        body = read(connection)
        if body is None:
            return None
        request: Request = requests.decode(body)
    except (OSError, BadFrame, msgspec.DecodeError):
        return None
    return request


def send(connection: socket.socket, reply: Reply) -> bool:
    """Whether the worker was still there."""
    try:
        connection.sendall(frame(reply))
    except OSError:
        return False
    return True
