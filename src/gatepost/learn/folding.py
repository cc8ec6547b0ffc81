"""What does a text say once its dress is off?

As `syntax.keywords.plain` has it, and more: every digit is the same, and a word that mixes Latin letters with Cyrillic
or Greek ones that look like them is read as Latin.
"""

import re

from gatepost.syntax.keywords import plain

RAW = 4  # characters that are looked at for each that is kept: runs of blanks and what is not seen go
LIKE = dict(zip("аеорсхукмнтвіјѕԁһԛԝɡαεικνορτυχωβγηρ", "aeopcxykmhtbijsdhqwgaeiknoptuxwbynp", strict=True))
LOOKS_LIKE = str.maketrans(LIKE)
WORD = re.compile(r"\w++")
MIXED = re.compile(r"[a-z][\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f][a-z]")
OTHERS = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")


def folded(text: str, limit: int) -> str:
    """At most so many characters of it."""
    if len(text) > RAW * limit:
        text = text[: RAW * limit]
    if text.isascii():
        text = " ".join(text.lower().split())
    else:
        text = plain(text)
        if OTHERS.search(text) and MIXED.search(text):  # most texts beyond ASCII have none of the others
            text = WORD.sub(as_latin, text)
    text = text[:limit]
    for digit in "123456789":  # a tenth of what `translate` takes beyond ASCII
        text = text.replace(digit, "0")
    return text


def as_latin(word: re.Match[str]) -> str:
    return word[0].translate(LOOKS_LIKE) if MIXED.search(word[0]) else word[0]


def mixed_words(text: str) -> int:
    """Words of more than one script, as no language writes them."""
    if text.isascii() or not MIXED.search(text := text.lower()):
        return 0
    return sum(1 for word in WORD.findall(text) if MIXED.search(word))
