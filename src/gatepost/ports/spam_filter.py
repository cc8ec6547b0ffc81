"""What tells spam from ham by what a message says."""

from typing import Protocol

from msgspec import Struct

from gatepost.model.inspection import Inspection
from gatepost.model.message import Field


class Opinion(Struct, frozen=True, kw_only=True):
    """Of one message.

    Args:
        score: natural logarithm of the odds that it is spam, by its words, header, links and structure alone.
        is_taught: the site has taught enough of both for the filter to be sure.
        reasons: what moved it most, readable, bounded: words, links, facts, each with its weight.
    """

    score: float
    is_taught: bool = False
    reasons: tuple[str, ...] = ()


class SpamFilter(Protocol):
    """Never waits."""

    def opinion(self, header: tuple[Field, ...], seen: Inspection, evidence: tuple[str, ...]) -> Opinion:
        """What it makes of the message.

        Args:
            evidence: codes of findings of other checks.

        Raises:
            Unavailable: the model cannot be read.
        """

    def level(self, score: float, is_taught: bool) -> int:
        """The spam confidence level, 0 to 9, of a score, with other evidence added to it or not."""
