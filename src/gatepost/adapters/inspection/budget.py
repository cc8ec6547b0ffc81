"""How much may come out of one message: octets, members, depth, time. Asked before anything is made."""

from collections.abc import Callable

from msgspec import Struct


class OverBudget(Exception):
    """A budget ran out; its name: size, ratio, members, depth, time."""


class Allowance(Struct, frozen=True, kw_only=True):
    """Of one message.

    Args:
        octets: of all that is unpacked, together.
        ratio: octets that may come of one octet of a container, once `free` octets have come out of it.
        free: octets that a container may give at any ratio.
        members: of all containers together.
        depth: containers within each other.
        seconds: CPU time.
    """

    octets: int = 128 * 1024 * 1024
    ratio: int = 200
    free: int = 8 * 1024 * 1024
    members: int = 5000
    depth: int = 20
    seconds: float = 4.0


class Budget:
    """What is left of an allowance. Owned by the walk of one message.

    Args:
        used: CPU seconds so far, of this process.
    """

    def __init__(self, allowance: Allowance, used: Callable[[], float]) -> None:
        self.allowance = allowance
        self.used = used
        self.until = used() + allowance.seconds
        self.octets = 0
        self.members = 0

    def member(self) -> None:
        """One more member is looked at."""
        self.members += 1
        if self.members > self.allowance.members:
            raise OverBudget("members")
        self.time()

    def room(self, octets: int) -> None:
        """So many octets are about to be made, or have been. Raises `OverBudget`."""
        self.octets += octets
        if self.octets > self.allowance.octets:
            raise OverBudget("size")
        self.time()

    def ratio(self, packed: int, unpacked: int) -> None:
        """One container of `packed` octets has given `unpacked` so far."""
        if unpacked > self.allowance.free and unpacked > self.allowance.ratio * packed:
            raise OverBudget("ratio")

    def deeper(self, depth: int) -> None:
        if depth > self.allowance.depth:
            raise OverBudget("depth")

    def time(self) -> None:
        if self.used() > self.until:
            raise OverBudget("time")
