"""Settings to what tells spam from ham."""

from functools import cache
from importlib.resources import files

from gatepost.learn.classifier import Classifier, blank_site
from gatepost.learn.explanation import reasons
from gatepost.learn.features import features, sight
from gatepost.learn.model_file import read
from gatepost.model.inspection import Inspection
from gatepost.model.message import Field
from gatepost.ports.spam_filter import Opinion

EXPLAINED = 0.0  # log-odds from which it is worth the time to say why
MOST_REASONS = 5


@cache
def default_classifier() -> Classifier:
    return Classifier(read((files("gatepost.learn") / "default.model").read_bytes()), blank_site())


class DefaultFilter:
    """`ports.spam_filter.SpamFilter` by the model that comes with the program alone."""

    def __init__(self) -> None:
        self.classifier = default_classifier()

    def opinion(self, header: tuple[Field, ...], seen: Inspection, evidence: tuple[str, ...]) -> Opinion:
        looked = sight(header, seen, evidence)
        found = features(looked)
        score = self.classifier.score(found)
        why = reasons(self.classifier, looked, found, MOST_REASONS) if score > EXPLAINED else ()
        return Opinion(score=score, reasons=tuple(f"{each.what} {each.weight:+.1f}" for each in why[:MOST_REASONS]))

    def level(self, score: float, is_taught: bool) -> int:
        return self.classifier.model.calibration.level(score, is_taught)
