"""Who gets which connection, and when another one is opened.

A job takes the hottest idle connection, else it waits: for the next one that becomes free or ready. Hosts are
tried in order; one that failed is left alone for a growing pause and probed after it. One sweep a second (or
oftener where a limit is short) looks at every deadline.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from gatepost.adapters.backend.connection import Connection
from gatepost.adapters.backend.dial import Dialler
from gatepost.adapters.backend.hosts import HOST_BACK, HOST_FAILED, Host, HostFailed, Hosts, Notice
from gatepost.adapters.backend.job import Job
from gatepost.adapters.backend.settings import BackendSettings
from gatepost.adapters.backend.state import State
from gatepost.adapters.backend.tls import TlsContexts
from gatepost.ports.unavailable import Unavailable

LONGEST_SWEEP = 1.0  # seconds between two looks at the deadlines
SWEEPS_PER_LIMIT = 4  # how exact a shorter limit is held
STOPPING = "the gateway is stopping"


class Dispatch:
    """Owned by one pool; lives in one loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        settings: BackendSettings,
        contexts: TlsContexts,
        helo: str,
        hosts: Hosts,
        noticed: Notice,
    ) -> None:
        self.loop, self.settings, self.hosts, self.noticed = loop, settings, hosts, noticed
        self.dialler = Dialler(loop, settings, contexts, helo, self)
        self.idle: list[Connection] = []
        self.waiting: deque[Job[Any]] = deque()
        self.all: set[Connection] = set()  # every one that is not closed; those being set up and probes included
        self.pooled: set[Connection] = set()  # those of them that count against the cap
        self.tasks: set[asyncio.Task[None]] = set()
        self.dialling = 0
        self.dialled = 0
        self.retried = 0
        self.drained: asyncio.Future[None] | None = None
        self.interval = sweep_interval(settings)
        self.timer = loop.call_later(self.interval, self.sweep)

    # ── jobs ─────────────────────────────────────────────────────────────────
    def submit(self, job: Job[Any]) -> None:
        """Begin it, or let it wait; where no host can be tried it fails at once."""
        if self.drained is not None:
            job.fail(Unavailable(STOPPING))
            return
        while self.idle:
            connection = self.idle.pop()
            if connection.is_usable:
                if not connection.begin(job):
                    self.idle.append(connection)
                return
        self.waiting.append(job)
        self.call_for_connections()

    def retry(self, job: Job[Any]) -> None:
        """Its connection was dead before anything was agreed: on to one that is known to live."""
        self.retried += 1
        if self.drained is not None:
            job.fail(Unavailable(STOPPING))
            return
        self.waiting.appendleft(job)
        self.call_for_connections()

    def give_up(self, job: Job[Any]) -> None:
        """Nobody waits for it any more. What has been sent whole is left to end by itself."""
        job.is_over = True
        for connection in tuple(self.pooled):
            if connection.job is job and connection.exchange is not None and not connection.exchange.content_said:
                connection.drop("")

    # ── connections ──────────────────────────────────────────────────────────
    def call_for_connections(self) -> None:
        """Open as many as the waiting jobs need and the cap allows; only one at a time to hosts that failed."""
        room = self.settings.connections - len(self.pooled) - self.dialling
        wanted = min(len(self.waiting) - self.dialling, room)
        if wanted <= 0 or self.drained is not None:
            return
        if not self.hosts.is_any_healthy:
            wanted = 1 if self.dialling == 0 else 0
        if not self.hosts.to_try(self.loop.time()):
            self.nothing_opened()
            return
        for _ in range(wanted):
            self.dialling += 1
            self.spawn(self.dial())

    async def dial(self) -> None:
        """One more connection for whoever waits, to the first host that works."""
        try:
            connection = await self.first_that_works()
        finally:
            self.dialling -= 1
        if connection is None:
            self.nothing_opened()
        else:
            self.dialled += 1
            self.pooled.add(connection)
            connection.settled_down()
            self.freed(connection)

    async def first_that_works(self) -> Connection | None:
        for host in self.hosts.to_try(self.loop.time()):
            with suppress(HostFailed):
                return await self.try_host(host)
        return None

    async def try_host(self, host: Host) -> Connection:
        """A connection that is set up; how it went is noted of the host. Raises `HostFailed`."""
        host.asked_at = self.loop.time()
        try:
            connection = await self.dialler.open(host)
        except HostFailed as error:
            if host.is_healthy:
                self.noticed(HOST_FAILED, str(host.where), str(error))
            host.failed(self.loop.time(), str(error))
            self.hosts.count()
            raise
        if not host.is_healthy:
            self.noticed(HOST_BACK, str(host.where), "answers again")
        if not host.is_healthy or host.offered != connection.offered:
            host.worked(connection.offered)
            self.hosts.count()
        return connection

    def nothing_opened(self) -> None:
        """Idle ones that are left may serve a retried job after all; without any connection nobody can be served."""
        while self.idle and self.waiting:
            connection = self.idle.pop()
            if connection.is_usable:
                self.freed(connection)
        if not (self.pooled or self.dialling):
            error = Unavailable(f"no host can be reached: {self.hosts.reason}")
            waiting, self.waiting = self.waiting, deque()
            for job in waiting:
                job.fail(error)

    def freed(self, connection: Connection) -> None:
        """Ready for the next job: who waits longest, or the top of the stack."""
        if self.drained is not None or connection.served >= self.settings.messages_per_connection:
            connection.quit()
            return
        while self.waiting:
            job = self.waiting.popleft()
            if not job.is_over and connection.begin(job):
                return
        connection.is_old = True
        self.idle.append(connection)

    def opened(self, connection: Connection) -> None:
        """Watched from now on; it counts against the cap once it is ready, until then its dial does."""
        self.all.add(connection)

    def gone(self, connection: Connection) -> None:
        """It is closed; its place may be wanted."""
        self.all.discard(connection)
        if connection in self.pooled:
            self.pooled.remove(connection)
            if connection in self.idle:
                self.idle.remove(connection)
            if self.waiting:
                self.call_for_connections()
        self.look_if_drained()

    # ── time ─────────────────────────────────────────────────────────────────
    def sweep(self) -> None:
        now = self.loop.time()
        self.timer = self.loop.call_later(self.interval, self.sweep)
        for connection in [c for c in self.all if c.deadline <= now]:
            if connection.state is State.IDLE and connection in self.idle:
                self.idle.remove(connection)
            connection.expired()
        while self.waiting and (self.waiting[0].deadline <= now or self.waiting[0].is_over):
            self.waiting.popleft().fail(Unavailable("no connection became free in time"))
        if self.waiting:
            self.call_for_connections()
        for host in self.hosts.to_probe(now):
            host.probing = True
            self.spawn(self.probe(host))

    async def probe(self, host: Host) -> None:
        """See whether a host is back, and what it offers, without making anybody's message wait for it."""
        try:
            (await self.try_host(host)).quit()
        except HostFailed:
            pass  # noted; the next probe comes later
        finally:
            host.probing = False

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.ended)

    def ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        self.look_if_drained()

    # ── the end ──────────────────────────────────────────────────────────────
    async def drain(self, grace: float) -> None:
        """Nothing new is begun; what goes on may end within `grace` seconds, then it is cut off."""
        self.drained = self.loop.create_future()
        for job in self.waiting:
            job.fail(Unavailable(STOPPING))
        self.waiting.clear()
        leaving, self.idle = self.idle, []
        for connection in leaving:
            connection.quit()
        self.look_if_drained()
        limit = self.loop.call_later(grace, self.cut_off)
        try:
            await self.drained
        finally:
            limit.cancel()
            self.timer.cancel()

    def cut_off(self) -> None:
        for task in tuple(self.tasks):
            task.cancel()
        for connection in tuple(self.all):
            connection.drop(STOPPING)
        self.look_if_drained()

    def look_if_drained(self) -> None:
        if self.drained is not None and not (self.all or self.tasks) and not self.drained.done():
            self.drained.set_result(None)


def sweep_interval(settings: BackendSettings) -> float:
    shortest = min(
        settings.command_timeout,
        settings.data_timeout,
        settings.final_timeout,
        settings.idle_timeout,
        settings.wait_timeout,
    )
    return min(LONGEST_SWEEP, shortest / SWEEPS_PER_LIMIT)
