"""Which logs does a trace go to, besides the journal?"""

import os
from pathlib import Path

from gatepost.adapters.journal.json_line import Timestamps, alarm_line, transaction_line
from gatepost.adapters.journal.log_file import LogFile, LogSink, LogStream
from gatepost.adapters.journal.settings import LogSettings
from gatepost.adapters.journal.store import Received
from gatepost.adapters.journal.w3c import W3cLog
from gatepost.adapters.journal.wire import decode

TRANSACTION_LEVELS = ("debug", "info")
ALARM_LEVELS = ("debug", "info", "warning")


class Outlets:
    """The JSON log and, where it is wanted, the W3C log; lines are collected and written with `flush`."""

    def __init__(self, settings: LogSettings) -> None:
        self.level = settings.level
        self.log: LogSink = log_sink(settings)
        self.w3c = W3cLog(settings.w3c.fields) if settings.w3c else None
        self.w3c_file = LogFile(settings.w3c.path, settings.w3c, self.w3c.head) if settings.w3c and self.w3c else None
        self.start, self.warning = (b"<6>", b"<4>") if settings.to != "file" and is_journald() else (b"", b"")
        self.timestamp = Timestamps()
        self.lines: list[bytes] = []
        self.w3c_lines: list[bytes] = []

    def add(self, received: Received) -> None:
        if self.level in TRANSACTION_LEVELS:
            self.lines.append(self.start + transaction_line(received.trace, self.timestamp))
        if self.w3c is not None:
            self.w3c_lines.append(self.w3c.lines(decode(received.body)))

    def add_alarm(self, alarm: str, text: str, now: float, *, over: bool = False) -> None:
        if self.level in ALARM_LEVELS:
            self.lines.append(self.warning + alarm_line(alarm, text, now, over=over))

    def flush(self, now: float) -> None:
        """Never raises, never waits for a reader."""
        self.log.write(self.lines, now)
        self.lines.clear()
        if self.w3c_file is not None and self.w3c_lines:
            self.w3c_file.write(self.w3c_lines, now)
            self.w3c_lines.clear()

    @property
    def is_behind(self) -> bool:
        """Lines wait for somebody to read them."""
        return isinstance(self.log, LogStream) and bool(self.log.backlog)

    @property
    def dropped(self) -> int:
        """Octets of lines that found no place."""
        return self.log.dropped + (self.w3c_file.dropped if self.w3c_file else 0)

    def reopen(self) -> None:
        self.log.reopen()
        if self.w3c_file is not None:
            self.w3c_file.reopen()

    close = reopen


def log_sink(settings: LogSettings) -> LogSink:
    if settings.to == "file":
        return LogFile(Path(settings.path or "gatepost.log"), settings)
    return LogStream()


def is_journald(fd: int = 2) -> bool:
    """Standard error goes to systemd's journal: it wants the level in front of each line (sd-daemon(3))."""
    found = os.fstat(fd)
    return os.environ.get("JOURNAL_STREAM", "") == f"{found.st_dev}:{found.st_ino}"
