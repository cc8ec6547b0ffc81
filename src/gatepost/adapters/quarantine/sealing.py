"""How is a file kept so that only the key's owner can read it, and nobody can change it unnoticed?

AES-256-GCM in pieces of 64 KiB, each with the number of its place and a mark on the last as its nonce: a piece that is
missing, moved or taken from elsewhere is seen. Each file has a key of its own, made from the key, a salt and what the
file is for (HKDF, RFC 5869), so that no nonce is ever used twice and no file stands for another.

    "\\x8fGQ1\\r\\n\\x1a\\n" · name of the key (8) · salt (32) · piece (up to 64 KiB + 16) …

What begins otherwise is not sealed: a message begins with a field of ours, a record with "{".
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from os.path import basename
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gatepost.ports.unavailable import Unavailable

MAGIC = b"\x8fGQ1\r\n\x1a\n"  # the digit is the version
NAME, SALT, TAG = 8, 32, 16  # octets
HEAD = len(MAGIC) + NAME + SALT
PIECE = 64 * 1024  # octets
PLAIN_PIECE = 128 * 1024  # octets read at once from a file that is not sealed


class Digest(Protocol):
    """Of `hashlib` and `hmac` alike."""

    def update(self, octets: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class Seal:
    """Of one configuration.

    Args:
        key: 32 octets; None leaves everything as it is.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self.key = key
        self.name = b"" if key is None else hmac.digest(key, b"gatepost quarantine key", "sha256")[:NAME]

    def new_digest(self) -> Digest:
        """With a key nobody else can tell whether a message that he knows is among those held."""
        return hashlib.sha256() if self.key is None else hmac.new(self.key, digestmod="sha256")

    def blind(self, text: str) -> str:
        """A word to find something by; with a key it says nothing to others."""
        if self.key is None or not text:
            return text
        return hmac.digest(self.key, text.encode("utf-8", "surrogatepass"), "sha256")[:12].hex()

    def size_of(self, octets: int) -> int:
        """Of a file with so many octets in it."""
        if self.key is None:
            return octets
        return HEAD + octets + TAG * max(1, -(-octets // PIECE))

    def sealed(self, chunks: Iterable[bytes], purpose: str) -> Iterator[bytes]:
        """What is to be written."""
        if self.key is None:
            yield from chunks
            return
        head = MAGIC + self.name + os.urandom(SALT)
        yield head
        cipher = cipher_of(self.key, head, purpose)
        for number, (piece, is_last) in enumerate(pieces(chunks)):
            yield cipher.encrypt(nonce(number, is_last), piece, None)

    def opened(self, path: str, purpose: str) -> Iterator[bytes]:
        """What was written, to its end. Raises `Unavailable`, OSError."""
        with open(path, "rb") as file:
            head = file.read(HEAD)
            if not head.startswith(MAGIC):
                yield head
                while block := file.read(PLAIN_PIECE):
                    yield block
                return
            yield from unsealed(file, self.cipher_for(head, purpose, path), path)

    def cipher_for(self, head: bytes, purpose: str, path: str) -> AESGCM:
        named = head[len(MAGIC) : len(MAGIC) + NAME]
        if self.key is None:
            raise Unavailable(f"{basename(path)} is sealed with the key {named.hex()}, and key_file is not set")
        if named != self.name:
            reason = f"is sealed with the key {named.hex()}; the one in key_file is {self.name.hex()}"
            raise Unavailable(f"{basename(path)} {reason}")
        return cipher_of(self.key, head, purpose)


def cipher_of(key: bytes, head: bytes, purpose: str) -> AESGCM:
    own = HKDF(SHA256(), length=32, salt=head[-SALT:], info=head + purpose.encode()).derive(key)
    return AESGCM(own)


def nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes((is_last,))


def unsealed(file: BinaryIO, cipher: AESGCM, path: str) -> Iterator[bytes]:
    """Piece by piece; the last is known by nothing being behind it, and has to say so itself."""
    number, piece = 0, file.read(PIECE + TAG)
    while True:
        following = file.read(PIECE + TAG)
        try:
            yield cipher.decrypt(nonce(number, not following), piece, None)
        except InvalidTag:
            raise Unavailable(f"{basename(path)} was changed, cut or exchanged: it cannot be unsealed") from None
        if not following:
            return
        number, piece = number + 1, following


def pieces(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The octets in pieces of one length, and whether it is the last; there is always one."""
    kept = bytearray()
    for chunk in chunks:
        kept += chunk
        while len(kept) > PIECE:  # one octet at least must follow
            yield bytes(kept[:PIECE]), False
            del kept[:PIECE]
    yield bytes(kept), True
