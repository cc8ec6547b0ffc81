"""Would the gateway start here and reach what it needs? The part of `gatepost check` that `--offline` leaves out."""

import asyncio
import errno
import os
import shutil
import socket
from collections.abc import Iterator
from itertools import chain
from pathlib import Path as FilePath

from gatepost.config.findings import finding
from gatepost.config.live_backends import probe_backends
from gatepost.config.live_directories import probe_directories
from gatepost.config.live_dns import probe_resolvers
from gatepost.config.live_dnsbl import probe_block_lists
from gatepost.config.live_engines import probe_engines
from gatepost.config.live_inspection import probe_inspection
from gatepost.config.live_opinions import probe_opinions
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity, in_order
from gatepost.config.quarantine import lint_room
from gatepost.config.source import Path
from gatepost.gateway.settings import Endpoint

ROOM = 1024**3  # octets that should be free for spool, quarantine and journal


async def probe(loaded: Loaded) -> tuple[Problem, ...]:
    """Everything outside the configuration that can be asked, bounded by the time limits of the settings."""
    asked = await asyncio.gather(
        probe_backends(loaded),
        probe_directories(loaded),
        probe_resolvers(loaded),
        probe_block_lists(loaded),
        probe_engines(loaded),
        probe_opinions(loaded),
        probe_inspection(loaded),
    )
    return in_order([*probe_binds(loaded), *probe_places(loaded), *chain.from_iterable(asked)])


def probe_binds(loaded: Loaded) -> Iterator[Problem]:
    """Whether each address is this machine's and its port is free."""
    for name, listener in loaded.settings.listeners.items():
        for i, bind in enumerate(listener.bind):
            error = bind_error(bind)
            if error:
                yield bind_problem(loaded, ("listeners", name, "bind", i), bind, error)


def bind_error(bind: Endpoint) -> int:
    """`errno` of a trial, 0 if it went well."""
    family = socket.AF_INET6 if ":" in bind.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            trial.bind(bind)
            trial.listen(1)  # with SO_REUSEADDR only this tells whether somebody else listens
    except OSError as error:
        return error.errno or errno.EINVAL
    return 0


def bind_problem(loaded: Loaded, path: Path, bind: Endpoint, error: int) -> Problem:
    match error:
        case errno.EADDRINUSE:
            message = f"{bind} is in use"
            fix = "If it is this gateway, all is well; else stop the other program, or bind another address."
            return finding(loaded, "bind.in-use", path, message, fix)
        case errno.EACCES | errno.EPERM:
            message = f"this user may not bind {bind}"
            fix = "Start as root with gateway.user set, or with CAP_NET_BIND_SERVICE (the systemd unit has it)."
            return finding(loaded, "bind.not-allowed", path, message, fix)
        case errno.EADDRNOTAVAIL:
            message = f"{bind.host} is not an address of this machine"
            return finding(
                loaded, "bind.not-here", path, message, 'Bind one of its addresses, or "0.0.0.0".', Severity.ERROR
            )
        case _:
            message = f"{bind} cannot be bound: {os.strerror(error)}"
            return finding(loaded, "bind.failed", path, message, "Bind another address.", Severity.ERROR)


def probe_places(loaded: Loaded) -> Iterator[Problem]:
    """Directories that the gateway writes to."""
    settings = loaded.settings
    path: Path = ("gateway", "data_dir")
    yield from writable(loaded, path, settings.gateway.data_dir)
    free = shutil.disk_usage(existing(settings.gateway.data_dir)).free
    if free < ROOM:
        message = f"only {free // 1024**2} MiB are free there, for spool, quarantine and journal"
        yield finding(loaded, "data-dir.room", path, message, "Make room, or name a directory on another disk.")
    yield from lint_room(loaded)
    if settings.log.to == "file" and settings.log.path is not None:
        yield from writable(loaded, ("log", "path"), settings.log.path.parent)
    if settings.log.w3c is not None:
        yield from writable(loaded, ("log", "w3c", "path"), settings.log.w3c.path.parent)


def writable(loaded: Loaded, path: Path, directory: FilePath) -> Iterator[Problem]:
    """It can be written, or made. Root can do both: then its later user is not judged here."""
    nearest = existing(directory)
    if not nearest.is_dir():
        message = f"{nearest} is not a directory"
        yield finding(loaded, "place.not-a-directory", path, message, "Name a directory.", Severity.ERROR)
    elif not os.access(nearest, os.W_OK | os.X_OK, effective_ids=True):
        what = f"write to {directory}" if nearest == directory else f"make {directory} in {nearest}"
        yield finding(loaded, "place.not-writable", path, f"this user may not {what}", NOT_WRITABLE)


def existing(place: FilePath) -> FilePath:
    """The place itself, or the nearest above it that is there and that this user can see."""
    return next(above for above in (place, *place.parents, FilePath("/")) if os.path.exists(above))


NOT_WRITABLE = "Run the check as the gateway's user; if it may not either, make the directory and give it to that user."
