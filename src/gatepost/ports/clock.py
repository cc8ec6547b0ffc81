"""The time, as something that tests can hold still."""

from typing import Protocol


class Clock(Protocol):
    """Two clocks: one for records, one for waiting."""

    def now(self) -> float:
        """Unix time in seconds."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
