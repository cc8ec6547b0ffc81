"""May one more connection be served? Caps over all workers; the longest idle stranger makes room first.

(PRODUCT, deviations 3 and 9; FACTS §4.4. Counts are shared by the workers, see `ports.counters.Gauges`.)
"""

from collections.abc import Callable
from typing import Protocol

from gatepost.gateway.listener import Listener
from gatepost.model.reply import Reply

TOO_MANY = Reply(421, "4.3.2", "Too many connections, try again later")
TOO_MANY_OF_YOURS = Reply(421, "4.7.0", "Too many connections from your address, try again later")
NO_DESCRIPTORS = Reply(421, "4.3.2", "Too busy, try again later")


class Evictable(Protocol):
    """A connection that can be told to go; `active` is when its client last said something (loop's clock)."""

    active: float

    def evict(self) -> bool: ...


class Admission:
    """One per listener and worker.

    Args:
        room: connections this worker's descriptors allow, over all listeners.
    """

    def __init__(self, listener: Listener, room: "Room") -> None:
        self.listener = listener
        self.room = room
        self.gauges = listener.outside.gauges
        self.total_key = f"connections:{listener.name}"
        self.idle: dict[Evictable, float] = {}  # between transactions, with when each was active when queued

    def enter(self, client: str, exempt: bool) -> Reply | None:
        """Count a connection in; the reply that sends it away where there is no room. Always followed by `leave`.

        Args:
            client: as `client_of` has it.
            exempt: a relay of ours: the cap per client does not hold for it.
        """
        limits = self.listener.limits
        self.room.taken += 1
        self.listener.outside.tally.connections += 1
        if self.gauges.enter(self.client_key(client)) > limits.connections_per_client and not exempt:
            return TOO_MANY_OF_YOURS
        if self.room.taken > self.room.limit:
            return NO_DESCRIPTORS
        if self.gauges.enter(self.total_key) > limits.connections and not self.evict_one():
            self.gauges.leave(self.total_key)
            return TOO_MANY
        return None

    def leave(self, client: str, *, served: bool, in_tarpit: bool) -> None:
        """Count a connection out; `served`: it was not sent away, which takes nobody's place while it ends."""
        self.room.leave()
        self.gauges.leave(self.client_key(client))
        if in_tarpit:
            self.listener.outside.tally.tarpitted -= 1
            self.listener.tarpit.leave()
        elif served:
            self.gauges.leave(self.total_key)

    def client_key(self, client: str) -> str:
        return f"client:{self.listener.name}:{client}"

    def evict_one(self) -> bool:
        """Close the session of this worker that has been idle longest before MAIL.

        Who has spoken since he was queued, or waits for an answer of ours, is queued anew behind the others; so the
        queue is in order when it matters.
        """
        if not self.idle:
            return False
        for _ in range(len(self.idle) + 1):  # whoever is queued anew in the first round is found in the second
            victim = next(iter(self.idle))
            if self.idle.pop(victim) >= victim.active and victim.evict():
                return True
            self.idle[victim] = victim.active
        return False

    def enter_tarpit(self) -> bool:
        """A served connection becomes a waiting one; False if the pit is full."""
        if not self.listener.tarpit.enter():
            return False
        self.gauges.leave(self.total_key)
        self.listener.outside.tally.tarpitted += 1
        return True

    def leave_tarpit(self) -> None:
        self.listener.outside.tally.tarpitted -= 1
        self.listener.tarpit.leave()
        self.gauges.enter(self.total_key)


class Room:
    """Connections that this worker's file descriptors allow. One per worker.

    Args:
        limit: connections; see `room_for`.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0
        self.on_empty: Callable[[], None] | None = None

    def leave(self) -> None:
        """One less; tells who waits for the last."""
        self.taken -= 1
        if not self.taken and self.on_empty is not None:
            self.on_empty()


def room_for(descriptors: int) -> int:
    """Of so many descriptors, what clients may have: the rest is for backends, spool files and the process itself."""
    return max(16, descriptors - max(64, descriptors // 8))
