"""What is the one line of a transaction in the log? (CONVENTIONS 9: fields, not prose)

One line is one JSON object of printable ASCII: whatever a client says, it can neither begin a line of its
own nor reach a terminal. Subjects, bodies and passwords are not in a trace, so they are not here.
"""

import json
from collections.abc import Sequence
from time import gmtime, strftime

import msgspec

from gatepost.adapters.journal.summary import Summary

DOMAINS = 5  # that vouch for the message, named in a line
RECIPIENTS = 20  # named in a line; their number is always there
LINE_LIMIT = 4096  # octets: what a pipe takes in one piece (PIPE_BUF), so that lines of several processes never mix
ALARM_LIMIT = 600  # characters of an alarm
TEXT_LIMITS = (64, 16)  # characters of one text in a line that would be longer; an escape has up to 12 octets each

encode = msgspec.json.Encoder().encode


class Line(msgspec.Struct, gc=False):
    """Fields of a transaction, in the order in which they are written."""

    time: str
    level: str
    event: str
    id: str
    session: str
    node: str
    listener: str
    client: str
    helo: str
    tls: str
    user: str
    sender: str | None
    recipients: int
    to: Sequence[str]
    size: int
    message_id: str
    end: str
    action: str
    rule: str
    because: tuple[str, ...]
    reply: str
    backend: str
    elapsed: float
    authenticated: Sequence[str]


class AlarmLine(msgspec.Struct, kw_only=True):
    """What an operator should act on."""

    time: str
    level: str = "warning"
    event: str = "alarm"
    key: str
    text: str
    over: bool = False


class Timestamps:
    """RFC 3339 in UTC; the text of a second is made once."""

    def __init__(self) -> None:
        self.second = -1
        self.text = ""

    def __call__(self, when: float) -> str:
        second = int(when)
        if second != self.second:
            self.second, self.text = second, strftime("%Y-%m-%dT%H:%M:%S", gmtime(second))
        return f"{self.text}.{int((when - second) * 1000):03}Z"


def transaction_line(trace: Summary, timestamp: Timestamps) -> bytes:
    """The line, with its line feed."""
    to = [recipient.address for recipient in trace.recipients[:RECIPIENTS]]
    tls = trace.tls.version if trace.tls else ""
    backend = trace.handovers[-1].host if trace.handovers else ""
    line = Line(  # by position: a fifth of the time
        timestamp(trace.began + trace.elapsed), "info", "transaction", trace.id, trace.session, trace.node,
        trace.listener, trace.client_ip, trace.helo, tls, trace.user, trace.sender, len(trace.recipients), to,
        trace.size, trace.message_id, trace.end, trace.action, trace.rule, trace.because, trace.reply, backend,
        round(trace.elapsed, 4), trace.authenticated[:DOMAINS],
    )  # fmt: skip
    octets = printable(line)
    for limit in TEXT_LIMITS:
        if len(octets) <= LINE_LIMIT:
            break
        octets = printable(cut(line, limit))
    return octets


def alarm_line(key: str, text: str, now: float, *, over: bool) -> bytes:
    return printable(AlarmLine(time=Timestamps()(now), key=key, text=text[:ALARM_LIMIT], over=over))


def printable(line: msgspec.Struct) -> bytes:
    """Printable ASCII and one line feed: JSON alone lets DEL, C1 controls and direction marks through."""
    octets = encode(line)
    if not octets.isascii():
        octets = json.dumps(msgspec.to_builtins(line), separators=(",", ":")).encode("ascii")
    if b"\x7f" in octets:
        octets = octets.replace(b"\x7f", b"\\u007f")
    return octets + b"\n"


def cut(line: Line, limit: int) -> Line:
    """Every text at most `limit` characters, and few of them."""
    return msgspec.structs.replace(
        line,
        to=(),
        because=tuple(code[:limit] for code in line.because[:3]),
        authenticated=tuple(domain[:limit] for domain in line.authenticated[:3]),
        sender=None if line.sender is None else line.sender[:limit],
        **{name: getattr(line, name)[:limit] for name in CUT},
    )


CUT = ("id", "session", "node", "listener", "client", "helo", "tls", "user", "message_id", "rule", "reply", "backend")
