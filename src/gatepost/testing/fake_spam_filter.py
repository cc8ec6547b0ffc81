"""What stands behind the ports of the spam filter in tests."""

from collections.abc import Mapping, Sequence

from gatepost.model.address import Address
from gatepost.model.inspection import Inspection
from gatepost.model.message import Field, Message
from gatepost.ports.spam_filter import Opinion
from gatepost.ports.unavailable import Unavailable


class FakeSpamFilter:
    """Has the same opinion of every message; a score is its own level."""

    def __init__(self, opinion: Opinion) -> None:
        self.said = opinion

    def opinion(self, header: tuple[Field, ...], seen: Inspection, evidence: tuple[str, ...]) -> Opinion:
        return self.said

    def level(self, score: float, is_taught: bool) -> int:
        return max(0, min(9 if is_taught else 6, int(score)))


class FakeCorrespondents:
    """Who of ours has written to whom, as addresses."""

    def __init__(self, pairs: Mapping[str, Sequence[str]]) -> None:
        self.pairs = {(ours, theirs) for ours, all_theirs in pairs.items() for theirs in all_theirs}
        self.down = False

    def note(self, ours: Address, theirs: Address, now: float) -> None:
        self.require_up()
        self.pairs.add((str(ours), str(theirs)))

    def knows(self, ours: Address, theirs: Address, *, since: float) -> bool:
        self.require_up()
        return (str(ours), str(theirs)) in self.pairs

    def require_up(self) -> None:
        if self.down:
            raise Unavailable("correspondents")


class FakeLessonBox:
    """What was put in: whether it is spam, and the source."""

    def __init__(self) -> None:
        self.lessons: list[tuple[bool, str]] = []
        self.down = False

    def put(self, message: Message, seen: Inspection, *, is_spam: bool, source: str) -> None:
        if self.down:
            raise Unavailable("lessons")
        self.lessons.append((is_spam, source))
