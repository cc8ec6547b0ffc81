"""What a worker process does from its birth to its end."""

import asyncio
import gc
import resource
import signal
import socket
from collections.abc import Coroutine
from typing import Any

import structlog

from gatepost.adapters.control_line import ControlLine
from gatepost.adapters.journal.client import JournalClient
from gatepost.app import runtime
from gatepost.app.graph import Graph, spool_dir
from gatepost.app.parts import WorkerPlace, shared_of
from gatepost.auth.suffixes import public_suffixes
from gatepost.config.settings import Settings
from gatepost.gateway.admission import Room, room_for
from gatepost.gateway.worker import Worker
from gatepost.model.health import Heartbeat

log = structlog.get_logger()

BEAT = 1.0  # seconds between heartbeats
PROBE = 3.0  # seconds that backends have to answer before the doors open all the same
PAGE = resource.getpagesize()
COLLECT_AFTER = 20_000  # new objects between two looks for garbage: a message leaves no cycles


def run_worker(settings: Settings, place: WorkerPlace) -> int:
    """Serve until drained: SIGTERM once lets open sessions finish, twice ends them. The exit code."""
    runtime.set_up()
    public_suffixes()  # read now rather than while a message waits
    with new_runner() as runner:
        return runner.run(serve(settings, place))


def new_runner() -> "asyncio.Runner":
    """uvloop where there is one (four times less CPU per message), else the standard loop."""
    try:
        import uvloop  # the fallback below is part of the contract
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


async def serve(settings: Settings, place: WorkerPlace) -> int:
    loop = asyncio.get_running_loop()
    line = ControlLine(place.control)
    shared = shared_of(place)
    graph = Graph(
        settings, node=socket.gethostname(), worker=place.index, counters=shared.counters,
        gauges=shared.gauges_of(place.index), memory=shared.memory,
        journal=JournalClient(place.journal, bound=settings.journal.patience), alarms=line,
        generation=place.generation,
    )  # fmt: skip
    spool_dir(settings.gateway.data_dir).mkdir(mode=0o700, exist_ok=True)
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = Room(room_for(descriptors))
    listeners = [(graph.listeners[name], sockets) for name, sockets in place.sockets.items()]
    worker = Worker(loop, listeners, room)
    life = Life(loop, graph, worker, line)
    await graph.probe_backends(PROBE)
    graph.start_watching_files(loop)
    life.listen_to_signals()
    await worker.open()
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)
    life.beat()
    await life.ended.wait()
    return await life.end()


class Life:
    """Signals, heartbeat and end of one worker. Owned by its event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, graph: Graph, worker: Worker, line: ControlLine) -> None:
        self.loop, self.graph, self.worker, self.line = loop, graph, worker, line
        self.ended = asyncio.Event()
        self.is_draining = self.is_orphan = False
        self.tasks: set[asyncio.Task[Any]] = set()

    def listen_to_signals(self) -> None:
        self.loop.add_signal_handler(signal.SIGTERM, self.on_sigterm)
        self.loop.add_signal_handler(signal.SIGINT, lambda: None)  # the supervisor says when
        self.loop.add_reader(self.line.fileno(), self.on_control)

    def on_control(self) -> None:
        """Readable only when the supervisor is gone: then nobody would start us again, or stop us."""
        if not self.line.supervisor_is_gone():
            return
        self.loop.remove_reader(self.line.fileno())
        self.is_orphan = True  # the kernel sends SIGTERM too; that is no second one of the supervisor's
        self.loop.call_later(self.graph.settings.gateway.drain, self.cut_off)
        if not self.is_draining:
            self.is_draining = True
            self.start(self.drain())

    def on_sigterm(self) -> None:
        if self.is_draining:
            if not self.is_orphan:
                self.cut_off()
            return
        self.is_draining = True
        self.start(self.drain())

    def cut_off(self) -> None:
        self.worker.cut_off()
        self.ended.set()

    async def drain(self) -> None:
        await self.worker.drain(None)  # the supervisor's second SIGTERM ends it
        self.ended.set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def beat(self) -> None:
        """Once a second: I am alive, and this is how I am."""
        self.loop.call_later(BEAT, self.beat)  # whatever a look at the files may raise
        tally, room = self.graph.outside.tally, self.worker.room
        self.line.beat(
            Heartbeat(
                sessions=room.taken,
                tarpitted=tally.tarpitted,
                connections=tally.connections,
                accepted=tally.accepted,
                quarantined=tally.quarantined,
                deferred=tally.deferred,
                refused=tally.refused,
                octets_in=tally.octets_in,
                lost=tally.lost,
                resident=resident(),
            )
        )
        self.graph.watch()

    async def end(self) -> int:
        await self.graph.close()
        for task in self.tasks:
            task.cancel()
        self.loop.remove_signal_handler(signal.SIGTERM)
        return 0


def resident() -> int:
    """Octets of memory of this process."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE
