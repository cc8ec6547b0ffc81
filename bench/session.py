"""What does one message cost in a worker's own code, without the network? The client speaks as smtp-source does.

    .venv/bin/python -m bench.session              a connection for each message, and many messages on one
    .venv/bin/python -m bench.session --letter     the 51 KiB letter of `bench.scanning` with all checks, clamd excepted
    .venv/bin/python -m bench.session --profile    also the functions that take most of it

Everything is real but the transports: checks, rules, pool, journal line (to nobody). What the processes take that look
into a message is not counted, see `bench.inspection`. The best of many rounds is
printed: on a shared machine it repeats within a few percent, where whole runs of `make bench` differ by ten.
"""

import argparse
import asyncio
import cProfile
import pstats
import socket
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import uvloop

from bench.letter import letter
from bench.scanning import RECORDS
from gatepost.adapters.backend.connection import Connection as BackendConnection
from gatepost.adapters.journal.client import JournalClient
from gatepost.adapters.journal.wire import pair
from gatepost.adapters.shared_memory.shared import Shared
from gatepost.app.graph import Graph, spool_dir
from gatepost.config.load import load
from gatepost.gateway.admission import Admission, Room
from gatepost.gateway.opening import Door
from gatepost.gateway.wheel import Wheel
from gatepost.ports.backend import Extensions
from tests.servers.gateway import Gateway, laid_over, with_names
from tests.servers.names import NameServer

ROUNDS = 60
MESSAGES = 100  # in one round
PAUSE = 0.001  # seconds
HEADER = b"Received: from client.sender.test (localhost [127.0.0.1])\r\nFrom: <ann@sender.test>\r\n"
HEADER += b"To: <rcpt@example.test>\r\nDate: Tue, 24 Nov 2026 08:00:00 +0000\r\nMessage-Id: <1@sender.test>\r\n\r\n"
BODY = (b"La de da de da 1.\r\n" * 4 + b"La de da de da 2.\r\n") * 43
COMMANDS = (b"MAIL FROM:<ann@sender.test>\r\n", b"RCPT TO:<rcpt@example.test>\r\n", b"DATA\r\n")
CONTENT = HEADER + BODY + b".\r\n"


class Line(asyncio.Transport):
    """One end of a connection whose other end is `hear`."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        super().__init__({"peername": ("127.0.0.1", 40000), "sockname": ("127.0.0.1", 25)})
        self.hear = hear
        self.protocol: Any = None
        self.near, self.far = socket.socketpair()
        self._extra["socket"] = self.near  # type: ignore[attr-defined]  # what `get_extra_info` reads

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self.protocol

    def write(self, data: Any) -> None:
        self.hear(data)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def close(self) -> None:
        self.near.close()
        self.far.close()

    abort = close


class Sink:
    """A mail server that takes everything: it answers in the next turn of the loop."""

    def __init__(self, graph: Graph) -> None:
        pool = graph.backends["mail"]
        self.dispatch = pool.running()
        self.loop = self.dispatch.loop
        self.connection = BackendConnection(self.loop, pool.hosts.all[0], pool.settings, self.dispatch)
        self.connection.use(Line(self.hear))
        self.connection.offered = Extensions(eight_bit_mime=True, pipelining=True)
        self.connection.client.awaited = 0
        self.dispatch.opened(self.connection)
        self.dispatch.pooled.add(self.connection)
        self.connection.settled_down()
        self.dispatch.freed(self.connection)

    def hear(self, octets: bytes) -> None:
        reply = b"250 2.0.0 Ok: queued\r\n"
        if octets.startswith(b"MAIL"):
            reply = b"250 2.1.0 Ok\r\n" * (octets.count(b"\r\n") - 1) + b"354 End data with <CR><LF>.<CR><LF>\r\n"
        self.loop.call_soon(self.connection.data_received, reply)


class Client:
    """Says the next command when it has heard the answer to the one before, in the same call: no loop in between."""

    def __init__(self, door: Door, drain: Callable[[], None], messages: int, content: bytes) -> None:
        self.loop = door.wheel.loop
        self.drain = drain
        self.pause = PAUSE if content is not CONTENT else 0.0  # others look into the message meanwhile
        self.heard: list[bytes] = []
        self.over = self.loop.create_future()
        self.script = [b"EHLO client.sender.test\r\n", *((*COMMANDS, content) * messages), b"QUIT\r\n"]
        self.script.reverse()
        self.line = Line(self.heard.append)
        self.line.protocol = door()
        self.line.protocol.connection_made(self.line)
        self.go_on()

    def go_on(self) -> None:
        while self.heard:
            said = self.heard.pop()
            if not said.startswith((b"2", b"354")):
                self.over.set_exception(RuntimeError(said.decode()))
                return
            if not self.script:
                self.line.protocol.connection_lost(None)
                self.line.close()
                self.over.set_result(None)
                return
            self.line.protocol.data_received(self.script.pop())
        self.drain()
        self.loop.call_later(self.pause, self.go_on)


def gateway(names: NameServer | None) -> Any:
    """A configuration file as `make bench` has it; with a name server, one with all checks."""
    known = ["rcpt@example.test", *(f"user{number}@example.test" for number in range(1000))]
    checks = {"author": None} if names is None else {"mime": {"enabled": True}}
    endless = {"backends": {"mail": {"messages_per_connection": 1_000_000}}, "checks": checks}
    if names is not None:
        endless = laid_over(with_names(names.port), endless)
    made = Gateway(backend=25, recipients=known, settings=endless)
    return load(made.file)


async def measured(
    profile: cProfile.Profile | None, content: bytes, names: NameServer | None
) -> dict[str, tuple[float, float]]:
    settings = gateway(names)
    ours, theirs = pair()
    theirs.setblocking(False)
    shared = Shared(1)
    graph = Graph(
        settings, node="bench", worker=0, counters=shared.counters, gauges=shared.gauges_of(0), memory=shared.memory,
        journal=JournalClient(ours), alarms=NoAlarms(),
    )  # fmt: skip
    spool_dir(settings.gateway.data_dir).mkdir(mode=0o700, exist_ok=True)
    listener = graph.listeners["inbound"]
    Sink(graph)
    door = Door(listener, Admission(listener, Room(1000)), Wheel(asyncio.get_running_loop()))
    buffer = bytearray(1024 * 1024)

    def drain() -> None:
        try:
            while theirs.recv_into(buffer):
                pass
        except BlockingIOError:
            return

    found = {}
    for name, connections, messages in (("a connection each", MESSAGES, 1), ("one connection", 1, MESSAGES)):
        took = []
        for number in range(ROUNDS):
            if number == 3 and profile is not None:
                profile.enable()
            began = time.process_time()
            for _ in range(connections):
                await Client(door, drain, messages, content).over
            took.append((time.process_time() - began) / MESSAGES * 1e6)
        if profile is not None:
            profile.disable()
        found[name] = (min(took), statistics.median(took))
    return found


class NoAlarms:
    """Nobody is told."""

    def raise_alarm(self, key: str, text: str) -> None: ...

    def all_clear(self, key: str, text: str = "") -> None: ...


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", action="store_true", help="print the functions that take most")
    parser.add_argument("--letter", action="store_true", help="a signed letter with a PDF, and all checks")
    options = parser.parse_args()
    profile = cProfile.Profile() if options.profile else None
    content = letter() + b".\r\n" if options.letter else CONTENT
    with ExitStack() as stack:
        names = stack.enter_context(NameServer(RECORDS)) if options.letter else None
        runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        for name, (best, median) in runner.run(measured(profile, content, names)).items():
            print(f"{name:18} {best:6.1f} µs a message (median {median:.1f})")
    if profile is not None:
        pstats.Stats(profile).sort_stats("tottime").print_stats(70)


if __name__ == "__main__":
    main()
