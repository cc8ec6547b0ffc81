"""Deadlines of many connections for the price of one timer.

Moving a deadline is an attribute store and a comparison (0.2 µs against 2.9 for `call_later`). The wheel
looks at a connection a few seconds ahead at most; if its deadline has been moved since, it is filed anew.
"""

import asyncio
from math import ceil
from typing import Protocol

TICK = 0.5  # seconds; deadlines are met up to one tick late
HORIZON = 16  # ticks a connection is filed ahead: what is closed is kept alive no longer


class Timed(Protocol):
    """What can be put on the wheel; both attributes belong to the wheel."""

    deadline: float  # seconds of the loop's clock; 0 = none
    slot: int  # where it is filed; 0 = nowhere

    def deadline_passed(self, now: float) -> None:
        """Called once for each deadline; may set another."""


class Wheel:
    """One per worker."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.slots: dict[int, list[Timed]] = {}
        self.position = int(loop.time() / TICK)
        self.timer: asyncio.TimerHandle | None = None

    def set(self, timed: Timed, deadline: float) -> None:
        """Move the deadline of `timed`, to later or to earlier."""
        timed.deadline = deadline
        if not timed.slot or deadline < timed.slot * TICK:
            self.file(timed)

    def clear(self, timed: Timed) -> None:
        """No deadline any more."""
        timed.deadline = 0.0

    def file(self, timed: Timed) -> None:
        if self.timer is None:
            self.position = int(self.loop.time() / TICK)
            self.timer = self.loop.call_later(TICK, self.turn)
        slot = max(min(ceil(timed.deadline / TICK), self.position + HORIZON), self.position + 1)
        timed.slot = slot
        self.slots.setdefault(slot, []).append(timed)

    def turn(self) -> None:
        """Visit every slot that has come; go on as long as anything is on the wheel."""
        now = self.loop.time()
        last = int(now / TICK)
        while self.position < last:
            self.position += 1
            for timed in self.slots.pop(self.position, ()):
                if timed.slot == self.position:  # else it has been filed again, earlier
                    self.visit(timed, now)
        self.timer = self.loop.call_later(TICK, self.turn) if self.slots else None

    def visit(self, timed: Timed, now: float) -> None:
        timed.slot = 0
        if timed.deadline and timed.deadline <= now:
            timed.deadline = 0.0
            timed.deadline_passed(now)
        if timed.deadline and not timed.slot:
            self.file(timed)

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        self.slots.clear()
