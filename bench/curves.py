"""How good is an order of mails by score: area under the ROC curve, and what is caught at a rate of false positives."""

from collections.abc import Sequence


def auc_loss(scores: Sequence[float], is_spam: Sequence[bool]) -> float:
    """1 - AUC: how often ham scores above spam, where equal scores count half."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    spam = sum(is_spam)
    ham = len(scores) - spam
    lost, below, position = 0.0, 0, 0
    while position < len(order):
        end = position
        while end < len(order) and scores[order[end]] == scores[order[position]]:
            end += 1
        here = sum(is_spam[one] for one in order[position:end])
        lost += here * (ham - below - (end - position - here) / 2)
        below += end - position - here
        position = end
    return lost / (spam * ham) if spam and ham else 0.0


def caught(scores: Sequence[float], is_spam: Sequence[bool], part: float) -> float:
    """Share of the spam above the lowest score that at most this part of the ham is above."""
    ham = sorted((score for score, spam in zip(scores, is_spam, strict=True) if not spam), reverse=True)
    cut = ham[min(len(ham) - 1, int(part * len(ham)))]
    spam = [score for score, spam in zip(scores, is_spam, strict=True) if spam]
    return sum(score > cut for score in spam) / len(spam)
