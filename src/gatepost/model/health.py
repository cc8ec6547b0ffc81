"""What do a gateway's processes tell the one that watches over them: how are they, what must an operator know?"""

from msgspec import Struct


class Heartbeat(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="heartbeat"):
    """ "I am alive", once a second; the numbers are for `gatepost top`.

    Args:
        service: name of a service; "" for a worker.
        sessions: connections open now.
        tarpitted: of them, those waiting in the tar pit.
        connections: connections taken since the process started.
        accepted, quarantined, deferred, refused: messages and recipients that ended so since then.
        octets_in: octets of content since then.
        lost: traces that the journal had no room for.
        resident: octets of memory.
    """

    service: str = ""
    sessions: int = 0
    tarpitted: int = 0
    connections: int = 0
    accepted: int = 0
    quarantined: int = 0
    deferred: int = 0
    refused: int = 0
    octets_in: int = 0
    lost: int = 0
    resident: int = 0


class Alarm(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="alarm"):
    """Something that an operator must know has begun, or is over.

    Args:
        key: stable name, such as `directory.down.ad`; the same key is one alarm.
        text: one or two sentences: what is wrong, what it means, what to do.
        over: it is right again.
    """

    key: str
    text: str
    over: bool = False


class Notice(Struct, frozen=True, kw_only=True):
    """An alarm as it is told to an operator.

    Args:
        began: Unix time in seconds at which it first rose.
        repeats: how often it rose again since he was last told.
    """

    key: str
    text: str
    over: bool
    began: float
    repeats: int = 0
