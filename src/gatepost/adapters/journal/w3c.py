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
from functools import lru_cache
from time import gmtime, strftime
from urllib.parse import quote

from msgspec import Struct

from gatepost.model.trace import Exchange, Trace

CONTENT = (".", "content")  # verbs of the time line for the end of a message: taken whole, discarded
PROTOCOL_RULES = ("command.", "line.", "content.")  # stand where a refused command's argument was not understood
SAFE = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '%"#')


class Record(Struct, gc=False):
    """One command of a transaction."""

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


OF_TRACE: dict[str, Callable[[Trace], str]] = {
    "c-ip": lambda trace: word(trace.client_ip),
    "cs-username": lambda trace: word(trace.helo),
    "s-sitename": lambda trace: word(trace.listener),
    "s-computername": lambda trace: word(trace.node),
    "s-ip": lambda trace: word(trace.server.rpartition(":")[0].strip("[]")),
    "s-port": lambda trace: word(trace.server.rpartition(":")[2]),
    "cs-uri-stem": lambda trace: "-",
    "sc-win32-status": lambda trace: "0",
    "cs-version": lambda trace: "SMTP",
    "cs-host": lambda trace: "-",
    "cs(User-Agent)": lambda trace: "-",
    "cs(Cookie)": lambda trace: "-",
    "cs(Referer)": lambda trace: "-",
}
OF_COMMAND: dict[str, Callable[[Record], str]] = {
    "date": lambda at: at.when[:10],
    "time": lambda at: at.when[11:],
    "cs-method": lambda at: word(at.verb),
    "cs-uri-query": lambda at: "+" + word(at.argument) if at.argument else "-",
    "sc-status": lambda at: word(at.exchange.reply[:3]),
    "sc-bytes": lambda at: str(len(at.exchange.reply.encode("utf-8", "replace")) + 2),
    "cs-bytes": lambda at: str(at.octets_in),
    "time-taken": lambda at: str(round(at.waited * 1000)),
}


class W3cLog:
    """Records of the chosen fields.

    Args:
        fields: names out of `OF_TRACE` and `OF_COMMAND`, in the order wanted.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        self.names = tuple(fields)
        self.of_trace = [(i, OF_TRACE[name]) for i, name in enumerate(fields) if name in OF_TRACE]
        self.of_command = [(i, OF_COMMAND[name]) for i, name in enumerate(fields) if name in OF_COMMAND]

    def head(self, now: float) -> bytes:
        """What a file begins with; it may stand again in the middle of one."""
        date = date_and_time(int(now))
        return f"#Software: SMTP gateway\n#Version: 1.0\n#Date: {date}\n#Fields: {' '.join(self.names)}\n".encode()

    def lines(self, trace: Trace) -> bytes:
        """One line for each command."""
        row = ["-"] * len(self.names)
        for i, column in self.of_trace:
            row[i] = column(trace)
        lines = []
        for record in records(trace):
            for i, value in self.of_command:
                row[i] = value(record)
            lines.append(" ".join(row))
        return ("\n".join(lines) + "\n").encode("ascii") if lines else b""


@lru_cache(maxsize=64)
def date_and_time(second: int) -> str:
    return strftime("%Y-%m-%d %H:%M:%S", gmtime(second))


def records(trace: Trace) -> Iterator[Record]:
    """The greeting and a 354 are no answers to a command of IIS's log."""
    for exchange in trace.exchanges:
        if not exchange.verb or exchange.reply.startswith("354"):
            continue
        when = date_and_time(int(trace.began + exchange.at + exchange.delay))
        if exchange.verb in CONTENT:
            waited = exchange.delay + sum(handover.elapsed for handover in trace.handovers)
            yield Record(exchange, when, "DATA", trace.message_id, trace.size + len(".\r\n"), waited)
            continue
        argument = "" if exchange.argument.startswith(PROTOCOL_RULES) else exchange.argument
        said = f"{exchange.verb} {argument}".rstrip().encode("utf-8", "replace")
        yield Record(exchange, when, exchange.verb, argument, len(said) + 2, exchange.delay)
