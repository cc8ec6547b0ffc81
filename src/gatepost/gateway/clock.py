"""The real time."""

import time


class SystemClock:
    """`ports.clock.Clock` by the system's clocks."""

    def now(self) -> float:
        return time.time()  # noqa: TID251 - the one place that reads the wall clock in the gateway

    def monotonic(self) -> float:
        return time.monotonic()
