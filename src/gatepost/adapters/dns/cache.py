"""What was answered a while ago? Bounded in number and in octets; the longest unused goes first."""

from collections import OrderedDict
from typing import Generic, TypeVar

from msgspec import Struct

V = TypeVar("V")


class Kept(Struct, Generic[V], frozen=True):
    """A value, how long it holds (seconds, monotonic), and the octets it takes."""

    value: V
    until: float
    octets: int


class Cache(Generic[V]):
    """Values by name. Owned by one desk.

    Args:
        entries: most values.
        octets: most that all of them take together, as `put` was told.
    """

    def __init__(self, entries: int, octets: int) -> None:
        self.entries, self.octets = entries, octets
        self.kept: OrderedDict[str, Kept[V]] = OrderedDict()
        self.held = 0

    def get(self, name: str, now: float) -> V | None:
        kept = self.kept.get(name)
        if kept is None:
            return None
        if now >= kept.until:
            self.drop(name)
            return None
        self.kept.move_to_end(name)
        return kept.value

    def put(self, name: str, value: V, until: float, octets: int) -> None:
        """Remember it, unless it alone is too large."""
        self.drop(name)
        if octets > self.octets:
            return
        self.kept[name] = Kept(value, until, octets)
        self.held += octets
        while len(self.kept) > self.entries or self.held > self.octets:
            _, oldest = self.kept.popitem(last=False)
            self.held -= oldest.octets

    def drop(self, name: str) -> None:
        kept = self.kept.pop(name, None)
        if kept is not None:
            self.held -= kept.octets
