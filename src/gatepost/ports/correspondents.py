"""To whom do our users write?"""

from typing import Protocol

from gatepost.model.address import Address


class Correspondents(Protocol):
    """Pairs of addresses, over all workers; outlives the gateway. Never waits. Raises `Unavailable`."""

    def note(self, ours: Address, theirs: Address, now: float) -> None:
        """`ours` has written to `theirs`. What nobody has noted for longest may make room for it."""

    def knows(self, ours: Address, theirs: Address, *, since: float) -> bool:
        """It has done so at that Unix time or later, give or take a day."""
