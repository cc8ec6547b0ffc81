"""A look at every connection now and then, for the price of one timer.

Nothing is moved when a client says something: the connection only notes when it last did. The wheel comes
by within `HORIZON` seconds, and whoever it visits knows by then whether it has waited too long. (A timer
per command costs 2.9 µs and memory; this costs an attribute store.)
"""

import asyncio
from math import ceil
from typing import Protocol

TICK = 0.25  # seconds
HORIZON = 2.0  # seconds between two visits at most; what is closed is kept alive no longer


class Timed(Protocol):
    """What can be put on the wheel."""

    def look(self, now: float) -> float:
        """Visited at `now` (seconds of the loop's clock); when it wants to be visited next, 0 for never again."""


class Wheel:
    """One per worker."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.slots: dict[int, list[Timed]] = {}
        self.position = int(loop.time() / TICK)
        self.timer: asyncio.TimerHandle | None = None

    def visit(self, timed: Timed, when: float) -> None:
        """Come by at `when`, or within `HORIZON` if that is later."""
        now = self.loop.time()
        if self.timer is None:
            self.position = int(now / TICK)
            self.timer = self.loop.call_later(TICK, self.turn)
        slot = max(ceil(min(when, now + HORIZON) / TICK), self.position + 1)
        self.slots.setdefault(slot, []).append(timed)

    def turn(self) -> None:
        """Visit every slot that has come; go on as long as anything is on the wheel."""
        now = self.loop.time()
        last = int(now / TICK)
        while self.position < last:
            self.position += 1
            for timed in self.slots.pop(self.position, ()):
                try:
                    when = timed.look(now)
                except Exception as error:  # ours; but all other deadlines of this worker hang on this one timer
                    self.loop.call_exception_handler({"message": "a look failed", "exception": error})
                    continue
                if when:
                    self.visit(timed, when)
        self.timer = self.loop.call_later(TICK, self.turn) if self.slots else None

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        self.slots.clear()
