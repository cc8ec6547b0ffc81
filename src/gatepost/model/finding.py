"""Evidence: what a check saw. A finding never says what is to be done."""

from collections.abc import Iterator
from typing import TypeVar

from msgspec import Struct

T = TypeVar("T")


class Finding(Struct, frozen=True, omit_defaults=True):
    """One occurrence of a `Kind`, with what an operator needs to believe it.

    Args:
        code: the kind's code.
        detail: what was seen, bounded and printable; never a body or a subject.
        score: points towards spam, from the kind.
    """

    code: str
    detail: str = ""
    score: float = 0.0


class Kind(Struct, frozen=True):
    """A thing a check can find, declared once beside the check.

    Args:
        code: stable name, `<check>.<what>`; never reused for another meaning.
        summary: one sentence for operators.
        score: default weight in points, positive for spam; the policy may override it.
    """

    code: str
    summary: str
    score: float = 0.0

    def __call__(self, detail: str = "") -> Finding:
        return Finding(self.code, detail, self.score)


class Findings(Struct, frozen=True):
    """What earlier phases and earlier checks have established; read-only."""

    items: tuple[Finding, ...] = ()
    values: tuple[object, ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    def value(self, kind: type[T]) -> T | None:
        """The typed result an earlier check left, such as an `SpfResult`."""
        for value in reversed(self.values):
            if isinstance(value, kind):
                return value
        return None


NOTHING = Findings()
