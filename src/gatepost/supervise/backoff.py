"""How long until a process that died is started again?"""

FIRST = 0.1  # seconds
LONGEST = 30.0  # seconds
HEALTHY = 60.0  # seconds of life after which the past is forgotten


class Backoff:
    """Doubles with each early death. Owned by one seat."""

    def __init__(self) -> None:
        self.delay = FIRST

    def after(self, lived: float) -> float:
        """Seconds to wait after a process that lived so long."""
        if lived >= HEALTHY:
            self.delay = FIRST
        delay, self.delay = self.delay, min(2 * self.delay, LONGEST)
        return delay
