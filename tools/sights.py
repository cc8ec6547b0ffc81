"""What does the filter see of each mail of a corpus, just as it sees the mail of a gateway?"""

import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from gatepost.adapters.inspection.budget import Allowance
from gatepost.adapters.inspection.walk import Walk
from gatepost.learn.features import Features, features, sight
from gatepost.mime.part import Limits
from gatepost.model.inspection import Inspection
from gatepost.model.message import Field
from gatepost.syntax.header import read_header
from tools.corpus import Example, examples

Wanted = Callable[[Example], bool]


class Seen(Struct, frozen=True, kw_only=True):
    """An example without its octets, and its features.

    Args:
        seconds: of CPU that it took from inspection to features.
    """

    name: str
    is_spam: bool
    source: str
    split: str
    corpus: str
    shippable: bool
    language: str
    features: Features
    seconds: float


def inspected(octets: bytes) -> tuple[tuple[Field, ...], Inspection]:
    """Header and inspection of a mail."""
    walk = Walk(Allowance(), Limits(), no_rules, time.process_time)
    return read_header(octets)[0], walk.inspect(octets)


def no_rules(octets: bytes) -> tuple[str, ...]:
    """Rules are evidence of their own."""
    return ()


def seen(corpus: Path, wanted: Wanted) -> Iterator[Seen]:
    for example in examples(corpus):
        if wanted(example):
            yield seen_example(example)


def seen_example(example: Example) -> Seen:
    header, inspection = inspected(example.octets)
    began = time.process_time()
    found = features(sight(header, inspection))
    return Seen(
        name=example.name,
        is_spam=example.is_spam,
        source=example.source,
        split=example.split,
        corpus=example.corpus,
        shippable=example.shippable,
        language=example.language,
        features=found,
        seconds=time.process_time() - began,
    )


def cached(corpus: Path, cache: Path | None) -> list[Seen]:
    """All mails of a corpus; kept in a file where one is named, which only its maker should read again."""
    if cache is not None and cache.exists():
        with cache.open("rb") as file:
            kept: list[Seen] = pickle.load(file)  # noqa: S301 - our own, made a moment ago
        return kept
    found = list(seen(corpus, lambda example: True))
    if cache is not None:
        with cache.open("wb") as file:
            pickle.dump(found, file, protocol=pickle.HIGHEST_PROTOCOL)
    return found
