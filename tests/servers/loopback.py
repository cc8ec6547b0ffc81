"""Ports on 127.0.0.1: which are free, and who listens."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

HOST = "127.0.0.1"
LISTEN = "0A"  # state column of /proc/net/tcp


def free_port() -> int:
    """A port nobody listens on now. Another process could take it: tests run on machines of their own."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def listeners(port: int) -> int:
    """How many sockets listen on the port: each worker has its own (SO_REUSEPORT). Opens no connection."""
    count = 0
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            count += fields[3] == LISTEN and int(fields[1].rpartition(":")[2], 16) == port
    return count


def wait_until(holds: Callable[[], bool], *, seconds: float, what: str | Callable[[], str]) -> None:
    """Poll, 10 ms apart; TimeoutError saying `what` if it does not come true in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {what if isinstance(what, str) else what()}")
        time.sleep(0.01)
