"""Which host of a backend to try next: in the order configured, one that failed only after a growing pause."""

from collections.abc import Callable

from gatepost.adapters.backend.settings import HostPort
from gatepost.model.reply import Reply
from gatepost.ports.backend import Extensions
from gatepost.smtp.client import common_to

FIRST_PAUSE = 1.0  # seconds after the first failure; doubled by each further one
LONGEST_PAUSE = 60.0  # seconds
PROBE_AFTER = 300.0  # seconds since a host was last connected to: what it offers may have changed

Notice = Callable[[str, str, str], None]
"""Told what an operator should know: a stable code such as `backend.host_failed`, the host, and what about it.

`HOST_BACK` takes `HOST_FAILED` of the same host back.
"""
HOST_FAILED = "backend.host_failed"
HOST_BACK = "backend.host_back"


class HostFailed(Exception):
    """A host could not be brought to take a message; nothing was sent. The text is for operators."""


class Host:
    """Health of one host, and what it offered last. Owned by one pool."""

    __slots__ = ("asked_at", "failures", "offered", "probing", "reason", "retry_at", "where")

    def __init__(self, where: HostPort) -> None:
        self.where = where
        self.asked_at = -PROBE_AFTER
        self.failures = 0
        self.retry_at = 0.0
        self.reason = ""
        self.offered: Extensions | None = None
        self.probing = False

    @property
    def is_healthy(self) -> bool:
        return self.failures == 0

    @property
    def probe_at(self) -> float:
        return self.asked_at + PROBE_AFTER if self.is_healthy else self.retry_at

    def worked(self, offered: Extensions) -> None:
        self.failures, self.reason = 0, ""
        self.offered = offered

    def failed(self, now: float, reason: str) -> None:
        """Pause before the next try. Failures of tries that began together count as one."""
        if now < self.retry_at:
            return
        self.retry_at = now + min(FIRST_PAUSE * 2**self.failures, LONGEST_PAUSE)
        self.failures = min(self.failures + 1, 16)
        self.reason = reason


class Hosts:
    """All hosts of one backend."""

    def __init__(self, places: tuple[HostPort, ...]) -> None:
        self.all = tuple(Host(place) for place in places)
        self.common = Extensions()

    def to_try(self, now: float) -> list[Host]:
        """Healthy ones in order, then as a last resort those whose pause is over."""
        healthy = [host for host in self.all if host.is_healthy]
        return healthy + [host for host in self.all if not host.is_healthy and host.retry_at <= now]

    def to_probe(self, now: float) -> list[Host]:
        """Those whose pause is over, and healthy ones that nobody has connected to for long."""
        return [host for host in self.all if not host.probing and now >= host.probe_at]

    @property
    def is_any_healthy(self) -> bool:
        return any(host.is_healthy for host in self.all)

    @property
    def reason(self) -> str:
        """Why none can be used, for operators."""
        return "; ".join(f"{host.where}: {host.reason}" for host in self.all if not host.is_healthy)

    def count(self) -> None:
        """Health or an offer has changed: work out again what all usable hosts offer.

        With every host down it stays what all of them last offered: their mail is deferred anyway.
        """
        known = [host for host in self.all if host.offered is not None]
        healthy = [host for host in known if host.is_healthy]
        self.common = common_to(tuple(host.offered for host in healthy or known if host.offered is not None))


def said(reply: Reply) -> str:
    """A reply of a host for operators: bounded, on one line."""
    return ascii(str(reply)[:200])[1:-1]
