"""The real time."""

import time


class SystemClock:
    """`ports.clock.Clock` by the system's clocks."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()
