"""Things remembered for a while, over all workers."""

from typing import Protocol


class Memory(Protocol):
    """A bounded cache of short strings with a time to live. Raises `Unavailable`."""

    async def get(self, key: str) -> str | None:
        """None if absent or expired."""

    async def put(self, key: str, value: str, *, ttl: float) -> None:
        """Remember for `ttl` seconds; the oldest go when it is full."""
