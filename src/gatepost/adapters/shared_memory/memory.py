"""What was said of this key a while ago, by whichever worker?

Fixed rows of 512 octets for the text; a longer one is cut, at a character. Under pressure the text
that expires first goes. The key itself is not kept, only 64 bits of its keyed hash (`keys`).
"""

import time
from collections.abc import Callable

from gatepost.adapters.shared_memory.keys import FREE, GROUP, MASK, Keys, keyed_hash
from gatepost.adapters.shared_memory.locks import SHARDS, Locks

LIMIT = 512  # octets of UTF-8: any reply line of RFC 5321 §4.5.3.1.5
ROW = 8 + 8 + 8 + LIMIT  # octets: key, expiry, length, text
NEVER = float(2**62)  # milliseconds


def octets(rows: int) -> int:
    """What a table of `rows` texts takes of the shared pages."""
    return rows * ROW


class SharedTexts:
    """`ports.memory.Memory` in shared pages; made once by the supervisor, used by all its children."""

    def __init__(self, pages: memoryview, rows: int, locks: Locks, now: Callable[[], float] = time.monotonic) -> None:
        self.keys = Keys(pages, 0, rows)
        self.expiry = pages[rows * 8 : rows * 16].cast("Q")  # milliseconds
        self.length = pages[rows * 16 : rows * 24].cast("Q")
        self.texts = pages[rows * 24 : octets(rows)]
        self.locks = locks
        self.now = now
        self.hashed = keyed_hash()

    async def get(self, key: str) -> str | None:
        return self.recall(key)

    async def put(self, key: str, value: str, *, ttl: float) -> None:
        self.remember(key, value, ttl)

    def recall(self, key: str) -> str | None:
        """`get` for those who cannot wait: it never does."""
        hashed, group = self._place(key)
        if self.keys.find(hashed, group) < 0:  # most keys have no text: no lock is needed to see that
            return None
        self.locks.take(group % SHARDS)
        try:
            row = self.keys.find(hashed, group)
            if row < 0 or self.expiry[row] <= self.now() * 1000:
                return None
            start = row * LIMIT
            return bytes(self.texts[start : start + self.length[row]]).decode("utf-8", "surrogatepass")
        finally:
            self.locks.give(group % SHARDS)

    def remember(self, key: str, value: str, ttl: float) -> None:
        """`put` for those who cannot wait."""
        text = cut(value)
        ends = int(min((self.now() + ttl) * 1000, NEVER))
        hashed, group = self._place(key)
        self.locks.take(group % SHARDS)
        try:
            row = self.keys.find(hashed, group)
            if row < 0:
                row = self._oldest(group)
                self.keys.words[row] = FREE  # killed here, it is nobody's
            self.expiry[row] = 0  # killed here, it is forgotten; who looks without the lock still sees the key
            self.texts[row * LIMIT : row * LIMIT + len(text)] = text
            self.length[row] = len(text)
            self.expiry[row] = ends
            self.keys.words[row] = hashed
        finally:
            self.locks.give(group % SHARDS)

    def _place(self, key: str) -> tuple[int, int]:
        hashed = self.hashed(key) & MASK or 1
        return hashed, self.keys.group(hashed)

    def _oldest(self, group: int) -> int:
        first_row = group * GROUP
        keys = self.keys.words[first_row : first_row + GROUP].tolist()
        if FREE in keys:
            return first_row + keys.index(FREE)
        ends = self.expiry[first_row : first_row + GROUP].tolist()
        return first_row + ends.index(min(ends))


def cut(value: str) -> bytes:
    """At most `LIMIT` octets, whole characters."""
    text = value.encode("utf-8", "surrogatepass")
    if len(text) <= LIMIT:
        return text
    end = LIMIT
    while text[end] & 0xC0 == 0x80:
        end -= 1
    return text[:end]
