"""`gatepost top`: what is going on just now?"""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.columns import Columns
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from gatepost.app.records import open_records
from gatepost.cli.board import WINDOW, Board, Count, Frame
from gatepost.cli.options import DEFAULT_CONFIG, ConfigFile
from gatepost.cli.options import Json as JsonFlag
from gatepost.cli.terminal import fail, is_coloured, printable, say
from gatepost.cli.trace_view import COLOURS, moment
from gatepost.cli.track import newer
from gatepost.config.load import load
from gatepost.model.trace import End
from gatepost.ports.journal import Records, Search
from gatepost.ports.unavailable import Unavailable
from gatepost.supervise.stats import Stats, read

CATCH_UP = 50_000  # transactions of one look
STALE = 10.0  # seconds after which what the supervisor wrote is no longer "now"
ALWAYS_SHOWN = (End.DELIVERED, End.QUARANTINED, End.REFUSED, End.DEFERRED)

Once = Annotated[bool, typer.Option("--once", help="One look, then end.")]
Interval = Annotated[float, typer.Option("--interval", metavar="SECONDS", min=0.2, help="Between two looks.")]


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """All that is shown: the board, what the supervisor says (None if no gateway runs), what the journal misses."""

    frame: Frame
    gateway: Stats | None
    lost: Mapping[str, int]


def command(
    config: ConfigFile = DEFAULT_CONFIG, once: Once = False, interval: Interval = 1.0, json: JsonFlag = False
) -> None:
    """Watch sessions and verdicts live.

    With --json every look is one line.
    """
    settings = load(config)
    watch = Watch(open_records(settings), settings.gateway.data_dir)
    try:
        if json or once:
            print_looks(watch, interval, once=once, json=json)
        else:
            live(watch, interval)
    except Unavailable as error:
        fail(f"the journal cannot be read: {error}")


class Watch:
    """Looks at the journal and at what the supervisor wrote."""

    def __init__(self, records: Records, data_dir: Path) -> None:
        self.records = records
        self.data_dir = data_dir
        self.board = Board()

    def look(self) -> Look:
        """Raises `Unavailable`."""
        now = time.time()
        search = Search(since=now - WINDOW, limit=CATCH_UP)
        self.board.add(newer(self.records, search, self.board.newest))
        return Look(frame=self.board.frame(now), gateway=self.stats(now), lost=self.records.lost())

    def stats(self, now: float) -> Stats | None:
        try:
            found = read(self.data_dir)
        except (OSError, msgspec.DecodeError):
            return None
        return found if now - found.written < STALE else None


def print_looks(watch: Watch, interval: float, *, once: bool, json: bool) -> None:
    console = Console(file=sys.stdout, width=80, no_color=not is_coloured(sys.stdout))
    while True:
        look = watch.look()
        if json:
            say(msgspec.json.encode(look).decode())
            sys.stdout.flush()
        else:
            console.print(shown(look))
        if once:
            return
        time.sleep(interval)


def live(watch: Watch, interval: float) -> None:
    """Until Ctrl-C."""
    console = Console(no_color=not is_coloured(sys.stdout))
    with Live(shown(watch.look()), console=console, screen=console.is_terminal, auto_refresh=False) as view:
        while True:
            time.sleep(interval)
            view.update(shown(watch.look()), refresh=True)


# ── layout ───────────────────────────────────────────────────────────────────
def shown(look: Look) -> Group:
    frame = look.frame
    parts: list[Text | Columns] = [Text(f"{moment(frame.at)}  the last minute", style="bold"), gateway(look.gateway)]
    parts.append(verdicts(frame))
    parts.append(
        Columns([counts("Rules", frame.rules), counts("Clients not delivered", frame.clients)], padding=(0, 4))
    )
    if look.gateway is not None:
        parts += [Text(f"! {printable(text)}", style="red") for text in look.gateway.alarms.values()]
    if look.lost:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(look.lost.items()))
        parts.append(Text(f"! Records missing in the journal: {reasons}", style="red"))
    return Group(*parts)


def gateway(stats: Stats | None) -> Text:
    if stats is None:
        return Text("No gateway runs on this data_dir.", style="yellow")
    now = stats.totals
    return Text(
        f"{stats.state}: {now.sessions:,} sessions, {now.tarpitted:,} of them in the tar pit, "
        f"{len(stats.workers)} workers, {now.resident / 2**20:,.0f} MiB; since the start "
        f"{now.connections:,} connections, {now.accepted:,} accepted, {now.refused:,} refused"
    )


def verdicts(frame: Frame) -> Text:
    line = Text()
    for end in End:
        count = frame.per_minute[end.value]
        if count or end in ALWAYS_SHOWN:
            line.append(f"{end.value} {count:,}   ", style=COLOURS[end] if count else "dim")
    return line.append(f"{frame.octets / 2**20:,.1f} MiB")


def counts(title: str, rows: tuple[Count, ...]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("", justify="right")
    table.add_column(title)
    for row in rows or (Count("none", 0),):
        table.add_row(f"{row.count:,}", printable(row.name))
    return table
