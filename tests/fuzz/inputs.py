"""With which inputs does a fuzz target begin, and of which pieces are others made?"""

from types import ModuleType

# For targets that name none of their own: what SMTP and hostile octets are made of.
SEEDS = (b"", b"250 ok\r\n", b"EHLO a\r\n")
PIECES = (b"\r\n", b"\r", b"\n", b" ", b"-", b".", b"250 ", b"\x00", b"\xff")


def seeds(target: ModuleType) -> tuple[bytes, ...]:
    return tuple(getattr(target, "SEEDS", SEEDS))


def pieces(target: ModuleType) -> tuple[bytes, ...]:
    return tuple(getattr(target, "PIECES", PIECES))
