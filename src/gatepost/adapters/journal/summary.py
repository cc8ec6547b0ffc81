"""What of a trace do the index and the log line need? (the rest is not even decoded: half the time)"""

from msgspec import Struct, msgpack

from gatepost.model.trace import Trace


class SeenFinding(Struct, frozen=True, gc=False):
    """The code of a finding."""

    code: str


class SeenStep(Struct, frozen=True, gc=False):
    """What a check found."""

    findings: tuple[SeenFinding, ...] = ()


class SeenVerdict(Struct, frozen=True, gc=False):
    """Rules in shadow that would have decided."""

    shadow: tuple[str, ...] = ()


class SeenDecision(Struct, frozen=True, gc=False):
    """What one phase rests on."""

    verdict: SeenVerdict
    steps: tuple[SeenStep, ...] = ()


class SeenRecipient(Struct, frozen=True, gc=False):
    """As `RecipientEnd`, without the reply."""

    address: str
    end: str
    rule: str = ""


class SeenHandover(Struct, frozen=True, gc=False):
    """Which host had the message."""

    host: str = ""


class SeenTls(Struct, frozen=True, gc=False):
    """The version of TLS."""

    version: str


class Summary(Struct, frozen=True, kw_only=True, gc=False):
    """Fields of `Trace`, under the same names."""

    id: str
    session: str
    node: str
    listener: str
    began: float
    elapsed: float
    client_ip: str
    end: str
    helo: str = ""
    tls: SeenTls | None = None
    user: str = ""
    sender: str | None = None
    recipients: tuple[SeenRecipient, ...] = ()
    size: int = 0
    message_id: str = ""
    authenticated: tuple[str, ...] = ()
    action: str = ""
    rule: str = ""
    because: tuple[str, ...] = ()
    reply: str = ""
    decisions: tuple[SeenDecision, ...] = ()
    handovers: tuple[SeenHandover, ...] = ()


summary_of = msgpack.Decoder(Summary).decode
"""From the octets of a trace; `msgspec.MsgspecError` or `UnicodeDecodeError` if they are none."""


def summarized(trace: Trace) -> Summary:
    """The same from a trace."""
    return summary_of(msgpack.encode(trace))
