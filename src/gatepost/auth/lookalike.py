"""Does a domain look like one that is protected: ours, or a partner's?

Everything that depends on the protected names alone is worked out once (`ProtectedDomains`), so that a domain costs a
few look-ups, however many names there are. That a domain looks like another is evidence: it may be an honest one.
"""

from collections.abc import Iterable, Iterator
from enum import Enum

from msgspec import Struct

from gatepost.auth.confusables import skeleton
from gatepost.auth.scripts import shown_label
from gatepost.auth.suffixes import organizational_domain

SHORTEST_FOR_TYPOS = 5  # characters of a label: shorter words have too many neighbours
SHORTEST_IN_OTHERS = 6


class Likeness(Enum):
    """In which way it looks alike."""

    HOMOGRAPH = "homograph"  # exarnple.com
    OTHER_SUFFIX = "other suffix"  # example.net
    TYPO = "typo"  # exmaple.com
    EMBEDDED = "embedded"  # example.com.evil.net
    HYPHENATED = "hyphenated"  # example-com.net
    COMBINED = "combined"  # example-login.com


class Lookalike(Struct, frozen=True):
    """`domain` looks like `protected`."""

    domain: str
    protected: str
    likeness: Likeness


class ProtectedDomains:
    """Names to be protected, made ready for comparison; built once, never changed.

    Args:
        names: lower-case A-labels.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(organizational_domain(name) for name in names)
        self.label_counts = frozenset(name.count(".") + 1 for name in self.names)
        self.by_skeleton: dict[str, str] = {}
        self.by_variant: dict[str, tuple[str, ...]] = {}
        self.run_together: dict[str, str] = {}
        for name in sorted(self.names):
            form = skeleton(shown_label(name.partition(".")[0]))
            self.by_skeleton.setdefault(form, name)
            self.run_together.setdefault(name.replace(".", ""), name)
            for variant in (form, *shortened(form)) if len(form) >= SHORTEST_FOR_TYPOS else ():
                self.by_variant[variant] = (*self.by_variant.get(variant, ()), form)
        self.lengths = frozenset(len(variant) for variant in self.by_variant)


def lookalike(domain: str, protected: ProtectedDomains) -> Lookalike | None:
    """The likeness, None for a protected domain, all below it, and whatever looks like none.

    Args:
        domain: lower-case A-labels, or an address literal.
    """
    registered = organizational_domain(domain)
    if registered in protected.names or domain.startswith("["):
        return None
    for like, name in likenesses(domain, registered.partition(".")[0], protected):
        return Lookalike(domain, name, like)
    return None


def likenesses(domain: str, label: str, protected: ProtectedDomains) -> Iterator[tuple[Likeness, str]]:
    """All of them, the plainest first."""
    form = skeleton(shown_label(label))
    name = protected.by_skeleton.get(form)
    if name is not None:
        yield Likeness.OTHER_SUFFIX if label == name.partition(".")[0] else Likeness.HOMOGRAPH, name
    near = neighbour(form, protected)
    if near is not None:
        yield Likeness.TYPO, protected.by_skeleton[near]
    yield from embedded(domain, protected)
    if label in protected.run_together:
        yield Likeness.HYPHENATED, protected.run_together[label]
    if "-" in domain:
        yield from hyphenated(domain, protected)


def embedded(domain: str, protected: ProtectedDomains) -> Iterator[tuple[Likeness, str]]:
    labels = domain.split(".")
    for name in sequences(labels, protected):
        yield Likeness.EMBEDDED, name


def hyphenated(domain: str, protected: ProtectedDomains) -> Iterator[tuple[Likeness, str]]:
    """A whole name with hyphens for dots, or its first label with other words."""
    parts = [label.split("-") for label in domain.split(".") if "-" in label and not label.startswith("xn--")]
    for words in parts:
        for name in sequences(words, protected):
            yield Likeness.HYPHENATED, name
    for words in parts:
        for word in words:
            if len(word) >= SHORTEST_IN_OTHERS and (form := skeleton(word)) in protected.by_skeleton:
                yield Likeness.COMBINED, protected.by_skeleton[form]


def sequences(words: list[str], protected: ProtectedDomains) -> Iterator[str]:
    """Protected names that neighbouring words make."""
    for count in protected.label_counts:
        for start in range(len(words) - count + 1):
            name = ".".join(words[start : start + count])
            if name in protected.names:
                yield name


def neighbour(form: str, protected: ProtectedDomains) -> str | None:
    """A protected skeleton one edit away: a character more, less or other, or two of them exchanged.

    Two such words always share a word that has one character less, so only those words are looked up.
    """
    if len(form) not in protected.lengths and len(form) - 1 not in protected.lengths:
        return None
    for variant in (form, *shortened(form)):
        for candidate in protected.by_variant.get(variant, ()):
            if is_one_edit(form, candidate):
                return candidate
    return None


def shortened(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def is_one_edit(one: str, other: str) -> bool:
    """Exactly one edit (Damerau and Levenshtein) lies between them."""
    start = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        start += 1
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    if len(one) == len(other) == 2:
        return one == other[::-1]
    return {len(one), len(other)} <= {0, 1} and one != other
