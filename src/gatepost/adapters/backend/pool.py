"""`ports.backend.Backend` over SMTP: connections are kept, the hottest one is used first, and all have deadlines.

One pool per backend and worker. A delivery is one coroutine that awaits one future; the rest runs in the
loop's callbacks. Measured (ARCHITECTURE §5): 0.155 CPU s per 1,000 messages pooled, 0.255 with a new
connection for each.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from msgspec import Struct

from gatepost.adapters.backend.dispatch import Dispatch
from gatepost.adapters.backend.hosts import Host, HostFailed, Hosts, Notice
from gatepost.adapters.backend.job import CalloutJob, DeliverJob, Job
from gatepost.adapters.backend.settings import BackendSettings
from gatepost.adapters.backend.tls import TlsContexts
from gatepost.model.address import Address
from gatepost.model.reply import Reply
from gatepost.model.tls import Tls
from gatepost.ports.backend import Delivery, Envelope, Extensions, Payload
from gatepost.smtp.client_commands import ehlo

T = TypeVar("T")


class Probe(Struct, frozen=True):
    """What one host answered when it was last asked; `error` is "" if it is ready for mail."""

    host: str
    extensions: Extensions = Extensions()
    tls: Tls | None = None
    error: str = ""


class Status(Struct, frozen=True):
    """A pool at one moment, and what it has counted since it began; of this worker only."""

    name: str
    connections: int = 0
    idle: int = 0
    waiting: int = 0
    failed: tuple[str, ...] = ()
    dialled: int = 0
    retried: int = 0


def silent(code: str, host: str, text: str) -> None:
    """Nobody is told."""


class Pool:
    """All hosts of one `[backends.<name>]`, as this worker sees them.

    It lives in the loop in which it is first used.

    Args:
        helo: what the gateway calls itself in EHLO.
        notice: told of failed hosts, downgrades, lost and doubtful deliveries.

    Raises:
        BadCertificate: a file named in the settings cannot be used.
        BadCommand: `helo` is no host name.
    """

    def __init__(self, name: str, settings: BackendSettings, helo: str, notice: Notice = silent) -> None:
        self.name, self.settings, self.helo, self.notice = name, settings, helo, notice
        self.hosts = Hosts(settings.hosts)
        self.contexts = TlsContexts(settings)
        ehlo(helo)
        self.dispatch: Dispatch | None = None

    def running(self) -> Dispatch:
        if self.dispatch is None:
            loop = asyncio.get_running_loop()
            self.dispatch = Dispatch(loop, self.settings, self.contexts, self.helo, self.hosts, self.notice)
        return self.dispatch

    def extensions(self) -> Extensions:
        return self.hosts.common

    def deliver(self, envelope: Envelope, payload: Payload) -> Coroutine[Any, Any, Delivery]:
        dispatch = self.dispatch or self.running()
        return carried_out(dispatch, DeliverJob(dispatch.loop, envelope, payload, self.settings.wait_timeout))

    async def verify(self, sender: Address | None, recipient: Address) -> Reply:
        """A refused MAIL says nothing about the recipient: that is `Unavailable` too."""
        dispatch = self.running()
        smtputf8 = not (recipient.is_ascii and (sender is None or sender.is_ascii))
        envelope = Envelope(sender=sender, recipients=(recipient,), size=0, smtputf8=smtputf8)
        return await carried_out(dispatch, CalloutJob(dispatch.loop, envelope, None, self.settings.wait_timeout))

    async def probe(self) -> tuple[Probe, ...]:
        """Connect to every host and learn what it offers, at start-up and for `check`; only in a task.

        Later the pool does so by itself, for every host that has not been connected to for five minutes.
        """
        dispatch = self.running()
        return tuple(await asyncio.gather(*(self.probe_host(dispatch, host) for host in self.hosts.all)))

    async def probe_host(self, dispatch: Dispatch, host: Host) -> Probe:
        try:
            connection = await dispatch.try_host(host)
        except HostFailed as error:
            return Probe(str(host.where), error=str(error))
        probe = Probe(str(host.where), connection.offered, connection.tls)
        connection.quit()
        return probe

    def status(self) -> Status:
        dispatch = self.dispatch
        if dispatch is None:
            return Status(self.name)
        return Status(
            name=self.name,
            connections=len(dispatch.pooled),
            idle=len(dispatch.idle),
            waiting=len(dispatch.waiting),
            failed=tuple(str(host.where) for host in self.hosts.all if not host.is_healthy),
            dialled=dispatch.dialled,
            retried=dispatch.retried,
        )

    async def close(self, grace: float = 30.0) -> None:
        """No new work; what goes on has `grace` seconds to end, then its connection is cut."""
        if self.dispatch is not None:
            await self.dispatch.drain(grace)


async def carried_out(dispatch: Dispatch, job: Job[T]) -> T:
    dispatch.submit(job)
    try:
        return await job.future
    finally:
        if not job.is_over:  # cancelled: nobody waits any more
            dispatch.give_up(job)
