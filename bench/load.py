"""Load and its end: smtp-source in front, smtp-sink behind, both Postfix's own."""

import os
import re
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.processes import cpu
from tests.servers import need
from tests.servers.loopback import HOST, free_port, listeners, wait_until

RECIPIENT = "rcpt@example.test"
SENDER_DOMAIN = "sender.test"
CLIENT = f"client.{SENDER_DOMAIN}"
DRAIN = 15.0  # seconds for the last messages to reach the sink
TIMEOUT = 180.0  # seconds for one run
SESSIONS = 1000  # of the sink's backlog


@dataclass(frozen=True)
class Shape:
    """One kind of load.

    Args:
        says: for the table.
        options: of smtp-source.
        probe: messages to warm up with and to aim by.
    """

    says: str
    options: tuple[str, ...]
    probe: int


SHAPES = {
    "a": Shape("4 KiB, one message a connection, 50 at once", ("-s", "50", "-l", "4096"), 400),
    "b": Shape("4 KiB, persistent connections, 50 at once", ("-s", "50", "-l", "4096", "-d"), 400),
    "c": Shape("1 MiB, one message a connection, 10 at once", ("-s", "10", "-l", "1048576"), 20),
}


@dataclass(frozen=True)
class Sent:
    """One run of smtp-source.

    Args:
        messages: that all were accepted and arrived.
        seconds: until the last was accepted.
        cpu: seconds of smtp-source.
    """

    messages: int
    seconds: float
    cpu: float


class Sink:
    """A mail server that takes everything and keeps nothing."""

    def __init__(self) -> None:
        self.port = free_port()
        self.counters = Path(tempfile.mkdtemp(prefix="sink-")) / "counters"

    def __enter__(self) -> Self:
        need.root("smtp-sink as another user")
        command = [need.program("smtp-sink"), "-c", "-u", "nobody", f"{HOST}:{self.port}", str(SESSIONS)]
        with self.counters.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd="/")
        wait_until(lambda: listeners(self.port) > 0, seconds=10, what="smtp-sink listens")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.counters.unlink()
        self.counters.parent.rmdir()

    def messages(self) -> int:
        """Taken so far."""
        with self.counters.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 400))
            found = re.findall(rb"mesg=(\d+)", file.read())
        return int(found[-1]) if found else 0

    def cpu(self) -> float:
        return cpu(self.process.pid)


def send(port: int, shape: Shape, messages: int, sink: Sink) -> Sent:
    """Send through the server at `port`; every message has to arrive at the sink, or RuntimeError."""
    command = [need.program("smtp-source"), *shape.options, "-m", str(messages), "-M", CLIENT]
    command += ["-f", f"ann@{SENDER_DOMAIN}", "-t", RECIPIENT, f"inet:{HOST}:{port}"]
    before, used, start = sink.messages(), children_cpu(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, env=need.environment(), check=False)
    seconds, used = time.perf_counter() - start, children_cpu() - used
    if done.returncode:
        raise RuntimeError(f"smtp-source: {done.stderr.strip()[-500:]}")
    wait_until(
        lambda: sink.messages() - before >= messages,
        seconds=DRAIN,
        what=lambda: f"{messages} messages at the sink; {sink.messages() - before} came",
    )
    return Sent(messages, seconds, used)


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
