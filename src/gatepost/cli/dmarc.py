"""`gatepost dmarc`: what do we report to others, and what do others report of us?"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

import typer
from msgspec import json, to_builtins

from gatepost.app.dmarc_reports import Preview, kept_reports, own_networks, reported, take_in
from gatepost.auth.dmarc.report_writer import written
from gatepost.auth.dmarc.senders import Network, Sender, by_concern, is_one_of
from gatepost.cli.dmarc_tables import previews_table, senders_table, totals
from gatepost.cli.options import DEFAULT_CONFIG, ConfigFile
from gatepost.cli.options import Json as JsonFlag
from gatepost.cli.terminal import FAILED, Json, fail, printable, say, say_json, tell
from gatepost.config.load import load
from gatepost.config.settings import Settings
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain as domain_of

DAY = 86_400.0
NEEDED = ("organization", "contact", "mail_from", "backend")

command = typer.Typer(
    name="dmarc",
    help="DMARC aggregate reports: those you send, those you get.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Day = Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The day in UTC; default: yesterday.")]
About = Annotated[str, typer.Option("--domain", metavar="DOMAIN", help="Only about this policy domain.")]
Print = Annotated[bool, typer.Option("--print", help="Print the reports themselves, as XML.")]
Send = Annotated[bool, typer.Option("--send", help="Send them now, whether that is done daily or not.")]
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE…", help="Reports (XML, .gz, .zip), mails, mbox files, directories.")
]
Days = Annotated[int, typer.Option(metavar="N", min=1, max=3650, help="Of reports about the last N days.")]
Ours = Annotated[
    list[str] | None,
    typer.Option(metavar="NETWORK", help="Also ours, beside what the configuration names; may be repeated."),
]
Failing = Annotated[bool, typer.Option("--failing", help="Only what passes neither SPF nor DKIM.")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="At most so many lines.")]


class Show(Enum):
    """How reports are printed."""

    TABLE = "table"
    XML = "xml"
    JSON = "json"


# ── reports that we send ─────────────────────────────────────────────────────
@command.command("report")
def report(
    config: ConfigFile = DEFAULT_CONFIG,
    day: Day = "",
    domain: About = "",
    print_: Print = False,
    send: Send = False,
    as_json: JsonFlag = False,
) -> None:
    """What would be reported of a day, and to whom.

    Made from the journal. Whom a domain wants it sent to is asked of the DNS. With --send it goes out at once; a report
    that the gateway has sent already, or sends later, has the same identity, by which its reader knows it. With --json
    each report is one line.
    """
    settings = load(config)
    if send:
        require_sender(settings)
    chosen, how = day_of(day), Show.JSON if as_json else Show.XML if print_ else Show.TABLE
    try:
        found = asyncio.run(collected(settings, chosen, named_domain(domain), send, how))
    except Unavailable as error:
        fail(f"the journal cannot be read: {error}")
    if found and how is Show.TABLE:
        say(previews_table(found))
    if not found:
        tell(f"nothing to report of {chosen}")
    if not settings.dmarc_reports.enabled:
        tell("no reports are sent by themselves: enabled is false in [dmarc_reports]")
    if any(preview.is_late for preview in found):
        raise typer.Exit(FAILED)


def require_sender(settings: Settings) -> None:
    missing = [name for name in NEEDED if not getattr(settings.dmarc_reports, name)]
    if missing:
        fail(f"reports cannot be sent: write {' and '.join(missing)} into [dmarc_reports]")


async def collected(settings: Settings, day: date, domain: str, sending: bool, show: Show) -> list[Preview]:
    """All of them; what is printed whole is printed at once."""
    found = []
    async for preview in reported(settings, day, domain, sending=sending):
        found.append(preview)
        if show is Show.JSON:
            say(json.encode(of_preview(preview)).decode())
        elif show is Show.XML:
            say(written(preview.report).decode())
    return found


def of_preview(preview: Preview) -> dict[str, Json]:
    """For programs."""
    package = preview.package
    return {
        "domain": package.domain,
        "identity": package.identity,
        "messages": preview.pending.messages,
        "octets": package.octets,
        "to": list(preview.pending.to or ()),
        "problem": preview.problem,
        "outcomes": to_builtins(preview.outcomes),
        "report": to_builtins(preview.report),
    }


def day_of(text: str) -> date:
    """The day that is meant; yesterday in UTC by default."""
    if not text:
        return datetime.now(UTC).date() - timedelta(days=1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is no day: write one such as 2026-01-31') from None


def named_domain(text: str) -> str:
    """A-labels in lower case; "" stays."""
    try:
        return domain_of(text) if text else ""
    except BadSyntax as error:
        raise typer.BadParameter(f'"{text}" is no domain: {error.reason}') from None


# ── reports that we get ──────────────────────────────────────────────────────
@command.command("import")
def import_reports(
    files: Files, config: ConfigFile = DEFAULT_CONFIG, ours: Ours = None, limit: Limit = 50, as_json: JsonFlag = False
) -> None:
    """Take in reports about your domains, and show what they say.

    Each is kept once, however often it is given. A file may be a report as it came (XML, .gz, .zip), a mail, or an mbox
    file; a directory, a Maildir or the files in it.
    """
    settings = load(config)
    own = networks(settings, ours)
    try:
        found = take_in(settings, files, time.time(), lambda text: tell(printable(text)))
    except Unavailable as error:
        fail(f"the reports cannot be kept: {error}")
    show_senders(found.senders, own, limit, as_json)
    tell(f"{found.new} reports are new, {found.known} were known already, {found.bad} files or mails hold none")
    for domain in sorted({sender.domain for sender in found.senders if not is_served(settings, sender.domain)}):
        tell(f"{printable(domain)} is in none of [domains]: is it yours?")
    if not found.new + found.known:
        raise typer.Exit(FAILED)


def is_served(settings: Settings, domain: str) -> bool:
    """One of the configuration's domains, or above or below one."""
    return any(f".{name}".endswith(f".{domain}") or f".{domain}".endswith(f".{name}") for name in settings.domains)


@command.command("show")
def show(
    config: ConfigFile = DEFAULT_CONFIG,
    domain: About = "",
    days: Days = 30,
    ours: Ours = None,
    failing: Failing = False,
    limit: Limit = 50,
    as_json: JsonFlag = False,
) -> None:
    """Who sends in the name of your domains, by the reports that were taken in.

    First your own servers whose mail fails, then others whose mail fails, then what passes.
    """
    settings = load(config)
    own = networks(settings, ours)
    try:
        senders, reports = kept_reports(settings, time.time() - days * DAY, named_domain(domain))
    except Unavailable as error:
        fail(f"the reports cannot be read: {error}")
    chosen = [sender for sender in senders if not (failing and sender.passes)]
    show_senders(chosen, own, limit, as_json)
    if not as_json:
        for line in totals(senders):
            say(line)
        tell(f"{reports} reports about the last {days} days")


def networks(settings: Settings, more: list[str] | None) -> tuple[Network, ...]:
    try:
        return (*own_networks(settings), *(ip_network(text, strict=False) for text in more or ()))
    except ValueError as error:
        raise typer.BadParameter(f"{error}: write a network such as 192.0.2.0/24") from None


def show_senders(senders: Sequence[Sender], own: Sequence[Network], limit: int, as_json: bool) -> None:
    ordered = by_concern(senders, own)
    if as_json:
        say_json([of_sender(sender, own) for sender in ordered[:limit]])
    elif ordered:
        say(senders_table(ordered[:limit], own))
    if len(ordered) > limit:
        tell(f"the first {limit} of {len(ordered)}: --limit")


def of_sender(sender: Sender, own: Sequence[Network]) -> dict[str, Json]:
    """For programs."""
    return {**to_builtins(sender), "passes": sender.passes, "ours": is_one_of(sender.source, own)}
