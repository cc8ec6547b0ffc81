"""Who talks to the directory? A process that does nothing else, holds its password, and can be killed at any time.

Workers face the Internet; none of them ever has the password. They ask over a Unix socket whose listening end
the supervisor made and keeps, so that a new process finds the questions that the old one left.
"""

import os
import resource
import socket
import threading
from collections.abc import Callable

import msgspec

from gatepost.adapters.directory_ldap.roster import Roster
from gatepost.adapters.directory_ldap.servers import Servers
from gatepost.adapters.directory_ldap.session import Complaint
from gatepost.adapters.directory_ldap.settings import LdapSettings
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

PARENT_CHECK = 2.0  # seconds between looks whether the supervisor still lives
CONNECTION_LIMIT = 512  # a thread each


def serve(
    listener: socket.socket, settings: LdapSettings, clock: Clock, settle: Callable[[], None] = lambda: None
) -> None:
    """Answer until the parent is gone. Called in a forked child, which ends when this returns.

    Args:
        listener: a bound and listening Unix stream socket.
        settle: called once the password and certificates have been read: the place to drop privileges.

    Raises:
        OSError, ValueError: the password or the certificates of authorities cannot be read.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would have the password in it
    parent = os.getppid()
    desk = Desk(Servers(settings, clock), clock)
    settle()
    if settings.preload:
        threading.Thread(target=desk.roster.keep_up, name="roster", daemon=True).start()
    listener.settimeout(PARENT_CHECK)
    while os.getppid() == parent:
        try:
            connection, _ = listener.accept()
        except OSError:  # nobody came, or went at once, or no descriptor is free
            continue
        desk.admit(connection)


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
