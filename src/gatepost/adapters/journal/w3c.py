"""What does the SMTP service of IIS 6 write for each command? (W3C extended log file format; FACTS §4.10)

A record is exactly as many words as there are fields, whatever the client says: a space becomes `+`, as IIS
writes it; everything that is not printable ASCII, and the `%`, `"` and `#` that would mean something, becomes
`%XX` of its UTF-8. An empty field is `-`.

What IIS has and we add nothing to: cs-uri-stem, cs-host, cs(User-Agent), cs(Cookie) and cs(Referer) are `-`,
cs-version is SMTP, sc-win32-status is 0. cs-username is the name the client gave in EHLO; cs-uri-query the
command's argument behind a `+`; s-sitename the listener; time-taken the milliseconds that the backend and the tar
pit held the reply. As in IIS, DATA is one record with the reply to the message and its Message-ID; a 354 is none.
"""

from collections.abc import Callable, Iterator, Sequence
from time import gmtime, strftime
from urllib.parse import quote

from msgspec import Struct

from gatepost.model.trace import Exchange, Trace

SAFE = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '%"#')


class Record(Struct, gc=False):
    """One command of a transaction."""

    trace: Trace
    exchange: Exchange
    when: str  # date and time
    verb: str
    argument: str
    octets_in: int
    waited: float


def word(text: str) -> str:
    """One word of a record; never empty, never two."""
    if not text:
        return "-"
    return quote(text.replace(" ", "+"), safe=SAFE, encoding="utf-8", errors="backslashreplace")


FIELDS: dict[str, Callable[[Record], str]] = {
    "date": lambda at: at.when[:10],
    "time": lambda at: at.when[11:],
    "c-ip": lambda at: word(at.trace.client_ip),
    "cs-username": lambda at: word(at.trace.helo),
    "s-sitename": lambda at: word(at.trace.listener),
    "s-computername": lambda at: word(at.trace.node),
    "s-ip": lambda at: word(at.trace.server.rpartition(":")[0].strip("[]")),
    "s-port": lambda at: word(at.trace.server.rpartition(":")[2]),
    "cs-method": lambda at: word(at.verb),
    "cs-uri-stem": lambda at: "-",
    "cs-uri-query": lambda at: "+" + word(at.argument) if at.argument else "-",
    "sc-status": lambda at: word(at.exchange.reply[:3]),
    "sc-win32-status": lambda at: "0",
    "sc-bytes": lambda at: str(len(at.exchange.reply.encode("utf-8", "replace")) + 2),
    "cs-bytes": lambda at: str(at.octets_in),
    "time-taken": lambda at: str(round(at.waited * 1000)),
    "cs-version": lambda at: "SMTP",
    "cs-host": lambda at: "-",
    "cs(User-Agent)": lambda at: "-",
    "cs(Cookie)": lambda at: "-",
    "cs(Referer)": lambda at: "-",
}


class W3cLog:
    """Records of the chosen fields.

    Args:
        fields: names out of `FIELDS`, in the order wanted.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        self.names = tuple(fields)
        self.columns = tuple(FIELDS[name] for name in fields)

    def head(self, now: float) -> bytes:
        """What a file begins with; it may stand again in the middle of one."""
        date = strftime("%Y-%m-%d %H:%M:%S", gmtime(now))
        return f"#Software: SMTP gateway\n#Version: 1.0\n#Date: {date}\n#Fields: {' '.join(self.names)}\n".encode()

    def lines(self, trace: Trace) -> bytes:
        """One line for each command."""
        return "".join(
            " ".join([column(record) for column in self.columns]) + "\n" for record in records(trace)
        ).encode("ascii")


def records(trace: Trace) -> Iterator[Record]:
    for exchange in trace.exchanges:
        if exchange.reply.startswith("354"):
            continue
        when = strftime("%Y-%m-%d %H:%M:%S", gmtime(trace.began + exchange.at + exchange.delay))
        if exchange.verb == ".":
            waited = exchange.delay + sum(handover.elapsed for handover in trace.handovers)
            yield Record(trace, exchange, when, "DATA", trace.message_id, trace.size + len(".\r\n"), waited)
            continue
        said = f"{exchange.verb} {exchange.argument}".rstrip().encode("utf-8", "replace")
        yield Record(trace, exchange, when, exchange.verb, exchange.argument, len(said) + 2, exchange.delay)
