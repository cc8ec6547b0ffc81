"""What can come of one question?"""

from msgspec import Struct
from pycares import DNSResult

TIMED_OUT = "timed out"
CLOSED = "the resolver is closed"


class Told(Struct, frozen=True):
    """A resolver has answered.

    Args:
        result: what the answer holds; nothing if there is none.
        exists: False for NXDOMAIN.
    """

    result: DNSResult
    exists: bool = True


class Failure(Struct, frozen=True):
    """No answer.

    Args:
        reason: short, for a trace.
        is_silence: no resolver has said anything at all.
    """

    reason: str
    is_silence: bool = False


Outcome = Told | Failure
EMPTY = DNSResult(answer=[], authority=[], additional=[])
EXPIRED = Failure(TIMED_OUT, is_silence=True)
