"""Where is a connection to a mail server in its life?"""

from enum import Enum


class State(Enum):
    """What a connection is doing."""

    SETUP = "setup"  # greeting, EHLO, STARTTLS: a coroutine asks
    IDLE = "idle"
    BUSY = "busy"  # an exchange is going on
    RESETTING = "resetting"
    QUITTING = "quitting"
    CLOSED = "closed"
