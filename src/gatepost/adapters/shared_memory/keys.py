"""Where in a table of fixed size does a key live? A keyed hash, a group of slots, a bounded search.

A key is known by 64 bits of a hash keyed with a secret of this start, so that nobody outside can
choose keys that meet in one group, or two keys that are one (by chance: 1 in 10^13 for a new key
against a full table). A group is 16 slots, read at once; a key is in its group or nowhere.
"""

import hashlib
import os
import struct
import sys
from collections.abc import Callable, Hashable

from gatepost.adapters.shared_memory.locks import SHARDS

GROUP = 16  # slots a key may be in
FREE = 0  # the hash no key has
MASK = 2**64 - 1

group_of_keys = struct.Struct(f"={GROUP}Q").unpack_from


def keyed_hash() -> Callable[[Hashable], int]:
    """A hash that all processes forked from here share and nobody else can compute.

    Python's own for strings is SipHash with a key from the kernel, made at its start: ten times
    cheaper than BLAKE2, which stands in where somebody switched that off.
    """
    if sys.flags.hash_randomization and sys.hash_info.algorithm.startswith("siphash"):
        return hash
    secret = os.urandom(16)

    def blake2(key: Hashable) -> int:
        return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=8, key=secret).digest(), "little")

    return blake2


def rounded(rows: int) -> int:
    """Rows of a table: a power of two with a group for every shard at least."""
    return max(1 << (rows - 1).bit_length(), GROUP * SHARDS)


class Keys:
    """The column of a table that says which key each row belongs to.

    Args:
        pages: the shared memory; `offset` octets into it the column begins, `rows` words of 64 bits.
    """

    __slots__ = ("last_group", "words")

    def __init__(self, pages: memoryview, offset: int, rows: int) -> None:
        self.words = pages[offset : offset + rows * 8].cast("Q")
        self.last_group = rows // GROUP - 1

    def group(self, hashed: int) -> int:
        """That the key may be in; `group % SHARDS` is the lock that guards it, `group * GROUP` its first row."""
        return (hashed >> 6) & self.last_group

    def find(self, hashed: int, group: int) -> int:
        """The key's row, -1 if it has none."""
        keys = group_of_keys(self.words, group * GROUP * 8)
        return group * GROUP + keys.index(hashed) if hashed in keys else -1
