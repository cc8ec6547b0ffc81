"""Does a text hold one of these words, whatever their letters were dressed up as?

Compared as Unicode says that texts are alike (NFKC, case folded: UAX #15, Unicode §3.13), without characters that are
not seen and with every run of blanks as one. Words match as wholes: `cialis` is not in `specialist`.
"""

import re
import unicodedata
from collections.abc import Iterable

LONGEST_TEXT = 256 * 1024  # characters that are looked at: ours
# Format characters that are not seen, soft hyphens, variation selectors (Unicode Cf and Mn).
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


def plain(text: str) -> str:
    """The text as it is compared."""
    folded = unicodedata.normalize("NFKC", UNSEEN.sub("", text[:LONGEST_TEXT])).casefold()
    return " ".join(folded.split())


class Keywords:
    """Words and phrases that are looked for.

    Args:
        words: as people write them; each has at least one letter or digit once it is `plain`.
    """

    def __init__(self, words: Iterable[str]) -> None:
        kept = sorted({plain(word) for word in words}, key=len, reverse=True)
        either = "|".join(re.escape(word) for word in kept if word)
        self.pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)") if either else None

    def are_in(self, text: str) -> bool:
        """One of them is in a text that is `plain` already."""
        return self.pattern is not None and self.pattern.search(text) is not None
