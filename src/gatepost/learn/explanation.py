"""Which words, links and facts moved the score most, in words?"""

import heapq
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from zlib import crc32

from msgspec import Struct

from gatepost.learn.classifier import Classifier
from gatepost.learn.features import HIDDEN_SALT, SUBJECT_SALT, TEXT_SALT, Features, Sight
from gatepost.learn.hashing import GRAM, LETTERS, LONGEST_WORD, NEXT, PRIME, UNIT, gram_codes, place, words
from gatepost.learn.phrases import phrase

MOST = 10  # reasons for each side
LOOKED_AT = 4  # times as many are named: some are called the same, and count together
RUNS = 5  # of letters that are shown
SHOWN = 90  # characters of one reason


class Reason(Struct, frozen=True):
    """One feature that moved the score.

    Args:
        group: of `features.GROUPS`.
        what: what was seen, printable; it may hold words of the mail.
        weight: log-odds; above 0 it speaks for spam.
    """

    group: str
    what: str
    weight: float


def reasons(classifier: Classifier, seen: Sight, features: Features, most: int = MOST) -> tuple[Reason, ...]:
    """The heaviest on both sides, the heaviest first. Runs of letters are told together."""
    said: list[Reason] = []
    weighed: list[tuple[float, str, int]] = []
    for group, places, weights in classifier.contributions(features):
        if group == "letters":
            said.append(Reason(group, runs(seen, places, weights), sum(weights)))
        else:
            weighed += [(weight, group, place) for weight, place in zip(weights, places, strict=True) if weight]
    few = LOOKED_AT * most
    heavy = {*heapq.nlargest(few, weighed), *heapq.nsmallest(few, weighed)}
    names = naming(seen, {(group, place) for _, group, place in heavy})
    found: dict[tuple[str, str], float] = {}
    for weight, group, at in heavy:
        key = (group, names.get((group, at), "?"))
        found[key] = found.get(key, 0.0) + weight
    said += [Reason(group, what, weight) for (group, what), weight in found.items()]
    for_spam = sorted((one for one in said if one.weight > 0), key=lambda one: -one.weight)[:most]
    for_ham = sorted((one for one in said if one.weight < 0), key=lambda one: one.weight)[:most]
    return tuple(sorted((*for_spam, *for_ham), key=lambda one: (-abs(one.weight), one.group, one.what)))


def by_group(classifier: Classifier, features: Features) -> dict[str, float]:
    """What each group adds to the score."""
    return {group: sum(weights) for group, _, weights in classifier.contributions(features)}


def naming(seen: Sight, wanted: Set[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """What is there, for groups and places. Where two things share a place both are named."""
    found: dict[tuple[str, int], list[str]] = {}
    fields = (("words", seen.text, TEXT_SALT), ("subject", seen.subject, SUBJECT_SALT))
    for group, text, salt in (*fields, ("hidden", seen.hidden, HIDDEN_SALT)):
        places = {place for of, place in wanted if of == group}
        for at, what in named_words(text, salt, places) if places else ():
            found.setdefault((group, at), []).append(what)
    for group, names in seen.named.items():
        before = "evidence:" if group == "evidence" else ""
        for name in names:
            key = (group, place(before + name))
            if key in wanted:
                found.setdefault(key, []).append(name if before else phrase(name))
    return {key: printable(" / ".join(dict.fromkeys(names))) for key, names in found.items()}


def named_words(text: str, salt: int, wanted: Set[int]) -> Iterator[tuple[int, str]]:
    """As `hashing.word_places`."""
    found = words(text)
    codes = [crc32(word[:LONGEST_WORD], salt) for word in found]
    for number, code in enumerate(codes):
        if code % PRIME in wanted:
            yield code % PRIME, shown(found[number])
    for number, (code, after) in enumerate(pairwise(codes)):
        if (code * NEXT + after) % PRIME in wanted:
            yield (code * NEXT + after) % PRIME, f"{shown(found[number])} {shown(found[number + 1])}"


def shown(word: bytes) -> str:
    return word.decode("utf-8", "replace")


def runs(seen: Sight, places: Sequence[int], weights: Sequence[float]) -> str:
    """The runs of letters that speak loudest for the side for which all together speak."""
    pick = heapq.nlargest if sum(weights) > 0 else heapq.nsmallest
    loudest = [place for _, place in pick(RUNS, zip(weights, places, strict=True))]
    wanted = {*loudest}
    codes = [code for code in gram_codes(seen.text) if (code + LETTERS) % PRIME in wanted]
    there = {(code + LETTERS) % PRIME: code for code in sorted(codes, reverse=True)}
    said = [there[at].to_bytes(GRAM * UNIT, "little").decode("utf-16-le", "replace") for at in loudest if at in there]
    return printable(" ".join(f"'{one}'" for one in said))


def printable(text: str) -> str:
    return "".join([c if c.isprintable() else "\ufffd" for c in text[:SHOWN]])
