"""Makes the model that comes with the program, from mail of a corpus: `make model CORPUS=directory`.

Only mail whose terms allow a model to be given away is used: rows marked as shippable, and three public collections
(docs/design/default-model.md). The same corpus makes the same octets. Logistic regression by plain gradient descent,
one mail after the other in an order that is the same each time, on those that are told wrong or right by little.
"""

import argparse
import random
from array import array
from collections.abc import Sequence
from math import exp, sqrt
from pathlib import Path

from gatepost.learn.calibration import Calibration, fitted
from gatepost.learn.classifier import Classifier, Model, blank_site
from gatepost.learn.features import GROUPS
from gatepost.learn.hashing import PLACES
from gatepost.learn.model_file import written
from tools.sights import Seen, cached

MODEL = Path(__file__).resolve().parents[1] / "src/gatepost/learn/default.model"
GAINS = {"letters": 1.0, "words": 1.0, "subject": 1.0, "sender": 0.5, "links": 1.5, "structure": 0.6, "hidden": 0.5}
COLLECTIONS = frozenset(("sisimai", "sa"))
LISTS = "l_"  # how the names of archives of mailing lists begin
ROUNDS = 10
RATE = 3.0
SLOWER = 3.0  # per round
NEAR = 0.02  # probability; what is told right by more teaches nothing
BIAS_RATE = 0.1
SEED = 1
LARGEST = 127  # of a weight, in steps
Prepared = tuple[list[tuple[Sequence[int], float]], bool]


def may_teach(mail: Seen) -> bool:
    return mail.shippable or mail.source in COLLECTIONS or mail.source.startswith(LISTS)


def train(mails: Sequence[Seen], gains: Sequence[float], rounds: int = ROUNDS) -> tuple[list[float], float]:
    """Weights and bias."""
    prepared: list[Prepared] = [(loud(mail, gains), mail.is_spam) for mail in mails]
    order = random.Random(SEED)  # noqa: S311 - the same each time, on purpose
    weights, bias = [0.0] * PLACES, 0.0
    for number in range(rounds):
        order.shuffle(prepared)
        for done, (groups, is_spam) in enumerate(prepared):
            rate = RATE / (1.0 + SLOWER * (number + done / len(prepared)))
            score = bias + sum([gain * sum(map(weights.__getitem__, places)) for places, gain in groups])
            error = is_spam - 1.0 / (1.0 + exp(-max(-30.0, min(30.0, score))))
            if -NEAR < error < NEAR:
                continue
            bias += rate * BIAS_RATE * error
            for places, gain in groups:
                change = rate * error * gain
                for place in places:
                    weights[place] += change
    return weights, bias


def loud(mail: Seen, gains: Sequence[float]) -> list[tuple[Sequence[int], float]]:
    groups = zip(mail.features, gains, strict=True)
    return [(places, gain / sqrt(len(places))) for places, gain in groups if places and gain]


def rounded(weights: Sequence[float], bias: float, gains: Sequence[float]) -> Model:
    step = max(map(abs, weights)) / LARGEST
    table = array("b", [max(-LARGEST, min(LARGEST, round(weight / step))) for weight in weights])
    return Model(weights=table, step=step, bias=bias, gains=tuple(gains), calibration=Calibration())


def calibrated(model: Model, mails: Sequence[Seen]) -> Model:
    classifier = Classifier(model, blank_site())
    scores = [classifier.default_score(mail.features) for mail in mails]
    return Model(
        weights=model.weights,
        step=model.step,
        bias=model.bias,
        gains=model.gains,
        calibration=fitted(scores, [mail.is_spam for mail in mails], model.calibration.cuts),
    )


def made(mails: Sequence[Seen]) -> bytes:
    """A model from those of these mails that may teach, calibrated on those that were held back."""
    teaching = [mail for mail in mails if may_teach(mail)]
    gains = [GAINS.get(group, 0.0) for group in GROUPS]
    first = [mail for mail in teaching if mail.split == "train"]
    weights, bias = train(first, gains)
    model = calibrated(rounded(weights, bias, gains), [mail for mail in teaching if mail.split == "dev"])
    spam = sum(mail.is_spam for mail in first)
    return written(model, f"{len(first) - spam} ham, {spam} spam; docs/design/default-model.md")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--to", type=Path, default=MODEL)
    parser.add_argument("--cache", type=Path, help="where to keep what is seen of the corpus, for the next run")
    wanted = parser.parse_args()
    octets = made(cached(wanted.corpus, wanted.cache))
    wanted.to.write_bytes(octets)
    print(f"{wanted.to}: {len(octets)} octets")


if __name__ == "__main__":
    main()
