"""What an operator must know."""

from typing import Protocol


class Alarms(Protocol):
    """Tells him: once per key, however often and from however many workers it is raised. Never raises, never waits."""

    def raise_alarm(self, key: str, text: str) -> None:
        """Something is wrong that he can put right; `key` is stable, such as `backend.down.exchange`."""

    def all_clear(self, key: str, text: str = "") -> None:
        """It is right again; nothing happens if it was not wrong."""
