"""Which days are reported, and which reports have still to be delivered? A directory that survives a restart.

`last-day` is the last day of which all reports are written; each report is a file until everybody has it who wants it.
A day's reports are all written before it counts as reported: whoever dies in between writes them again, under the same
names, and none has been sent by then. Nothing is sent twice unless a mail server's answer got lost; such a report has
the identity of the first, by which its reader knows it.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from gatepost.auth.dmarc.discovery import Discovery
from gatepost.auth.dmarc.report_mail import Package

SUFFIX = ".report"


class Pending(Struct, frozen=True, kw_only=True):
    """One report on its way.

    Args:
        written: Unix time in seconds; after a while it is given up.
        messages: how many it is about.
        to: addresses that want it; None = they have not been asked for yet.
        left: those of them that still have to get it.
    """

    package: Package
    discovery: Discovery
    written: float
    messages: int
    to: tuple[str, ...] | None = None
    left: tuple[str, ...] = ()


class Outbox:
    """The directory; made when something is written. One process at a time has it.

    Raises (all methods):
        OSError: it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last_day_file = path / "last-day"

    def last_day(self) -> date | None:
        """None if there never was one."""
        try:
            return date.fromisoformat(self.last_day_file.read_text("ascii").strip())
        except (FileNotFoundError, ValueError):
            return None

    def finish(self, day: date) -> None:
        """All reports of that day are written."""
        self.replace(self.last_day_file, f"{day.isoformat()}\n".encode())

    def put(self, pending: Pending) -> None:
        """Add it, or say what has become of it."""
        self.replace(self.file_of(pending), msgspec.msgpack.encode(pending))

    def done(self, pending: Pending) -> None:
        """Everybody has it, or it is given up."""
        self.file_of(pending).unlink(missing_ok=True)

    def pending(self) -> Iterator[Pending]:
        """One after the other, the oldest day first. What cannot be read is no report of ours and goes."""
        for name in sorted(os.listdir(self.path)) if self.path.is_dir() else ():
            if name.endswith(SUFFIX):
                yield from self.read(self.path / name)

    def read(self, file: Path) -> Iterator[Pending]:
        try:
            yield decode(file.read_bytes())
        except FileNotFoundError:
            return
        except msgspec.MsgspecError:
            with suppress(OSError):
                file.unlink()

    def file_of(self, pending: Pending) -> Path:
        return self.path / f"{pending.package.identity}{SUFFIX}"

    def replace(self, file: Path, octets: bytes) -> None:
        """Whole and on the disk, or as it was."""
        self.path.mkdir(mode=0o700, exist_ok=True)
        new = file.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(octets)
            opened.flush()
            os.fsync(descriptor)
        new.replace(file)


decode = msgspec.msgpack.Decoder(Pending).decode
