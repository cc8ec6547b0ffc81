"""What does rspamd's answer mean? JSON, read strictly: what is not understood is no answer.

Pure. rspamd has a threshold for each action. It calls a message spam from the one of "add header" on, where its answer
tells thresholds; `required_score` is that of "reject", and is taken where it does not. What it does in the end may be
forced, by a rule or by GTUBE, whatever the score is: then the action counts.
"""

import math

import msgspec
from msgspec import Struct

from gatepost.adapters.engines.exchange import BadAnswer
from gatepost.ports.second_opinion import SecondOpinion
from gatepost.syntax.printable import printable

MOST_RULES = 10  # that are kept
NAME_LIMIT = 60  # characters of a rule's name
HIGHEST = 1e6  # points, either way; what is beyond is a mistake
SPAM = ("reject", "discard", "quarantine", "rewrite subject", "add header")
"""Actions by which it calls a message spam."""
MARKS = "add header"
PASSES = "no action"


class Symbol(Struct, frozen=True):
    """One rule that matched."""

    score: float = 0.0


class Answer(Struct, frozen=True):
    """What is read of it; all else is left alone."""

    score: float
    required_score: float
    action: str
    symbols: dict[str, Symbol] = {}
    thresholds: dict[str, float | None] = {}


DECODER = msgspec.json.Decoder(Answer)


def opinion(engine: str, body: bytes) -> SecondOpinion:
    """Raises `BadAnswer`."""
    try:
        answer = DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswer(f"its answer cannot be read: {printable(str(error), 100)}") from error
    score = number(answer.score, "score")
    threshold = threshold_of(answer, score)
    if answer.action in SPAM:
        score = max(score, answer.thresholds.get(answer.action) or 0.0, threshold)
    elif answer.action == PASSES and score >= threshold:
        score = 0.0  # it was forced to let it pass
    return SecondOpinion(engine=engine, score=number(score, "score"), threshold=threshold, rules=rules(answer, score))


def threshold_of(answer: Answer, score: float) -> float:
    """From which it calls a message spam."""
    told = answer.thresholds.get(MARKS)
    threshold = number(answer.required_score if told is None else told, "threshold")
    if threshold <= 0:
        raise BadAnswer("its threshold is not above 0")
    if told is None and answer.action in SPAM and 0 < score < threshold:
        return score  # it calls it spam with that score
    return threshold


def number(value: float, what: str) -> float:
    if not math.isfinite(value) or abs(value) > HIGHEST:
        raise BadAnswer(f"its {what} is no number")
    return value


def rules(answer: Answer, score: float) -> tuple[str, ...]:
    """Names of those that pull the way in which all together go, the strongest first; all, where none has a score."""
    sign = -1.0 if score < 0 else 1.0
    weighed = [(symbol.score * sign, name) for name, symbol in answer.symbols.items() if symbol.score * sign > 0]
    names = [name for _, name in sorted(weighed, reverse=True)] or list(answer.symbols)
    return tuple(printable(name, NAME_LIMIT) for name in names[:MOST_RULES])
