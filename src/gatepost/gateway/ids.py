"""Names of connections and transactions: unique over nodes, in order of time, short enough to say aloud."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
MILLISECOND_BITS = 42  # until the year 2109
SERIAL_BITS = 12
NODE_BITS = 26


class Ids:
    """One per worker; `node` is drawn at random at its start, so two workers differ."""

    def __init__(self) -> None:
        self.node = secrets.randbits(NODE_BITS)
        self.serial = secrets.randbits(SERIAL_BITS)

    def next(self, now: float) -> str:
        """16 characters; `now` in seconds of Unix time."""
        self.serial = (self.serial + 1) & ((1 << SERIAL_BITS) - 1)
        milliseconds = int(now * 1000) & ((1 << MILLISECOND_BITS) - 1)
        number = ((milliseconds << SERIAL_BITS | self.serial) << NODE_BITS) | self.node
        return base32(number)


PAIRS = tuple(high + low for high in ALPHABET for low in ALPHABET)  # 10 bits at a time


def base32(number: int) -> str:
    """The lowest 80 bits."""
    return "".join([PAIRS[number >> shift & 1023] for shift in (70, 60, 50, 40, 30, 20, 10, 0)])
