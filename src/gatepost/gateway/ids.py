"""Names of connections and transactions: unique over nodes, in order of time, short enough to say aloud."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
PAIRS = tuple(high + low for high in ALPHABET for low in ALPHABET)  # 10 bits at a time
EPOCH = 1_577_836_800_000  # milliseconds: 2020; 40 bits last until 2054
SERIALS = 1 << 15


class Ids:
    """One per worker: 8 characters of time, 3 of a serial number, 5 drawn at random when the worker starts."""

    def __init__(self) -> None:
        self.node = text(secrets.randbits(30), 3)[1:]
        self.serial = secrets.randbelow(SERIALS)
        self.moment = -1
        self.time = ""

    def next(self, now: float) -> str:
        """16 characters; `now` in seconds of Unix time."""
        moment = int(now * 1000)
        if moment != self.moment:
            self.moment, self.time = moment, text(max(moment - EPOCH, 0), 4)
        self.serial = serial = (self.serial + 1) % SERIALS
        return f"{self.time}{ALPHABET[serial >> 10]}{PAIRS[serial & 1023]}{self.node}"


def text(number: int, pairs: int) -> str:
    """The lowest 10 bits of `number` for each pair of characters."""
    return "".join([PAIRS[number >> shift & 1023] for shift in range(10 * (pairs - 1), -1, -10)])
