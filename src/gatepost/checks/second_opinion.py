"""What do other spam engines say of the message?

Asked of the whole message, as a recipient would have it: of every engine that `engines` names (`[engines.<name>]`:
rspamd, SpamAssassin), all at once. Each has points and a threshold of its own; a score at that threshold is worth
`weight` points here, others in proportion: never more than twice that, and at most half of it in favour of a message.
They count with everything else, and in the spam confidence level (`spam`); see Gatepost's page on the spam filter.
Nobody is asked about who has logged in or is allowed, nor an engine about a message larger than its `max_size`.

It is evidence only: an engine that gives no answer is told of and counts for nothing, unless `if_unavailable` says
otherwise.
"""

from collections.abc import Coroutine, Iterator
from typing import Any, Self

from msgspec import structs
from pydantic import Field, model_validator

from gatepost.model.check import NOTHING_FOUND, Check, Example, FailMode, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Findings, Kind
from gatepost.model.samples import found, message
from gatepost.model.stage import MessageStage
from gatepost.ports.second_opinion import NoOpinion, SecondOpinion, SecondOpinions
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.printable import printable

WEIGHT = 3.0  # points
SPAM = Kind("second_opinion.spam", "Another engine calls it spam.", score=WEIGHT)
SUSPICIOUS = Kind(
    "second_opinion.suspicious", "Another engine has points against it, and not enough.", score=WEIGHT / 2
)
HAM = Kind("second_opinion.ham", "Another engine has points in its favour.", score=-WEIGHT / 2)
NO_ANSWER = Kind("second_opinion.no_answer", "An engine gave no answer; it counted for nothing.")
MOST, LEAST = 2.0, -0.5  # times the weight
SMALL = 0.05  # points that nobody need be told of
RULES = 4  # names of rules in a finding
DETAIL_LIMIT = 160  # characters


class Config(CheckSettings):
    """Section `[checks.second_opinion]`."""

    engines: tuple[str, ...] = Field(
        (), max_length=8, description="Names of the `[engines.<name>]` that are asked.", examples=[["rspamd"]]
    )
    weight: float = Field(
        WEIGHT, ge=0, le=20, description="Points that a score at the engine's own threshold is worth."
    )
    weights: dict[str, float] = Field(
        default_factory=dict,
        description="The same for single engines, by name, from 0 to 20.",
        examples=[{"spamassassin": 2.0}],
    )

    @model_validator(mode="after")
    def weights_are_of_engines(self) -> Self:
        for name, weight in self.weights.items():
            if name not in self.engines:
                raise ValueError(f'weights names "{name}", which is not among engines: add it there')
            if not 0 <= weight <= 20:
                raise ValueError(f'weights: "{name}" takes points from 0 to 20')
        return self


def engine(score: float, *rules: str) -> dict[str, Any]:
    """A world in which the engine `rspamd`, whose threshold is 6, says that of every message."""
    return {"second_opinions": {"rspamd": {"score": score, "threshold": 6.0, "rules": rules}}}


ASKING = {"engines": ("rspamd",)}


class SecondOpinionCheck(Check[MessageStage]):
    """Asks them."""

    spec = Spec(name="second_opinion", kinds=(SPAM, SUSPICIOUS, HAM, NO_ANSWER), timeout=17.0)
    examples = (
        Example(
            says="An engine calls it spam.",
            at=message(),
            world=engine(9.0, "BAYES_SPAM", "URIBL_BLACK"),
            config=ASKING,
            finds=("second_opinion.spam",),
        ),
        Example(
            says="It has some points against it.",
            at=message(),
            world=engine(2.5, "RDNS_NONE"),
            config=ASKING,
            finds=("second_opinion.suspicious",),
        ),
        Example(
            says="It has points in its favour.",
            at=message(),
            world=engine(-4.0, "BAYES_HAM"),
            config=ASKING,
            finds=("second_opinion.ham",),
        ),
        Example(
            says="The engine is down.",
            at=message(),
            world={"second_opinions": {"rspamd": {"silent": "connection refused"}}},
            config=ASKING,
            finds=("second_opinion.no_answer",),
        ),
        Example(
            says="The client is allowed: nobody is asked.",
            at=message(so_far=found("access_client.allowed")),
            world=engine(9.0),
            config=ASKING,
            finds=(),
        ),
        Example(says="It says nothing either way.", at=message(), world=engine(0.0), config=ASKING, finds=()),
    )

    def __init__(self, config: Config, opinions: SecondOpinions) -> None:
        self.config = config
        self.opinions = opinions
        self.must_answer = config.if_unavailable not in (None, FailMode.OPEN)

    def is_idle(self) -> bool:
        return not self.config.engines

    def __call__(self, at: MessageStage) -> Report | Coroutine[Any, Any, Report]:
        if not self.config.engines or at.user or is_allowed(at.so_far):
            return NOTHING_FOUND
        return self.asked(at)

    async def asked(self, at: MessageStage) -> Report:
        answers = await self.opinions.ask(at, self.config.engines)
        silent = [answer for answer in answers if isinstance(answer, NoOpinion)]
        reasons = printable("; ".join(answer.reason for answer in silent), DETAIL_LIMIT)
        if silent and self.must_answer:
            raise Unavailable(reasons)
        findings = (
            *self.findings([answer for answer in answers if isinstance(answer, SecondOpinion)]),
            *([NO_ANSWER(reasons)] if silent else []),
        )
        return Report(findings) if findings else NOTHING_FOUND

    def findings(self, opinions: list[SecondOpinion]) -> Iterator[Finding]:
        """One of each engine that has something to say."""
        for opinion in opinions:
            weight = self.config.weights.get(opinion.engine, self.config.weight)
            points = weight * max(LEAST, min(MOST, opinion.score / opinion.threshold))
            if abs(points) >= SMALL:
                kind = HAM if points < 0 else SPAM if opinion.is_spam else SUSPICIOUS
                yield structs.replace(kind(detail(opinion)), score=round(points, 2))


def detail(opinion: SecondOpinion) -> str:
    """`rspamd 9.1 of 6: BAYES_SPAM, URIBL_BLACK ...`."""
    rules = ", ".join(opinion.rules[:RULES]) + (" ..." if len(opinion.rules) > RULES else "")
    said = f"{opinion.engine} {opinion.score:.1f} of {opinion.threshold:g}"
    return printable(f"{said}: {rules}" if rules else said, DETAIL_LIMIT)


def is_allowed(known: Findings) -> bool:
    """The operator vouches for whom it is from, or to."""
    return any(finding.code.startswith("access_") and finding.code.endswith(".allowed") for finding in known)
