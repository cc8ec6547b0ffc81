"""Which place in the table of weights has a feature?

Places are remainders by the largest prime below 2^18. They are part of the format of models: what is changed here
makes every model that was trained before worthless (`model_file.VERSION`).
"""

from collections.abc import Iterable
from itertools import pairwise
from struct import unpack_from
from zlib import crc32

PLACES = 1 << 18  # weights in a table
PRIME = 262_139  # the largest below that
GRAM = 4  # characters
UNIT = 2  # octets of one in UTF-16
LETTERS = 0x9E3779B1  # sets grams apart from words
NEXT = 31  # what the first word of a pair is multiplied by
LONGEST_WORD = 24  # octets that count
# Digits are all one digit, what parts words is a blank.
WORDS = bytes(
    48 if 48 <= octet <= 57 else octet if octet > 127 or bytes((octet,)).isalnum() or octet in b"$%" else 32
    for octet in range(256)
)


def place(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass")) % PRIME


def places(names: Iterable[str]) -> list[int]:
    """Each once."""
    return list({crc32(name.encode("utf-8", "surrogatepass")) % PRIME for name in names})


def gram_codes(text: str) -> set[int]:
    """Every run of four characters as a number; one outside the first plane counts as two."""
    octets = text.encode("utf-16-le", "surrogatepass")
    found: set[int] = set()
    for start in range(0, min(GRAM * UNIT, len(octets)), UNIT):
        found.update(unpack_from(f"<{(len(octets) - start) // (GRAM * UNIT)}Q", octets, start))
    return found


def gram_places(text: str) -> list[int]:
    """Each once."""
    return list({(code + LETTERS) % PRIME for code in gram_codes(text)})


def words(text: str) -> list[bytes]:
    """Its words in order, as they are hashed."""
    return text.encode("utf-8", "surrogatepass").translate(WORDS).split()


def word_places(text: str, salt: int) -> list[int]:
    """Of words, and of each word with the one after it; each once.

    Args:
        salt: sets the words of one field apart from those of another.
    """
    codes = [crc32(word[:LONGEST_WORD], salt) for word in words(text)]
    found = {code % PRIME for code in codes}
    found.update([(code * NEXT + after) % PRIME for code, after in pairwise(codes)])
    return list(found)
