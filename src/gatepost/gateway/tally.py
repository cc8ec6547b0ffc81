"""How many of what, since the worker started; for its heartbeat."""

from gatepost.model.trace import End


class Tally:
    """One per worker; sessions add to it."""

    __slots__ = ("accepted", "connections", "deferred", "lost", "octets_in", "quarantined", "refused", "tarpitted")

    def __init__(self) -> None:
        self.accepted = self.quarantined = self.deferred = self.refused = 0
        self.connections = self.octets_in = self.lost = self.tarpitted = 0

    def ended(self, end: End) -> None:
        """A transaction, or a connection without one."""
        match end:
            case End.DELIVERED:
                self.accepted += 1
            case End.QUARANTINED:
                self.quarantined += 1
            case End.DEFERRED:
                self.deferred += 1
            case End.REFUSED | End.DROPPED:
                self.refused += 1
            case _:
                pass
