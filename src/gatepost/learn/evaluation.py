"""How good is an order of mails by score: area under the ROC curve, and what is caught at a rate of false positives."""

from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct


class Point(Struct, frozen=True):
    """What a cut at this score does: parts of the ham and of the spam that are at or over it."""

    score: float
    ham: float
    spam: float


def roc(scores: Sequence[float], is_spam: Sequence[bool]) -> tuple[Point, ...]:
    """One point for each different score, falling; the curve begins at 0, 0 above the first."""
    spam = sum(is_spam)
    ham = len(scores) - spam
    if not spam or not ham:
        return ()
    falling = sorted(zip(scores, is_spam, strict=True), key=lambda pair: -pair[0])
    found, over_ham, over_spam = [], 0, 0
    for score, alike in groupby(falling, key=lambda pair: pair[0]):
        kinds = [one for _, one in alike]
        over_spam += sum(kinds)
        over_ham += len(kinds) - sum(kinds)
        found.append(Point(score, over_ham / ham, over_spam / spam))
    return tuple(found)


def auc_loss(scores: Sequence[float], is_spam: Sequence[bool]) -> float:
    """1 - AUC: how often ham scores above spam, where equal scores count half; 0 where one kind is missing."""
    lost, ham, spam = 0.0, 0.0, 0.0
    for point in roc(scores, is_spam):
        lost += (point.ham - ham) * (1.0 - (point.spam + spam) / 2)
        ham, spam = point.ham, point.spam
    return lost


def caught(scores: Sequence[float], is_spam: Sequence[bool], part: float) -> float:
    """The largest part of the spam that a cut finds which at most this part of the ham is at or over."""
    return max((point.spam for point in roc(scores, is_spam) if point.ham <= part), default=0.0)
