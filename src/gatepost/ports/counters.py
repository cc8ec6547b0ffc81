"""Counts that hold over all workers (and nodes, where the store is shared)."""

from typing import Protocol


class Counters(Protocol):
    """Events in sliding windows; each call is atomic. Raises `Unavailable`."""

    async def hit(self, key: str, *, window: float, amount: int = 1) -> int:
        """Count `amount` events now; how many fell in the last `window` seconds, these included."""

    async def peek(self, key: str, *, window: float) -> int:
        """How many fell in the last `window` seconds; counts nothing."""


class Gauges(Protocol):
    """Things that are open now; what a dead worker held is given back. Never raises, never waits."""

    def enter(self, key: str) -> int:
        """One more; how many there are now, over all workers."""

    def leave(self, key: str) -> None:
        """One less."""

    def level(self, key: str) -> int:
        """How many there are now."""
