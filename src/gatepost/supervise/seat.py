"""Who sits here, and what if he leaves? A seat is filled again, later and later if nobody stays."""

import time
from collections.abc import Callable
from signal import Signals

import structlog

from gatepost.ports.alarms import Alarms
from gatepost.supervise.backoff import HEALTHY, Backoff
from gatepost.supervise.child import Child, Farewell
from gatepost.supervise.crew import how

log = structlog.get_logger()

Ended = Callable[[Child, int], None]
Fill = Callable[[Ended], Child]
"""Starts the process; raises OSError where the system has no room for it."""


class Seat:
    """One worker's or one service's. Owned by a generation, or by the station where the service is exclusive.

    Args:
        critical: nothing starts without it.
        alarm: key of the alarm when a process ends that should not have.
    """

    def __init__(self, name: str, fill: Fill, *, critical: bool, alarm: str, alarms: Alarms) -> None:
        self.name, self.fill, self.critical = name, fill, critical
        self.alarm, self.alarms = alarm, alarms
        self.child: Child | None = None
        self.backoff = Backoff()
        self.due: float | None = 0.0  # when it is to be filled; None = it is given up
        self.crashes = 0
        self.said = ""  # how the last one ended
        self.is_last = False  # who ends well now needs no successor

    @property
    def is_given_up(self) -> bool:
        return self.due is None

    @property
    def is_over(self) -> bool:
        return self.due is None and self.child is None

    def is_settled(self, now: float) -> bool:
        return self.child is not None and now - self.child.started >= HEALTHY

    def sit(self, now: float) -> None:
        """Starts a process if one is due."""
        if self.child is not None or self.due is None or now < self.due:
            return
        try:
            self.child = self.fill(self.left)
        except OSError as error:
            self.crashed(0.0, f"{self.name} cannot be started: {error.strerror}")
        else:
            log.info("process started", process=self.name, id=self.child.pid)

    def hasten(self, latest: float) -> None:
        """Whoever is to come next comes by then."""
        if self.due is not None:
            self.due = min(self.due, latest)

    def part(self, farewell: Farewell) -> None:
        """Who sits here is sent away; the seat is filled again when he has left."""
        if self.child is not None:
            self.child.part(farewell)

    def give_up(self, farewell: Farewell) -> None:
        """As `part`, for good."""
        self.due = None
        self.part(farewell)

    def left(self, child: Child, code: int) -> None:
        """The crew has buried it."""
        self.child = None
        if self.is_last and code == 0:
            self.due = None
        if self.due is None or (child.is_leaving and code in (0, -Signals.SIGTERM)):
            log.info("process ended", process=self.name, id=child.pid, how=how(code))
            return
        self.crashed(time.monotonic() - child.started, f"{self.name} (process {child.pid}) {how(code)}")

    def crashed(self, lived: float, said: str) -> None:
        self.crashes += 1
        self.said = said
        delay = self.backoff.after(lived)
        self.due = time.monotonic() + delay
        log.warning("process failed", process=self.name, how=said, again_in=delay)
        self.alarms.raise_alarm(self.alarm, f"{said}; it is started again in {delay:g} s. The log says more.")
