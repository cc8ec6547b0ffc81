"""The processes beside the workers: the journal's writer, one for each LDAP directory, the housekeeper."""

import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec import Struct

from gatepost.adapters.control_line import ControlLine
from gatepost.adapters.directory_ldap.process import serve as serve_directory
from gatepost.adapters.directory_ldap.settings import LdapSettings
from gatepost.adapters.journal.writer import serve as serve_journal
from gatepost.app.housekeeper import run_housekeeper
from gatepost.app.parts import ServiceParts
from gatepost.app.recipients import ldap_socket
from gatepost.app.records import journal_path
from gatepost.config.settings import Settings
from gatepost.gateway.clock import SystemClock
from gatepost.model.health import Heartbeat

JOURNAL = "journal"
HOUSEKEEPER = "housekeeper"
BACKLOG = 128  # workers that may wait for a directory's process at once


class Service(Struct, frozen=True, kw_only=True):
    """A process beside the workers; the supervisor's contract says what the fields mean."""

    name: str
    run: Callable[[], None]
    critical: bool
    exclusive: bool


def services(settings: Settings, parts: ServiceParts) -> list[Service]:
    """In the order in which they start."""
    found = [Service(name=JOURNAL, run=partial(run_journal, settings, parts), critical=True, exclusive=True)]
    asked = {domain.recipients for domain in settings.domains.values()}
    for name, section in settings.directories.items():
        if isinstance(section, LdapSettings) and name in asked:
            listener = bound(ldap_socket(settings.gateway.data_dir, name, parts.generation))
            run = partial(serve_directory, listener, section, SystemClock())
            found.append(Service(name=f"directory.{name}", run=run, critical=False, exclusive=False))
    keep = partial(run_housekeeper, settings, ControlLine(parts.control, HOUSEKEEPER))
    found.append(Service(name=HOUSEKEEPER, run=keep, critical=False, exclusive=True))
    return found


def run_journal(settings: Settings, parts: ServiceParts) -> None:
    line = ControlLine(parts.control, JOURNAL)
    serve_journal(
        parts.journals,
        journal_path(settings.gateway.data_dir),
        settings.journal,
        settings.log,
        alarms=line,
        beat=lambda: line.beat(Heartbeat()),
    )


def bound(path: Path) -> socket.socket:
    """A listening Unix socket that only we can connect to; what a predecessor left there is removed."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    return listener
