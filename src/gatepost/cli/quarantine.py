"""`gatepost quarantine`: what is held, what is in it, and out with it or away with it."""

import asyncio
import os
import pwd
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from enum import Enum
from typing import Annotated

import typer

from gatepost.app.quarantine import deleted, holdings, released
from gatepost.cli.options import DEFAULT_CONFIG, ConfigFile
from gatepost.cli.options import Json as JsonFlag
from gatepost.cli.quarantine_view import as_json, contents, raw, table, told, whole
from gatepost.cli.terminal import FAILED, fail, printable, say, say_json, tell
from gatepost.cli.track import moment_of
from gatepost.config.load import load
from gatepost.config.settings import Settings
from gatepost.model.address import Address
from gatepost.ports.quarantine import Fate, Held, HeldSearch, Holdings, Release, ReleaseEnd
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.address import address
from gatepost.syntax.bad_syntax import BadSyntax

command = typer.Typer(
    name="quarantine",
    help="Messages that are held: list, look into, release and delete them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class State(Enum):
    """Which copies are listed."""

    HELD = "held"
    RELEASED = "released"
    DELETED = "deleted"
    EXPIRED = "expired"
    ANY = "any"


Identity = Annotated[str, typer.Argument(metavar="ID", help="As in the list and in `explain`, or its first part.")]
Recipient = Annotated[str, typer.Option(metavar="ADDRESS", help='For whom, or "@domain".')]
Sender = Annotated[str, typer.Option(metavar="ADDRESS", help='Envelope sender, "@domain", or "<>".')]
Rule = Annotated[str, typer.Option(metavar="NAME", help="Held by this rule.")]
Since = Annotated[str, typer.Option(metavar="TIME", help='From then on: "1d", "90m", or "2024-01-31 10:00" in UTC.')]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="At most so many, the newest.")]
InState = Annotated[State, typer.Option("--state", help="What has become of them; older than a week is forgotten.")]
To = Annotated[str, typer.Option(metavar="ADDRESS", help="Give it to him instead of its recipient.")]
Spam = Annotated[bool, typer.Option("--spam", help="It was spam: the spam filter learns that.")]
AllRecipients = Annotated[bool, typer.Option("--all-recipients", help="The copies of all recipients it is held for.")]
Raw = Annotated[bool, typer.Option("--raw", help="The octets as they would be delivered, for a file or a program.")]
Force = Annotated[bool, typer.Option("--force", help="With --raw: write them even to a terminal.")]
Lines = Annotated[int, typer.Option("--lines", metavar="N", min=0, help="Lines of the text at most.")]


@command.command("list")
def list_held(
    config: ConfigFile = DEFAULT_CONFIG,
    recipient: Recipient = "",
    sender: Sender = "",
    rule: Rule = "",
    since: Since = "",
    state: InState = State.HELD,
    limit: Limit = 100,
    json: JsonFlag = False,
) -> None:
    """What is held, the newest first; a line for each recipient.

    All filters given must match.
    """
    search = HeldSearch(
        recipient=recipient, sender=sender, rule=rule, since=moment_of(since, time.time()), limit=limit,
        fate=None if state is State.ANY else Fate(state.value),
    )  # fmt: skip
    with closing(opened(load(config))) as held:
        try:
            found, problem = held.find(search), held.problem()
        except Unavailable as error:
            fail(str(error))
    if json:
        say_json([as_json(each) for each in found])
    elif found:
        say(table(found))
    else:
        tell("nothing found")
    if len(found) == limit:
        tell(f"the newest {limit}; there may be more: --limit")
    if problem:
        tell(printable(problem))


@command.command("show")
def show(
    identity: Identity,
    config: ConfigFile = DEFAULT_CONFIG,
    raw_: Raw = False,
    force: Force = False,
    lines: Lines = 100,
    json: JsonFlag = False,
) -> None:
    """What is known of a held message, its header and its text.

    HTML is never rendered, and whatever could move the cursor or turn the writing around is shown as its code. With
    --raw its octets are written out, not to a terminal unless --force is given.
    """
    if raw_ and sys.stdout.isatty() and not force:
        fail("a terminal may obey what is in a message: send it to a file (> FILE), or give --force")
    with closing(opened(load(config))) as held:
        try:
            chosen = one(held, identity)
            if raw_:
                sys.stdout.buffer.write(raw(held.content(chosen)))
                sys.stdout.flush()
            elif json:
                say_json({**as_json(chosen), "recipients": [as_json(copy) for copy in held.copies(chosen.message)]})
            else:
                say(whole(chosen, held.copies(chosen.message)))
                if chosen.fate is Fate.HELD:
                    say(contents(held.content(chosen), lines))
        except Unavailable as error:
            fail(str(error))


@command.command("release")
def release(
    identity: Identity,
    config: ConfigFile = DEFAULT_CONFIG,
    to: To = "",
    all_recipients: AllRecipients = False,
) -> None:
    """Deliver it after all, by the backend of its recipient.

    Counts as released once the mail server has said 250; a second time it is not sent again. Who released it stands in
    its header, in fields that nobody outside can forge. The spam filter learns from it that it was no spam, unless it
    is given to somebody else.
    """
    settings = load(config)
    if to and all_recipients:
        raise typer.BadParameter("--to and --all-recipients: one copy is enough for one address")
    instead = address_of(to) if to else None
    with closing(opened(settings)) as held:
        try:
            chosen = copies_of(held, identity, all_recipients)
            done = asyncio.run(outcomes(settings, held, chosen, instead))
        except Unavailable as error:
            fail(str(error))
    if not all(is_well(each) for each in done):
        raise typer.Exit(FAILED)


async def outcomes(settings: Settings, held: Holdings, chosen: Sequence[Held], to: Address | None) -> list[Release]:
    """Each told as it comes."""
    found = []
    async for each in released(settings, held, chosen, who(), to, complain):
        found.append(each)
        (say if is_well(each) else tell)(told(each))
    return found


def complain(text: str) -> None:
    tell(printable(text))


def is_well(each: Release) -> bool:
    return each.end is ReleaseEnd.RELEASED or (each.end is ReleaseEnd.ALREADY and each.held.fate is Fate.RELEASED)


@command.command("delete")
def delete(
    identity: Identity,
    config: ConfigFile = DEFAULT_CONFIG,
    all_recipients: AllRecipients = False,
    spam: Spam = False,
) -> None:
    """Take it away for good; its recipient never gets it, and its sender is not told.

    With --spam the spam filter learns from it.
    """
    settings = load(config)
    with closing(opened(settings)) as held:
        try:
            chosen = copies_of(held, identity, all_recipients)
            settled = asyncio.run(deleted(settings, held, chosen, who(), is_spam=spam, complain=complain))
        except Unavailable as error:
            fail(str(error))
    for each in settled:
        say(printable(f"{each.id} for {each.recipient} is {each.fate.value}"))
    if any(each.fate is Fate.RELEASED for each in settled):
        fail("what was released cannot be taken back")


def opened(settings: Settings) -> Holdings:
    try:
        return holdings(settings)
    except Unavailable as error:
        fail(str(error))


def one(held: Holdings, identity: str) -> Held:
    """Ends the command with a reason if there is none."""
    if len(identity.strip()) < SHORTEST:
        raise typer.BadParameter(f"an id, or at least its first {SHORTEST} characters")
    found = held.get(identity)
    if found is None:
        fail(f"nothing, or more than one, is held under an id that begins with {printable(identity)}")
    return found


SHORTEST = 6  # characters that an id may be cut to


def copies_of(held: Holdings, identity: str, everybody: bool) -> Sequence[Held]:
    chosen = one(held, identity)
    if not everybody:
        return (chosen,)
    return [copy for copy in held.copies(chosen.message) if copy.fate is Fate.HELD] or (chosen,)


def address_of(text: str) -> Address:
    try:
        return address(text)
    except BadSyntax as error:
        raise typer.BadParameter(f'"{text}" is no mail address: {error.reason}') from None


def who() -> str:
    """Who gives the command; behind sudo he who became root."""
    user = pwd.getpwuid(os.getuid()).pw_name
    return os.environ.get("SUDO_USER", user) if os.getuid() == 0 else user
