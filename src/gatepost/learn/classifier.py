"""How likely is this mail spam, by what was learned from other mail?

Logistic regression. Two tables of weights speak: the model that comes with the program, which nobody changes, and what
this site has learned. The model says less the more the site has seen of both kinds. A site learns as if there were no
model: what the model knows already it would else learn too late, when the model says less. A site's weights are whole
numbers and are changed by adding, so what was learned of one mail can be taken out again to the last bit, in any order.
"""

from array import array
from collections.abc import Iterator, MutableSequence, Sequence
from math import ceil, exp, inf, sqrt

from msgspec import Struct

from gatepost.learn.calibration import Calibration
from gatepost.learn.features import GROUPS, Features
from gatepost.learn.hashing import PLACES, PRIME

ONE = 1 << 16  # a site's weight of 1.0
BIAS, HAM, SPAM = PRIME, PRIME + 1, PRIME + 2  # places of a site's table that no feature has
# How loud each group is in what a site learns; the model brings its own.
SITE_GAINS = (1.0, 1.0, 1.0, 1.0, 1.5, 0.5, 0.5, 1.0, 1.5)
BIAS_GAIN = 0.3
RATE = 0.7
NEAR = 3.0  # log-odds; a mail that is told right by so much teaches nothing
HALVED = 40  # mails of the rarer kind after which the model counts half
LEAST = 0.3  # the model is never less than this part of itself


class Model(Struct, frozen=True, kw_only=True):
    """What was learned elsewhere.

    Args:
        weights: one for each place.
        step: what a weight of 1 is.
        bias: log-odds of a mail of which nothing is known.
        gains: of the groups.
        calibration: what its scores mean.
    """

    weights: "array[int]"
    step: float
    bias: float
    gains: tuple[float, ...]
    calibration: Calibration


class Lesson(Struct, frozen=True, array_like=True):
    """What one mail has changed: enough to undo it.

    Args:
        places: of each group.
        added: to each place of the group.
        to_bias: what was added there.
    """

    is_spam: bool
    places: tuple[tuple[int, ...], ...]
    added: tuple[int, ...]
    to_bias: int


def blank_site() -> "array[int]":
    """The table of a site that has learned nothing: 1 MiB. A mapping of as many octets of 0, cast to `i`, does too."""
    return array("i", bytes(4 * PLACES))


def blank_model() -> Model:
    """One that knows nothing."""
    return Model(
        weights=array("b", bytes(PLACES)), step=1.0, bias=0.0, gains=(0.0,) * len(GROUPS), calibration=Calibration()
    )


class Classifier:
    """A model and what a site has learned.

    Args:
        site: one for each place, in parts of `ONE`; changed by learning. May be shared with readers; one may write.
    """

    def __init__(self, model: Model, site: MutableSequence[int]) -> None:
        self.model = model
        self.site = site

    def score(self, features: Features) -> float:
        """Log-odds: 0 = as likely spam as not."""
        return self.weight_of_model() * self.default_score(features) + self.site_score(features)

    def predict_proba_one(self, features: Features) -> float:
        return probability(self.score(features))

    def default_score(self, features: Features) -> float:
        model = self.model
        weights, step = model.weights.__getitem__, model.step
        return model.bias + sum(
            [
                gain * step * sum(map(weights, places)) / sqrt(len(places))
                for places, gain in zip(features, model.gains, strict=True)
                if places and gain
            ]
        )

    def site_score(self, features: Features) -> float:
        if not self.site[HAM] and not self.site[SPAM]:
            return 0.0
        weights = self.site.__getitem__
        return BIAS_GAIN * self.site[BIAS] / ONE + sum(
            [
                gain * sum(map(weights, places)) / (ONE * sqrt(len(places)))
                for places, gain in zip(features, SITE_GAINS, strict=True)
                if places
            ]
        )

    def has_learned(self, enough: int) -> bool:
        """So many mails of each kind."""
        return min(self.site[HAM], self.site[SPAM]) >= enough

    def weight_of_model(self) -> float:
        seen = min(self.site[HAM], self.site[SPAM])
        return max(LEAST, HALVED / (HALVED + seen))

    def learn_one(self, features: Features, is_spam: bool) -> Lesson:
        """Learns where the mail was told wrong, or right by little. The lesson is for `unlearn`."""
        before = self.weight_of_model()
        self.site[SPAM if is_spam else HAM] += 1
        less = before - self.weight_of_model()
        lost = less * self.default_score(features) if less else 0.0
        step = step_towards(self.site_score(features), lost, is_spam) / reach(features)
        lesson = Lesson(
            is_spam=is_spam,
            places=tuple(map(tuple, features)),
            added=tuple(
                [
                    whole(step * gain / sqrt(len(places))) if places else 0
                    for places, gain in zip(features, SITE_GAINS, strict=True)
                ]
            ),
            to_bias=whole(step * BIAS_GAIN),
        )
        self.apply(lesson, 1)
        return lesson

    def unlearn(self, lesson: Lesson) -> None:
        """As if it had never been learned, but for what was learned after it and because of it."""
        self.site[SPAM if lesson.is_spam else HAM] -= 1
        self.apply(lesson, -1)

    def apply(self, lesson: Lesson, sign: int) -> None:
        site = self.site
        site[BIAS] += sign * lesson.to_bias
        for places, added in zip(lesson.places, lesson.added, strict=True):
            if added:
                change = sign * added
                for place in places:
                    site[place] += change

    def contributions(self, features: Features) -> Iterator[tuple[str, Sequence[int], list[float]]]:
        """What each feature adds to the score: by group, its places and their log-odds."""
        share = self.weight_of_model()
        model, weights, site = self.model, self.model.weights, self.site
        for group, places, gain, own in zip(GROUPS, features, model.gains, SITE_GAINS, strict=True):
            if places:
                loudness = sqrt(len(places))
                by_model, by_site = share * gain * model.step / loudness, own / (ONE * loudness)
                yield group, places, [by_model * weights[place] + by_site * site[place] for place in places]


def step_towards(by_site: float, lost: float, is_spam: bool) -> float:
    """By how much the site's score should change.

    Args:
        lost: what the model says less because of this mail; it is made good, so that no mail's score ever falls
            because it was learned as spam, nor rises because it was learned as ham.
    """
    sign = 1.0 if is_spam else -1.0
    learned = RATE * REACH * (1.0 - probability(sign * by_site)) if sign * by_site <= NEAR else 0.0
    return sign * max(0.0, sign * lost, learned)


REACH = BIAS_GAIN**2 + sum(gain * gain for gain in SITE_GAINS)


def reach(features: Sequence[Sequence[int]]) -> float:
    """By how much the score changes where each weight is changed by one unit of its group."""
    return BIAS_GAIN**2 + sum(gain * gain for places, gain in zip(features, SITE_GAINS, strict=True) if places)


def whole(weight: float) -> int:
    """Away from 0, so that what is made good is made good."""
    parts = weight * ONE
    return ceil(parts) if parts > 0 else -ceil(-parts)


def probability(score: float) -> float:
    if score == -inf:
        return 0.0
    return 1.0 / (1.0 + exp(-score)) if score > -500 else 0.0
