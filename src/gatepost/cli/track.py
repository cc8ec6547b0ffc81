"""`gatepost track`: which transactions were there?"""

import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from json import dumps
from typing import Annotated

import msgspec
import typer

from gatepost.app.records import open_records
from gatepost.cli.options import DEFAULT_CONFIG, ConfigFile
from gatepost.cli.options import Json as JsonFlag
from gatepost.cli.terminal import fail, say, styled, tell
from gatepost.cli.trace_view import COLOURS, HEADER, cut, row
from gatepost.config.load import load
from gatepost.model.trace import End, Trace
from gatepost.ports.journal import Records, Search
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.units import seconds

POLL = 1.0  # seconds between looks for new ones
CATCH_UP = 10_000  # new ones in one look
FIXED = (20, 16, 15, 0, 0, 11, 0)  # columns of `HEADER` as wide as what they hold
END = HEADER.index("end")
NARROWEST = 12  # characters of a column that has to give way

Since = Annotated[str, typer.Option(metavar="TIME", help='From then on: "1d", "90m", or "2024-01-31 10:00" in UTC.')]
Until = Annotated[str, typer.Option(metavar="TIME", help="Until then, likewise.")]
Client = Annotated[str, typer.Option(metavar="IP", help="The client's address, or a network such as 192.0.2.0/24.")]
Sender = Annotated[str, typer.Option(metavar="ADDRESS", help='Envelope sender, "@domain", or "<>".')]
Recipient = Annotated[str, typer.Option(metavar="ADDRESS", help='One of the recipients, or "@domain".')]
Ended = Annotated[End | None, typer.Option("--end", help="How it ended, for one of its recipients or all.")]
Rule = Annotated[str, typer.Option(metavar="NAME", help="A rule decided, or would have if it were not in shadow.")]
Found = Annotated[str, typer.Option("--finding", metavar="CODE", help='Something was found: a code, or "check.*".')]
OnListener = Annotated[str, typer.Option("--listener", metavar="NAME", help="Which listener it came to.")]
MessageId = Annotated[str, typer.Option("--message-id", metavar="ID", help="The Message-ID of its header.")]
Words = Annotated[str, typer.Option("--text", metavar="TEXT", help="Anywhere in what was said or found; slow.")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="At most so many, the newest.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with new ones until interrupted, oldest first.")]


def command(
    config: ConfigFile = DEFAULT_CONFIG,
    since: Since = "",
    until: Until = "",
    client: Client = "",
    sender: Sender = "",
    recipient: Recipient = "",
    end: Ended = None,
    rule: Rule = "",
    finding: Found = "",
    listener: OnListener = "",
    message_id: MessageId = "",
    text: Words = "",
    limit: Limit = 100,
    follow: Follow = False,
    json: JsonFlag = False,
) -> None:
    """Search the transactions, newest first.

    All filters given must match. With --json each transaction is one line, with everything that is known of it.
    """
    now = time.time()
    search = Search(
        since=moment_of(since, now), until=moment_of(until, now), client=client, sender=sender, recipient=recipient,
        end=end.value if end else "", rule=rule, finding=finding, listener=listener, message_id=message_id, text=text,
        limit=limit,
    )  # fmt: skip
    records = open_records(load(config))
    try:
        (follow_all if follow else list_all)(records, search, json)
    except Unavailable as error:
        fail(f"the journal cannot be read: {error}")


def moment_of(text: str, now: float) -> float | None:
    """Unix time of "2h" (before now) or of a date, in UTC unless it says otherwise."""
    if not text:
        return None
    try:
        return now - seconds(text)
    except ValueError:
        pass
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is no time: write "2h", "7d" or "2024-01-31 10:00"') from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def list_all(records: Records, search: Search, json: bool) -> None:
    found = list(records.find(search))
    show(found, json, header=True)
    if not found and not json:
        tell("nothing found")
    elif len(found) == search.limit:
        tell(f"the newest {search.limit}; there may be more: --limit")
    tell_losses(records)


def follow_all(records: Records, search: Search, json: bool) -> None:
    """Until Ctrl-C."""
    found = list(records.find(search))[::-1]
    show(found, json, header=True)
    seen = found[-1].id if found else ""
    since = search.since if found or search.since is not None else time.time()
    while True:
        time.sleep(POLL)
        new = newer(records, msgspec.structs.replace(search, since=since, limit=CATCH_UP), seen)
        if new:
            show(new, json, header=False)
            seen = new[-1].id


def newer(records: Records, search: Search, seen: str) -> list[Trace]:
    """What came after the transaction `seen`, oldest first."""
    new: list[Trace] = []
    for trace in records.find(search):
        if trace.id == seen:
            break
        new.append(trace)
    return new[::-1]


def show(traces: Iterable[Trace], json: bool, *, header: bool) -> None:
    for line in as_json(traces) if json else as_table(traces, header=header):
        say(line)
    sys.stdout.flush()


def as_json(traces: Iterable[Trace]) -> Iterator[str]:
    """One object a line."""
    for trace in traces:
        yield dumps(msgspec.to_builtins(trace))


def as_table(traces: Iterable[Trace], *, header: bool) -> Iterator[str]:
    """As wide as the terminal; behind a pipe everything, for `awk` and `grep`."""
    rows = [(trace, row(trace)) for trace in traces]
    if not rows:
        return
    widths = column_widths([HEADER, *(cells for _, cells in rows)])
    if header:
        yield styled(laid_out([name.upper() for name in HEADER], widths), "bold")
    for trace, cells in rows:
        before, end, after = (
            laid_out(cells[:END], widths[:END]),
            cells[END],
            laid_out(cells[END + 1 :], widths[END + 1 :]),
        )
        coloured = styled(end.ljust(widths[END]), COLOURS[trace.end])
        yield f"{before.ljust(sum(widths[:END]) + 2 * (END - 1))}  {coloured}  {after}".rstrip()


def column_widths(rows: list[tuple[str, ...]]) -> list[int]:
    """What the cells need; on a terminal the widest give way until a line fits."""
    widths = [max(len(cut(cell, 10_000)) for cell in column) for column in zip(*rows, strict=True)]
    if not sys.stdout.isatty():
        return widths
    room = shutil.get_terminal_size((120, 24)).columns - 2 * (len(widths) - 1)
    while sum(widths) > room:
        widest = max((i for i in range(len(widths)) if not FIXED[i]), key=widths.__getitem__)
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
    return widths


def laid_out(cells: Sequence[str], widths: list[int]) -> str:
    return "  ".join(cut(cell, width).ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def tell_losses(records: Records) -> None:
    """Nothing is lost silently."""
    lost = records.lost()
    if lost:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(lost.items()))
        tell(f"{sum(lost.values())} records are missing in the journal: {reasons}")
