"""Is a domain written in such a mixture of scripts, or in such letters, that it can only be meant to deceive?

UTS #39 §5: within one label Latin goes with the scripts of Chinese, Japanese and Korean, and with no other ("highly
restrictive"). A label of another script that looks all Latin is told from an honest word by its top-level domain only.
"""

import unicodedata
from enum import Enum

from gatepost.auth.confusables import folded

A_LABEL = "xn--"
LABEL_LIMIT = 63
TOGETHER = (
    frozenset(("LATIN", "CJK", "HIRAGANA", "KATAKANA")),
    frozenset(("LATIN", "CJK", "BOPOMOFO")),
    frozenset(("LATIN", "CJK", "HANGUL")),
)


class Deception(Enum):
    """What is odd about a domain's letters."""

    MIXED = "one label in several scripts"
    WHOLE = "a label that looks Latin and is not"


def deception(domain: str) -> Deception | None:
    """What is odd about a domain, None for nearly all.

    Args:
        domain: lower-case A-labels.
    """
    if A_LABEL not in domain:
        return None
    labels = domain.split(".")
    foreign = [shown_label(label) for label in labels if label.startswith(A_LABEL)]
    if any([is_mixed(scripts(label)) for label in foreign]):
        return Deception.MIXED
    if labels[-1].startswith(A_LABEL):
        return None
    return Deception.WHOLE if any([looks_latin(label) for label in foreign]) else None


def shown_label(label: str) -> str:
    """A label as it is shown: the U-label of an A-label (RFC 5891 §5.3), itself if it has none."""
    if not label.startswith(A_LABEL) or len(label) > LABEL_LIMIT:
        return label
    try:
        return label[len(A_LABEL) :].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def scripts(text: str) -> frozenset[str]:
    """The scripts of a text's letters, by the first word of their Unicode names."""
    letters = [character for character in text if unicodedata.category(character)[0] == "L"]
    return frozenset([unicodedata.name(letter, "UNKNOWN").partition(" ")[0].partition("-")[0] for letter in letters])


def is_mixed(found: frozenset[str]) -> bool:
    return len(found) > 1 and not any([found <= allowed for allowed in TOGETHER])


def looks_latin(label: str) -> bool:
    return "LATIN" not in scripts(label) and not label.isascii() and folded(label).isascii()
