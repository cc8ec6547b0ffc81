"""Which word of the message opens an encrypted zip entry?

ZipCrypto (APPNOTE §6.1) is tried by the twelve octets in front of the data, the AES of WinZip by its two octets of
verification; what passes is decrypted by libarchive.
"""

import hashlib
import zlib
from collections.abc import Sequence
from functools import cached_property

from gatepost.adapters.inspection.archives.zip_layout import Entry
from gatepost.adapters.inspection.archives.zip_records import AES_FIELD, AES_METHOD, STREAMED, STRONG, extra_field

TRIES = 600  # for one archive
LEGACY_HEADER = 12  # octets
AES_ROUNDS = 1000
AES_KEYS = {1: (8, 16), 2: (12, 24), 3: (16, 32)}  # strength: octets of salt, of key
CHECK_OCTETS = 2
TABLE = tuple(zlib.crc32(bytes((octet,)), 0xFFFFFFFF) ^ 0xFFFFFFFF for octet in range(256))


class Passwords:
    """Candidates for one archive; the one that opened an entry is the first for the next."""

    def __init__(self, words: Sequence[str]) -> None:
        self.given = words
        self.tries = 0

    @cached_property
    def words(self) -> list[bytes]:
        return [word.encode() for word in self.given]

    def candidates(self, octets: bytes, entry: Entry) -> list[bytes]:
        """Those that seem to open it."""
        if entry.header.flags & STRONG:
            return []
        return [word for word in list(self.words) if self.may_try() and seems_to_open(octets, entry, word)]

    def may_try(self) -> bool:
        self.tries += 1
        return self.tries <= TRIES

    def opened_with(self, word: bytes) -> None:
        self.tries = 0
        self.words.remove(word)
        self.words.insert(0, word)


def seems_to_open(octets: bytes, entry: Entry, word: bytes) -> bool:
    if entry.header.method == AES_METHOD:
        return aes_verifies(octets, entry, word)
    return legacy_verifies(octets, entry, word)


def aes_verifies(octets: bytes, entry: Entry, word: bytes) -> bool:
    """By the password verification value."""
    field = extra_field(entry.header.extra, AES_FIELD)
    if len(field) < 7 or field[4] not in AES_KEYS:
        return False
    salt_size, key_size = AES_KEYS[field[4]]
    salt = octets[entry.start : entry.start + salt_size]
    check = octets[entry.start + salt_size : entry.start + salt_size + CHECK_OCTETS]
    made = hashlib.pbkdf2_hmac("sha1", word, salt, AES_ROUNDS, 2 * key_size + CHECK_OCTETS)
    return made[-CHECK_OCTETS:] == check


def legacy_verifies(octets: bytes, entry: Entry, word: bytes) -> bool:
    """By the last octet of the decrypted header."""
    head = octets[entry.start : entry.start + LEGACY_HEADER]
    if len(head) < LEGACY_HEADER:
        return False
    header = entry.header
    expected = header.time >> 8 if header.flags & STREAMED else header.crc >> 24
    return legacy_header(head, word)[-1] == expected & 0xFF


def legacy_header(head: bytes, word: bytes) -> bytes:
    keys = (0x12345678, 0x23456789, 0x34567890)
    for octet in word:
        keys = advanced(keys, octet)
    plain = bytearray()
    for octet in head:
        mix = keys[2] | 2
        plain.append(octet ^ ((mix * (mix ^ 1) >> 8) & 0xFF))
        keys = advanced(keys, plain[-1])
    return bytes(plain)


def advanced(keys: tuple[int, int, int], octet: int) -> tuple[int, int, int]:
    first = next_crc(keys[0], octet)
    second = ((keys[1] + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
    return first, second, next_crc(keys[2], second >> 24)


def next_crc(crc: int, octet: int) -> int:
    return (crc >> 8) ^ TABLE[(crc ^ octet) & 0xFF]
