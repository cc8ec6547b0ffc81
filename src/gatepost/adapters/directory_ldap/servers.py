"""Which server is asked, and what if it does not answer? In the order configured, each with its own back-off.

All of it runs in the directory's own process, in as many threads as questions are under way.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from gatepost.adapters.directory_ldap.dial import Dialler
from gatepost.adapters.directory_ldap.query import found
from gatepost.adapters.directory_ldap.session import Complaint, Disconnected, Refused, Session, Slow
from gatepost.adapters.directory_ldap.settings import LdapSettings, Url
from gatepost.ports.clock import Clock
from gatepost.ports.directory import Found
from gatepost.ports.unavailable import Unavailable

log = logging.getLogger("gatepost.directory")

T = TypeVar("T")

FIRST_PAUSE = 1.0  # seconds until a server that failed is tried again; doubles
LONGEST_PAUSE = 30.0  # seconds
SLOW_LIMIT = 3  # answers in a row that did not come in time, until a server counts as down
LOG_PAUSE = 60.0  # seconds between two complaints of ours about one server
IDLE_LIMIT = 300.0  # seconds a session may lie unused: domain controllers end it after 15 minutes
IDLE_SESSIONS = 8  # kept open for each server
REFUSED_PAUSE = 300.0  # seconds until a refused password is tried again; at once if its file has changed


class Idle(Struct, frozen=True):
    """A session nobody uses, and since when (seconds, monotonic)."""

    session: Session
    since: float


class Server:
    """One server: its idle sessions, and whether it is worth a try. Used by all threads."""

    def __init__(self, url: Url, clock: Clock, patience: float) -> None:
        self.url, self.clock, self.patience = url, clock, patience
        self.lock = threading.Lock()
        self.idle: list[Idle] = []
        self.down_until = 0.0  # 0 = it is well
        self.pause = FIRST_PAUSE
        self.slow = 0
        self.problem = ""
        self.silent_until = 0.0

    def worth_a_try(self) -> bool:
        """While it is down, one thread at a time finds out whether it still is."""
        with self.lock:
            if self.down_until and self.clock.monotonic() < self.down_until:
                return False
            if self.down_until:
                self.down_until = self.clock.monotonic() + self.patience
            return True

    def take(self) -> Session | None:
        """An idle session, the last used first."""
        with self.lock:
            oldest = self.clock.monotonic() - IDLE_LIMIT
            stale = [idle for idle in self.idle if idle.since < oldest]
            self.idle = [idle for idle in self.idle if idle.since >= oldest]
            session = self.idle.pop().session if self.idle else None
        close_all(stale)
        return session

    def give_back(self, session: Session) -> None:
        """It has just answered."""
        with self.lock:
            is_kept = len(self.idle) < IDLE_SESSIONS
            if is_kept:
                self.idle.append(Idle(session, self.clock.monotonic()))
            if self.down_until:
                log.warning("directory server %s answers again", self.url)
            self.down_until, self.pause, self.slow, self.problem = 0.0, FIRST_PAUSE, 0, ""
        if not is_kept:
            session.close()

    def forget_sessions(self) -> None:
        with self.lock:
            idle, self.idle = self.idle, []
        close_all(idle)

    def failed(self, error: Unavailable) -> None:
        """It is down, unless it only was slow once, or complained about one question."""
        now = self.clock.monotonic()
        with self.lock:
            if now >= self.silent_until:
                log.warning("directory server fails: %s", error)
                self.silent_until = now + LOG_PAUSE
            self.problem = str(error)
            self.slow += isinstance(error, Slow)
            is_up = isinstance(error, Complaint) or (isinstance(error, Slow) and self.slow < SLOW_LIMIT)
            if is_up and not self.down_until:
                return
            self.down_until = now + self.pause
            self.pause = min(2 * self.pause, LONGEST_PAUSE)


def close_all(idle: list[Idle]) -> None:
    for one in idle:
        one.session.close()


class Servers:
    """All servers of one directory."""

    def __init__(self, settings: LdapSettings, clock: Clock) -> None:
        """Reads the password and the authorities' certificates: ValueError or OSError if they cannot be used."""
        self.settings, self.clock = settings, clock
        self.schema = settings.schema_in_use()
        self.password = settings.read_password()
        self.password_seen = written(settings.password_file)
        self.refused = ""
        self.refused_until = 0.0
        self.dialler = Dialler(settings)
        patience = settings.connect_timeout + settings.timeout
        self.servers = tuple(Server(url, clock, patience) for url in settings.urls)

    def find(self, local: str, domain: str) -> Found | None:
        """Raises `Unavailable`, within the settings' timeout; None only as the word of a server."""
        limit = self.settings.timeout / 2
        entry = self.ask(lambda session: session.find(local, domain, limit))
        if entry is None:
            return None
        return found(entry, self.schema, f"{local}@{domain}", self.settings.groups)

    def ask(self, question: Callable[[Session], T]) -> T:
        """The first server's answer; `Unavailable` with every server's reason if none gives one."""
        self.require_password()
        end = self.clock.monotonic() + 0.9 * self.settings.timeout
        reasons, complained = [], False
        for server in self.servers:
            if not server.worth_a_try():
                reasons.append(server.problem)
                continue
            if reasons and self.clock.monotonic() >= end:
                break
            try:
                return self.ask_one(server, question)
            except Refused as error:
                self.refused, self.refused_until = str(error), self.clock.monotonic() + REFUSED_PAUSE
                log.error("directory account is refused: %s", error)
                raise
            except Unavailable as error:
                server.failed(error)
                complained = complained or isinstance(error, Complaint)
                reasons.append(str(error))
        raise (Complaint if complained else Unavailable)("; ".join(filter(None, reasons)))

    def ask_one(self, server: Server, question: Callable[[Session], T]) -> T:
        session = server.take()
        if session is not None:
            try:
                return self.answer(server, session, question)
            except Disconnected:  # says nothing about the server: it, or a firewall, ended what was idle
                server.forget_sessions()
        return self.answer(server, Session(self.settings, self.dialler, server.url, self.password), question)

    def answer(self, server: Server, session: Session, question: Callable[[Session], T]) -> T:
        try:
            answer = question(session)
        except BaseException:
            session.close()
            raise
        server.give_back(session)
        return answer

    def require_password(self) -> None:
        """Raises `Refused` without asking, as long as the same password would only be refused again."""
        if not self.refused:
            return
        seen = written(self.settings.password_file)
        if seen == self.password_seen and self.clock.monotonic() < self.refused_until:
            raise Refused(self.refused)
        try:
            self.password = self.settings.read_password()
        except (OSError, ValueError) as error:
            raise Refused(f"{self.refused}; {error}") from error
        self.password_seen, self.refused = seen, ""

    def health(self) -> tuple[tuple[str, str], ...]:
        """URL and problem of each server."""
        return tuple((str(server.url), self.refused or server.problem) for server in self.servers)


def written(path: Path | None) -> tuple[int, int]:
    """Changes when the file does; zeros if it is not there or cannot be seen."""
    try:
        state = path.stat() if path is not None else None
    except OSError:
        return 0, 0
    return (state.st_mtime_ns, state.st_ino) if state is not None else (0, 0)
