"""How is the gateway just now? `data_dir/stats.json`, for `gatepost top` and for monitoring."""

import os
from pathlib import Path

import msgspec

from gatepost.model.health import Heartbeat

FILE = "stats.json"
COUNTS = ("connections", "accepted", "quarantined", "deferred", "refused", "octets_in", "lost")
LEVELS = ("sessions", "tarpitted", "resident")


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process, or the seat of one that is not there just now.

    Args:
        pid: 0 if there is none.
        state: serving, starting, draining, failed.
        age: seconds since it was started.
        silence: seconds since it last gave a sign of life; None if it never did.
        crashes: of whoever sat there.
    """

    name: str
    pid: int
    generation: int
    state: str
    age: float
    silence: float | None
    crashes: int
    heartbeat: Heartbeat | None


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """Times are Unix time in seconds.

    Args:
        state: starting, serving, reloading, stopping, stopped.
        totals: sessions, tarpitted and resident of all workers now; everything else since the start.
        alarms: what is wrong now, by key.
    """

    written: float
    began: float
    pid: int
    configuration: str
    state: str
    generation: int
    totals: Heartbeat
    workers: tuple[Process, ...]
    services: tuple[Process, ...]
    alarms: dict[str, str]


def added(past: Heartbeat, ended: Heartbeat) -> Heartbeat:
    """What a worker did is kept; what it held open went with it."""
    return msgspec.structs.replace(past, **{name: getattr(past, name) + getattr(ended, name) for name in COUNTS})


def total(past: Heartbeat, living: list[Heartbeat]) -> Heartbeat:
    sums = {name: getattr(past, name) + sum(getattr(h, name) for h in living) for name in (*COUNTS, *LEVELS)}
    return Heartbeat(**sums)


def write(directory: Path, stats: Stats) -> None:
    """Whole or not at all: readers never see half of it. Raises OSError."""
    new = directory / f"{FILE}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:
        file.write(msgspec.json.encode(stats) + b"\n")
    os.replace(new, directory / FILE)


def read(directory: Path) -> Stats:
    """Raises OSError where none is there, `msgspec.DecodeError` where it is another version's."""
    return msgspec.json.decode((directory / FILE).read_bytes(), type=Stats)
