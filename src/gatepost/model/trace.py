"""Everything seen, decided and said in one transaction: the single source of log, tracking and replay.

Times are seconds since the trace began unless said otherwise. Client text is bounded and raw; who
renders it escapes it. Bodies, subjects and passwords are never here.
"""

from enum import Enum

from msgspec import Struct

from gatepost.model.authentication import Authentication
from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.tls import Tls
from gatepost.model.verdict import Verdict


class Outcome(Enum):
    """How one run of a check ended."""

    DONE = "done"
    CACHED = "cached"
    TIMEOUT = "timeout"
    ERROR = "error"
    SKIPPED = "skipped"


class Step(Struct, frozen=True, omit_defaults=True):
    """One check's run: outcome, findings, seconds it took."""

    check: str
    outcome: Outcome = Outcome.DONE
    findings: tuple[Finding, ...] = ()
    elapsed: float = 0.0


class Decision(Struct, frozen=True, omit_defaults=True):
    """The verdict of one phase and the evidence it rests on; `recipient` for RCPT and MESSAGE groups."""

    phase: Phase
    verdict: Verdict
    steps: tuple[Step, ...] = ()
    at: float = 0.0
    recipient: str = ""


class Exchange(Struct, frozen=True, omit_defaults=True):
    """One command and what was answered; `argument` is cut at 512 characters."""

    verb: str
    reply: str
    argument: str = ""
    at: float = 0.0
    delay: float = 0.0


class End(Enum):
    """How a transaction, or a connection without one, ended."""

    DELIVERED = "delivered"  # the backend said 250 for every accepted recipient
    QUARANTINED = "quarantined"  # on disk here, for at least one recipient
    DISCARDED = "discarded"  # 250 was said to all, and nobody has it, because a rule of the operator's wants that
    REFUSED = "refused"  # 5xx
    DEFERRED = "deferred"  # 4xx
    DROPPED = "dropped"  # 421/521 and closed
    ABANDONED = "abandoned"  # the client went away, RSET or QUIT
    IDLE = "idle"  # a connection that asked for nothing


class RecipientEnd(Struct, frozen=True, omit_defaults=True):
    """What became of one recipient offered: his own end and the reply that said so.

    Args:
        held: id of his copy in the quarantine, "" if it is not there.
    """

    address: str
    end: End
    reply: str = ""
    rule: str = ""
    held: str = ""


class Handover(Struct, frozen=True, omit_defaults=True):
    """The backend's part: who took it, what it said, seconds it needed; `duplicate` if it may have it twice."""

    backend: str
    host: str = ""
    reply: str = ""
    elapsed: float = 0.0
    tls: Tls | None = None
    duplicate: bool = False


class Trace(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One mail transaction, or one connection that had none.

    Args:
        id: unique over nodes, also in the reply to the client.
        session: id of the connection.
        began: Unix time in seconds.
        elapsed: seconds from `began` to the final reply.
        sender: "" for the null sender, None if no MAIL was given.
        size: octets of content, dots unstuffed.
        message_id: as in the header, cut at 256 characters; "" if none.
        authenticated: domains that SPF or DKIM vouch for, the one in From first where it is among them.
        authentication: what SPF, DKIM, ARC and DMARC found; None where nothing was looked at.
    """

    id: str
    session: str
    node: str
    worker: int
    listener: str
    began: float
    elapsed: float
    client_ip: str
    client_port: int
    server: str
    end: End
    helo: str = ""
    tls: Tls | None = None
    user: str = ""
    sender: str | None = None
    recipients: tuple[RecipientEnd, ...] = ()
    size: int = 0
    message_id: str = ""
    authenticated: tuple[str, ...] = ()
    authentication: Authentication | None = None
    action: str = ""
    rule: str = ""
    because: tuple[str, ...] = ()
    reply: str = ""
    decisions: tuple[Decision, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    handovers: tuple[Handover, ...] = ()
