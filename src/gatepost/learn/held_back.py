"""What would the filter have said of mail that taught it, had it not been taught by that mail? And so: what do a
site's scores mean?

The mails are dealt into folds; each fold is judged by what all the others teach. What people teach is what was told
wrong more than other mail, so what is made of it only shifts the levels, and only so far.
"""

from collections.abc import Sequence

from gatepost.learn.calibration import Calibration, fitted
from gatepost.learn.classifier import Classifier, Model, blank_site
from gatepost.learn.features import Features

FOLDS = 5
FURTHEST = 1.5  # log-odds that a level may begin away from where the model's calibration has it
DOUBTFUL = 0.005  # of the ham at most may be at a level from `SUSPECT` on
SUSPECT, CERTAIN = 5, 8  # levels; no ham that was held back may be at the second
MARGIN = 0.05


def held_back_scores(model: Model, mails: Sequence[tuple[Features, bool]], folds: int = FOLDS) -> list[float]:
    """A score for each, in their order."""
    scores = [0.0] * len(mails)
    for fold in range(folds):
        judge = Classifier(model, blank_site())
        for at, (features, is_spam) in enumerate(mails):
            if at % folds != fold:
                judge.learn_one(features, is_spam)
        for at in range(fold, len(mails), folds):
            scores[at] = judge.score(mails[at][0])
    return scores


def site_calibration(base: Calibration, scores: Sequence[float], is_spam: Sequence[bool]) -> Calibration:
    """Levels begin where the odds are those at which they begin in the model's own calibration."""
    found = fitted(scores, is_spam, base.cuts)
    wanted = [(base.slope * cut + base.shift - found.shift) / found.slope for cut in base.cuts]
    ham = sorted([score for score, spam in zip(scores, is_spam, strict=True) if not spam])
    if ham:
        suspect = ham[min(len(ham) - 1, int(len(ham) * (1 - DOUBTFUL)))] + MARGIN
        wanted = [
            max(cut, ham[-1] + MARGIN) if level >= CERTAIN else max(cut, suspect) if level >= SUSPECT else cut
            for level, cut in enumerate(wanted, 1)
        ]
    cuts: list[float] = []
    for cut, own in zip(wanted, base.cuts, strict=True):
        cuts.append(max(own - FURTHEST, min(own + FURTHEST, cut), *cuts[-1:]))
    return Calibration(tuple(cuts), found.slope, found.shift)
