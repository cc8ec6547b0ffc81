"""Who sits here, and what if he leaves? A seat is filled again, later and later if nobody stays."""

from collections.abc import Callable
from signal import Signals

import structlog

from gatepost.supervise.backoff import Backoff
from gatepost.supervise.child import Child, Farewell
from gatepost.supervise.crew import how

log = structlog.get_logger()

Ended = Callable[[Child, int], None]
Fill = Callable[[Ended], Child]
"""Starts the process; raises OSError where the system has no room for it."""

SOON = 10.0  # seconds a service has to finish
SETTLED = 60.0  # seconds after which nobody speaks of the crash any more


class Seat:
    """One worker's or one service's; owned by a generation, or by the station where it is exclusive.

    Args:
        critical: the start fails if its first process dies.
        failed: called with a sentence when a process ended that should not have.
    """

    def __init__(self, name: str, fill: Fill, *, critical: bool, failed: Callable[[str], None]) -> None:
        self.name, self.fill, self.critical, self.failed = name, fill, critical, failed
        self.child: Child | None = None
        self.backoff = Backoff()
        self.due: float | None = 0.0
        self.crashes = 0
        self.said = ""  # how the last one ended

    @property
    def is_given_up(self) -> bool:
        return self.due is None

    def sit(self, now: float) -> None:
        """Starts a process if one is due."""
        if self.child is not None or self.due is None or now < self.due:
            return
        try:
            self.child = self.fill(self.left)
        except OSError as error:
            self.crashed(now, 0.0, f"{self.name} cannot be started: {error.strerror}")
        else:
            log.info("process started", process=self.name, started=self.child.pid)

    def left(self, child: Child, code: int) -> None:
        """The crew has buried it."""
        now = self.now()
        self.child = None
        if self.due is None or (child.is_leaving and code in (0, -Signals.SIGTERM)):
            log.info("process ended", process=self.name, ended=child.pid, how=how(code))
            self.due = None if self.due is None else now
        else:
            self.crashed(now, now - child.started, f"{self.name} (process {child.pid}) {how(code)}")
