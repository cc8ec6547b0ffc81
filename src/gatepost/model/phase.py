"""Where in the dialogue a check runs and a verdict is given (RFC 5321 §3)."""

from enum import IntEnum


class Phase(IntEnum):
    """In the order in which they happen; RCPT once for each recipient offered."""

    __hash__ = int.__hash__  # Enum's own is Python code, and phases are looked up all the time

    CONNECT = 1
    HELO = 2
    MAIL = 3
    RCPT = 4
    DATA = 5
    MESSAGE = 6
