"""Which word of the message opens an encrypted 7z archive?

The key is SHA-256 of salt, password and a counter, over and over, which is made to be dear; so what is done for one
archive is bounded, and a word's key is made once. Nothing in the archive says that a word is the right one: what is
decrypted has to make sense.
"""

import hashlib
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import Damaged
from gatepost.adapters.inspection.budget import Budget

MOST_ROUNDS = 1 << 25  # of SHA-256 for one archive: sixty-four words at what 7-Zip asks for
PLAIN_KEY = 0x3F  # of the exponent of rounds: the password is the key
AT_ONCE = 16  # rounds in one piece, as an exponent
COUNTER = 8  # octets
KEY, BLOCK = 32, 16  # octets
SHARE = 2  # of the time that is left, one part of so many may go into keys


class Lock(Struct, frozen=True):
    """How a stream was encrypted.

    Args:
        exponent: of the rounds.
        vector: of CBC.
    """

    exponent: int
    salt: bytes
    vector: bytes


def read_lock(properties: bytes) -> Lock:
    """Raises `Damaged`."""
    if not properties:
        raise Damaged("the header does not say how it is encrypted")
    first, second = properties[0], properties[1] if len(properties) > 1 else 0
    salt_size = (first >> 7 & 1) + (second >> 4)
    vector_size = (first >> 6 & 1) + (second & 0x0F)
    kept = properties[2:]
    if len(kept) < salt_size + vector_size:
        raise Damaged("the header does not say how it is encrypted")
    vector = kept[salt_size : salt_size + vector_size]
    return Lock(first & 0x3F, kept[:salt_size], vector.ljust(BLOCK, b"\0"))


class Keys:
    """Made for one archive.

    Args:
        words: that may be its password, the likeliest first.
    """

    def __init__(self, words: Sequence[str], budget: Budget) -> None:
        self.words, self.budget = words, budget
        self.made: dict[tuple[str, int, bytes], bytes] = {}
        self.rounds = 0
        self.until = budget.used() + max(0.0, budget.until - budget.used()) / SHARE

    def may_try(self, lock: Lock) -> bool:
        """Whether one more key can be made within the bounds."""
        return self.rounds + rounds_of(lock) <= MOST_ROUNDS and self.budget.used() < self.until

    def key(self, word: str, lock: Lock) -> bytes:
        known = word, lock.exponent, lock.salt
        if known not in self.made:
            if not self.may_try(lock):
                raise Damaged("too many words to try")
            self.rounds += rounds_of(lock)
            self.made[known] = derived(word.encode("utf-16-le", "surrogatepass"), lock)
        return self.made[known]

    def decrypted(self, octets: bytes, word: str, lock: Lock) -> bytes:
        """Raises `Damaged`."""
        if len(octets) % BLOCK:
            raise Damaged("an encrypted stream is cut short")
        cipher = Cipher(AES(self.key(word, lock)), CBC(lock.vector)).decryptor()
        return cipher.update(octets) + cipher.finalize()


def rounds_of(lock: Lock) -> int:
    return 0 if lock.exponent == PLAIN_KEY else 1 << lock.exponent


def derived(password: bytes, lock: Lock) -> bytes:
    """The key."""
    if lock.exponent == PLAIN_KEY:
        return (lock.salt + password)[:KEY].ljust(KEY, b"\0")
    before = lock.salt + password
    size = len(before) + COUNTER
    count = 1 << min(lock.exponent, AT_ONCE)
    piece = bytearray((before + bytes(COUNTER)) * count)
    low = bytes(range(256)) * (count // 256 + 1)
    piece[len(before) :: size] = low[:count]
    piece[len(before) + 1 :: size] = bytes([each >> 8 & 0xFF for each in range(count)])
    made, before_it = hashlib.sha256(), bytes(COUNTER - 2)
    for high in range(1 << max(0, lock.exponent - AT_ONCE)):
        now = high.to_bytes(COUNTER - 2, "little")
        for place, octet in enumerate(now):
            if octet != before_it[place]:
                piece[len(before) + 2 + place :: size] = bytes((octet,)) * count
        made.update(piece)
        before_it = now
    return made.digest()
