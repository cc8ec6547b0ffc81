"""Which words, links and facts moved the score most, in words?"""

from collections.abc import Iterator
from zlib import crc32

from msgspec import Struct

from gatepost.learn.classifier import ONE, SITE_GAINS, Classifier
from gatepost.learn.features import HIDDEN_SALT, SUBJECT_SALT, TEXT_SALT, Features, Sight
from gatepost.learn.hashing import GRAM, LETTERS, LONGEST_WORD, NEXT, PRIME, UNIT, gram_codes, place, words
from gatepost.learn.phrases import phrase

MOST = 10  # reasons for each side
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
    names = naming(seen)
    letters = 0.0
    found: dict[tuple[str, str], float] = {}
    for group, at, weight in classifier.contributions(features):
        if group == "letters":
            letters += weight
        elif weight:
            key = (group, names.get((group, at), "?"))
            found[key] = found.get(key, 0.0) + weight
    said = [Reason(group, what, weight) for (group, what), weight in found.items()]
    if letters:
        said.append(Reason("letters", runs(classifier, seen, letters > 0), letters))
    for_spam = sorted((one for one in said if one.weight > 0), key=lambda one: -one.weight)[:most]
    for_ham = sorted((one for one in said if one.weight < 0), key=lambda one: one.weight)[:most]
    return tuple(sorted((*for_spam, *for_ham), key=lambda one: (-abs(one.weight), one.group, one.what)))


def by_group(classifier: Classifier, features: Features) -> dict[str, float]:
    """What each group adds to the score."""
    found: dict[str, float] = {}
    for group, _, weight in classifier.contributions(features):
        found[group] = found.get(group, 0.0) + weight
    return found


def naming(seen: Sight) -> dict[tuple[str, int], str]:
    """Groups and places, and what is there. Where two things share a place both are named."""
    found: dict[tuple[str, int], list[str]] = {}
    fields = (("words", seen.text, TEXT_SALT), ("subject", seen.subject, SUBJECT_SALT))
    for group, text, salt in (*fields, ("hidden", seen.hidden, HIDDEN_SALT)):
        for at, what in named_words(text, salt):
            found.setdefault((group, at), []).append(what)
    for group, names in seen.named.items():
        before = "evidence:" if group == "evidence" else ""
        for name in names:
            found.setdefault((group, place(before + name)), []).append(name if before else phrase(name))
    return {key: printable(" / ".join(dict.fromkeys(names))) for key, names in found.items()}


def named_words(text: str, salt: int) -> Iterator[tuple[int, str]]:
    """As `hashing.word_places`."""
    found = words(text)
    codes = [crc32(word[:LONGEST_WORD], salt) for word in found]
    for word, code in zip(found, codes, strict=True):
        yield code % PRIME, word.decode("utf-8", "replace")
    pairs = zip(found, found[1:], codes, codes[1:], strict=False)
    for first, second, code, after in pairs:
        yield (code * NEXT + after) % PRIME, f"{first.decode('utf-8', 'replace')} {second.decode('utf-8', 'replace')}"


def runs(classifier: Classifier, seen: Sight, for_spam: bool) -> str:
    """The runs of letters that speak loudest for that side."""
    sign = 1 if for_spam else -1
    model, site = classifier.model, classifier.site
    share = classifier.weight_of_model() * model.gains[0] * model.step

    def weight(code: int) -> float:
        at = (code + LETTERS) % PRIME
        return sign * (share * model.weights[at] + SITE_GAINS[0] * site[at] / ONE)

    loudest = sorted(gram_codes(seen.text), key=lambda code: (-weight(code), code))[:5]
    said = [code.to_bytes(GRAM * UNIT, "little").decode("utf-16-le", "replace") for code in loudest]
    return printable(" ".join(f"'{one}'" for one in said))


def printable(text: str) -> str:
    return "".join([c if c.isprintable() else "\ufffd" for c in text[:SHOWN]])
