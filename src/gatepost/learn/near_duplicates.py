"""Which texts say nearly the same, told by a few numbers of each?

MinHash (Broder 1997) by one permutation (Li, Owen, Zhang 2012): every run of three words is a number, the numbers fall
into 16 bins, and the least of each bin is kept. Two texts have a least number in common about as often as they have
runs in common at all. Four bins make a band; texts are near-duplicates where they share one. Of four bands one is
shared with 99 % where 90 % of all runs are, with 67 % where 70 % are, with 3 % where 30 % are. A band with an empty bin
is left out. The numbers are the same in every process and on every machine, so that counts of them can be shared.

A text is what the reader sees: the HTML if it has enough words, else the plain text; so it does not matter whether a
client sends one or both, and what stands in the plain text to look harmless changes nothing. What differs from one
recipient to the next counts as little as can be: words with a digit, links, addresses and quoted lines are no words;
case, characters without width and letters that only look Latin are undone. Where a script parts no words, each
character is one. The order of parts does not matter.
"""

import re
from collections.abc import Sequence
from zlib import crc32

from gatepost.learn.folding import RAW, folded
from gatepost.model.inspection import Inspection, Text
from gatepost.syntax.keywords import UNSEEN

FEWEST = 25  # words; a shorter text has no bands
TEXT_LIMIT = 2 * 1024  # characters that are read of all parts together
MOST_PARTS = 4  # that are read, the longest
BINS = 16
IN_BAND = 4  # bins
SPARE = 2  # bits of CRC-32 that are dropped: numbers of 30 bits are sorted fastest
BITS = 32 - SPARE
BIN_SIZE = (1 << BITS) // BINS  # the upper bits of a number are its bin

LETTERS = bytes(octet if bytes((octet,)).isalnum() else 32 for octet in range(256))
# Thai, Lao, Burmese, Khmer, kana and ideographs are written without blanks between words.
UNPARTED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(f"[{UNPARTED}]|[^\\W_{UNPARTED}]+")
QUOTED = re.compile(r"^[ \t]*>.*", re.MULTILINE)
LINK = re.compile(r"https?://[!-~]*")
HOST = re.compile(r"www\.[!-~]*")


def bands(seen: Inspection) -> tuple[str, ...]:
    """At most four, in order; none of a text that is short. Each names its place too. Never raises."""
    runs = runs_of([text for text in seen.texts if text.kind == "html"])
    if not runs:
        runs = runs_of([text for text in seen.texts if text.kind == "plain"])
    least: dict[int, int] = {}
    for number in sorted(runs, reverse=True):
        least[number // BIN_SIZE] = number
    found = []
    for first in range(0, BINS, IN_BAND):
        minima = [least[place] for place in range(first, first + IN_BAND) if place in least]
        if len(minima) == IN_BAND:
            found.append("".join([f"{number:08x}" for number in minima]))
    return tuple(found)


def runs_of(texts: Sequence[Text]) -> set[int]:
    """A number for each run of three words within a part; none if all parts together are short."""
    room = TEXT_LIMIT
    count = 0
    found: set[int] = set()
    for text in sorted([one.text for one in texts], key=lambda one: (-len(one), one))[:MOST_PARTS]:
        read = readable(text, room)
        said = words(read)
        found.update([crc32(b" ".join(run)) >> SPARE for run in zip(said, said[1:], said[2:], strict=False)])
        count += len(said)
        room -= len(read)
    return found if count >= FEWEST else set()


def readable(text: str, limit: int) -> str:
    """At most so many characters of it, folded, without what is somebody else's."""
    text = text[: RAW * limit]
    if ">" in text:
        text = QUOTED.sub("", text)
    if len(text) > limit:  # to fold a character can make 18 of it, so that those that do not count go before
        text = " ".join(UNSEEN.sub("", text).split())[:limit]
    return folded(text, limit)


def words(text: str) -> list[bytes]:
    """What counts of a folded text, in order."""
    text = without_addresses(text)
    if text.isascii():
        return [word for word in text.encode().translate(LETTERS).split() if word.isalpha()]
    return [word.encode("utf-8", "surrogatepass") for word in WORD.findall(text) if word.isalpha()]


def without_addresses(text: str) -> str:
    """Of text that is folded, and so in lower case with single blanks."""
    if "://" in text:
        text = LINK.sub(" ", text)
    if "www." in text:
        text = HOST.sub(" ", text)
    if "@" in text:
        text = " ".join([word for word in text.split() if "@" not in word])
    return text
