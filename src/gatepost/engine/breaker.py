"""Is it worth asking at all? After some failures in a row nobody waits any more, until one trial succeeds."""

from gatepost.ports.clock import Clock

FAILURES = 5  # in a row, until it opens
FIRST_PAUSE = 1.0  # seconds until a trial; doubles with each that fails
LONGEST_PAUSE = 15.0  # seconds


class Breaker:
    """Closed: ask. Open: do not, but for one trial after each pause. Owned by one worker.

    Args:
        patience: seconds within which a trial ends by itself.
        most: failures in a row until it opens.
    """

    def __init__(self, clock: Clock, patience: float, most: int = FAILURES) -> None:
        self.clock, self.patience, self.most = clock, patience, most
        self.failures = 0
        self.pause = FIRST_PAUSE
        self.open_until = 0.0
        self.problem = ""  # of the last failure, "" once one has succeeded

    def allows(self) -> bool:
        """Whether to ask now; when it is open, who gets True is the trial."""
        if self.failures < self.most:
            return True
        now = self.clock.monotonic()
        if now < self.open_until:
            return False
        self.open_until = now + self.patience
        return True

    def succeeded(self) -> None:
        self.failures, self.pause, self.problem = 0, FIRST_PAUSE, ""

    def failed(self, problem: str) -> None:
        self.failures += 1
        self.problem = problem
        if self.failures >= self.most:
            self.open_until = self.clock.monotonic() + self.pause
            self.pause = min(2 * self.pause, LONGEST_PAUSE)
