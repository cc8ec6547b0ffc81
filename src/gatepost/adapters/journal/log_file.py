"""How is a log written that somebody else rotates, fills the disk of, or stops reading?

A log must never stop the journal: lines that find no place are dropped and counted, and an operator is told.
"""

import os
import select
import stat
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import gmtime, strftime
from typing import Protocol

from gatepost.adapters.journal.json_line import LINE_LIMIT
from gatepost.adapters.journal.settings import Rotation

BACKLOG_LIMIT = 1024 * 1024  # octets that wait while nobody reads standard error
PERIODS: dict[str, tuple[int, str]] = {
    "hourly": (3600, "%Y%m%d%H"), "daily": (86_400, "%Y%m%d"), "weekly": (7 * 86_400, "%Y%m%d"),
}  # fmt: skip
CLOSED = -1
MONDAY = 4 * 86_400  # seconds from 1970-01-01, a Thursday, to the first Monday


class LogSink(Protocol):
    """Where whole lines go."""

    dropped: int
    """Octets that found no place, since the beginning."""

    def write(self, lines: list[bytes], now: float) -> None: ...

    def reopen(self) -> None:
        """Somebody renamed the file."""

    def close(self) -> None: ...


class LogFile:
    """A file with rotation; it is opened with the first line.

    Args:
        head: makes the lines that a file, and each reopening of it, begins with.
    """

    def __init__(self, path: Path, rotation: Rotation, head: Callable[[float], bytes] = lambda now: b"") -> None:
        self.path, self.rotation, self.head = path, rotation, head
        self.dropped = 0
        self.fd = CLOSED
        self.size = 0
        self.period = 0

    def write(self, lines: list[bytes], now: float) -> None:
        octets = b"".join(lines)
        try:
            if self.fd == CLOSED:
                self.open(now)
            if self.is_due(now):
                self.rotate(now)
            self.write_all(octets)
        except OSError:
            self.dropped += len(octets)
            self.reopen()

    def open(self, now: float) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        found = os.fstat(self.fd)
        self.size = found.st_size
        self.period = self.period_of(found.st_mtime if found.st_size else now)
        if not self.is_due(now):
            self.write_all(self.head(now))

    def write_all(self, octets: bytes) -> None:
        left = memoryview(octets)
        while left:
            written = os.write(self.fd, left)
            self.size += written
            left = left[written:]

    def period_of(self, when: float) -> int:
        """Which hour, day or week; 0 = all of time."""
        length, _ = PERIODS.get(self.rotation.rotate, (0, ""))
        return int(when - (MONDAY if self.rotation.rotate == "weekly" else 0)) // length if length else 0

    def is_due(self, now: float) -> bool:
        limit = self.rotation.rotate_size
        return self.period_of(now) > self.period or (limit is not None and self.size >= limit)

    def rotate(self, now: float) -> None:
        """The file gets the name of its period (or a number more), and a new one is begun."""
        self.reopen()
        with suppress(FileNotFoundError):  # somebody else was quicker
            self.path.rename(self.free_name(now))
        closed = sorted(self.path.parent.glob(f"{self.path.name}.[0-9]*"), key=lambda file: file.stat().st_mtime)
        for old in closed[: -self.rotation.keep]:
            old.unlink(missing_ok=True)
        self.open(now)

    def free_name(self, now: float) -> Path:
        length, form = PERIODS.get(self.rotation.rotate, (0, "%Y%m%d"))
        start = self.period * length + (MONDAY if self.rotation.rotate == "weekly" else 0) if length else now
        name = f"{self.path.name}.{strftime(form, gmtime(start))}"
        number = 0
        candidate = self.path.with_name(name)
        while candidate.exists():
            number += 1
            candidate = self.path.with_name(f"{name}.{number}")
        return candidate

    def reopen(self) -> None:
        if self.fd != CLOSED:
            os.close(self.fd)
            self.fd = CLOSED

    close = reopen


class LogStream:
    """Standard error or another descriptor that is open already: a pipe, a socket, a terminal or a file.

    It may be shared with others, so it is not made non-blocking; a line is written only when it fits.
    """

    def __init__(self, fd: int = 2) -> None:
        self.fd = fd
        self.dropped = 0
        self.backlog: deque[bytes] = deque()
        self.backlog_octets = 0
        self.is_file = stat.S_ISREG(os.fstat(fd).st_mode)
        self.poll = select.poll()
        if not self.is_file:
            self.poll.register(fd, select.POLLOUT)

    def write(self, lines: list[bytes], now: float) -> None:
        self.backlog.extend(lines)
        self.backlog_octets += sum(map(len, lines))
        try:
            while self.backlog and (self.is_file or self.has_room()):
                self.write_some()
        except OSError:
            self.drop(0)
        self.drop(BACKLOG_LIMIT)

    def has_room(self) -> bool:
        """For `LINE_LIMIT` octets at least, without waiting; raises OSError where nobody will ever read."""
        for _, events in self.poll.poll(0):
            if not events & select.POLLOUT:
                raise BrokenPipeError
            return True
        return False

    def write_some(self) -> None:
        """Whole lines up to `LINE_LIMIT` octets in one piece."""
        piece = self.backlog.popleft()
        while self.backlog and len(piece) + len(self.backlog[0]) <= LINE_LIMIT:
            piece += self.backlog.popleft()
        self.backlog_octets -= len(piece)
        try:
            written = os.write(self.fd, piece)
        except BlockingIOError:  # somebody else made it non-blocking
            written = 0
        except OSError:
            self.dropped += len(piece)
            raise
        if written < len(piece):
            self.backlog.appendleft(piece[written:])
            self.backlog_octets += len(piece) - written

    def drop(self, limit: int) -> None:
        while self.backlog_octets > limit:
            line = self.backlog.popleft()
            self.backlog_octets -= len(line)
            self.dropped += len(line)

    def reopen(self) -> None:
        """It is not ours to open."""

    def close(self) -> None:
        """It is not ours to close."""
