"""What does a score mean: which spam confidence level, 0 to 9?

A score is log-odds where the mail is like that which taught; elsewhere it is only an order. So levels are cut where
held-back mail says, and until a site has taught enough of both kinds a score alone goes no higher than `UNTAUGHT`: what
is certain of a mail must come from other evidence.
"""

from bisect import bisect_right
from collections.abc import Sequence
from math import exp

from msgspec import Struct

LEVELS = 9
UNTAUGHT = 6  # the highest level by the score of a filter that this site has not taught
CUTS = (-2.0, -1.0, -0.3, 0.4, 1.2, 2.2, 3.5, 5.0, 7.0)
ROUNDS = 100
FURTHEST = 0.25  # that one round changes slope or shift
PRIOR = 10.0  # held-back mails that the plain reading of a score is worth


class Calibration(Struct, frozen=True):
    """
    Args:
        cuts: scores at which levels 1 to 9 begin, rising.
        slope, shift: log-odds are `slope * score + shift`.
    """

    cuts: tuple[float, ...] = CUTS
    slope: float = 1.0
    shift: float = 0.0

    def level(self, score: float, is_taught: bool) -> int:
        """
        Args:
            is_taught: this site has taught enough of both kinds.
        """
        found = bisect_right(self.cuts, score)
        return found if is_taught else min(found, UNTAUGHT)

    def probability(self, score: float) -> float:
        """That a mail with this score is spam, among mail like that which was held back."""
        return logistic(self.slope * score + self.shift)


def logistic(odds: float) -> float:
    return 1.0 / (1.0 + exp(-max(-500.0, min(500.0, odds))))


def fitted(scores: Sequence[float], is_spam: Sequence[bool], cuts: tuple[float, ...] = CUTS) -> Calibration:
    """Slope and shift by Newton's method, held near 1 and 0 where few mails were held back (Platt's scaling)."""
    slope, shift = 1.0, 0.0
    for _ in range(ROUNDS):
        by_slope, by_shift = -PRIOR * (slope - 1.0), -PRIOR * shift / 10
        a, b, c = PRIOR, 0.0, PRIOR / 10
        for score, spam in zip(scores, is_spam, strict=True):
            chance = logistic(slope * score + shift)
            missing, curve = float(spam) - chance, chance * (1.0 - chance)
            by_slope += missing * score
            by_shift += missing
            a, b, c = a + curve * score * score, b + curve * score, c + curve
        size = a * c - b * b
        if size <= 0:
            break
        slope += bounded((c * by_slope - b * by_shift) / size)
        shift += bounded((a * by_shift - b * by_slope) / size)
        if abs(by_slope) + abs(by_shift) < 1e-6 * (1 + len(scores)):
            break
    return Calibration(cuts, max(0.01, slope), shift)


def bounded(change: float) -> float:
    """Far from the best place a step goes too far."""
    return max(-FURTHEST, min(FURTHEST, change))
