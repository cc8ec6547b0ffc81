"""What is going on? The last minute of transactions, counted. (no I/O, no layout)"""

from collections import Counter, deque
from collections.abc import Iterable

from msgspec import Struct

from gatepost.model.trace import End, Trace

WINDOW = 60.0  # seconds that are counted
TOP = 8  # of each list
NEUTRAL = frozenset({"", "default"})


class Seen(Struct, frozen=True, gc=False):
    """What is kept of one transaction."""

    ended: float
    end: End
    rule: str
    client: str
    size: int


class Count(Struct, frozen=True):
    """One line of a list."""

    name: str
    count: int


class Frame(Struct, frozen=True, kw_only=True):
    """One look at the board.

    Args:
        per_minute: transactions that ended within the last minute, by end.
        octets: of the messages among them.
        rules: that refused, deferred or held most of them.
        clients: with most transactions that were not delivered.
    """

    at: float
    per_minute: dict[str, int]
    octets: int
    rules: tuple[Count, ...]
    clients: tuple[Count, ...]


class Board:
    """The last minute; owned by the command."""

    def __init__(self) -> None:
        self.seen: deque[Seen] = deque()
        self.newest = ""

    def add(self, traces: Iterable[Trace]) -> None:
        """Oldest first."""
        for trace in traces:
            self.seen.append(Seen(trace.began + trace.elapsed, trace.end, rule_of(trace), trace.client_ip, trace.size))
            self.newest = trace.id

    def frame(self, now: float) -> Frame:
        while self.seen and self.seen[0].ended < now - WINDOW:
            self.seen.popleft()
        ends = Counter(seen.end.value for seen in self.seen)
        against = [seen for seen in self.seen if seen.end not in (End.DELIVERED, End.IDLE)]
        return Frame(
            at=now,
            per_minute={end.value: ends[end.value] for end in End},
            octets=sum(seen.size for seen in self.seen if seen.end is End.DELIVERED),
            rules=most(seen.rule for seen in against if seen.rule not in NEUTRAL),
            clients=most(seen.client for seen in against),
        )


def rule_of(trace: Trace) -> str:
    """That decided for the transaction, else for one of its recipients."""
    if trace.rule not in NEUTRAL:
        return trace.rule
    return next((r.rule for r in trace.recipients if r.rule not in NEUTRAL), "")


def most(names: Iterable[str]) -> tuple[Count, ...]:
    return tuple(Count(name, count) for name, count in Counter(names).most_common(TOP))
