"""`gatepost test`: what would become of this message?"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated

import msgspec
import typer

from gatepost.app.offline import CannotPlay, Played, rehearse
from gatepost.app.offline_session import Attempt
from gatepost.app.recorded import rules_on
from gatepost.cli.envelope_guess import guess_recipients, guess_sender, header_of
from gatepost.cli.explain import all_kinds, width
from gatepost.cli.explanation import explained
from gatepost.cli.header_changes import Change, Line, changes, shown
from gatepost.cli.message_file import MessageFile, Unreadable, read_message
from gatepost.cli.options import DEFAULT_CONFIG, ConfigFile
from gatepost.cli.options import Json as JsonFlag
from gatepost.cli.terminal import FAILED, OK, fail, say, say_json, styled
from gatepost.cli.trace_view import explanation_text, wrapped
from gatepost.config.load import load
from gatepost.config.settings import Settings
from gatepost.model.address import Address, text
from gatepost.model.stage import Role
from gatepost.model.tls import Tls
from gatepost.model.trace import End
from gatepost.smtp.content import Stuffer
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.helo import helo_name
from gatepost.syntax.path import forward_path, reverse_path

STRANGER = "192.0.2.1"  # RFC 5737: nobody's
STRANGERS_NAME = "client.example.net"
SOME_TLS = Tls(version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", bits=256)
TAKEN = (End.DELIVERED, End.QUARANTINED)

Mail = Annotated[str, typer.Argument(metavar="MAIL.eml", help="The message, in a file; - is standard input.")]
ClientIp = Annotated[str, typer.Option(metavar="IP", help="Where it comes from.")]
HeloName = Annotated[str, typer.Option(metavar="NAME", help="Its name in EHLO.")]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="ADDRESS", help='Envelope sender, "<>" for a bounce; default: as its header says.'),
]
To = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="ADDRESS", help="Recipient; may be repeated; default: as its header says."),
]
OnListener = Annotated[str, typer.Option("--listener", metavar="NAME", help="Default: the first that is inbound.")]
OverTls = Annotated[bool, typer.Option("--tls", help="As if it came over TLS.")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask no directory but those in files: everybody exists.")]


def command(
    mail: Mail,
    config: ConfigFile = DEFAULT_CONFIG,
    client_ip: ClientIp = STRANGER,
    helo: HeloName = STRANGERS_NAME,
    sender: From = None,
    to: To = None,
    listener: OnListener = "",
    tls: OverTls = False,
    offline: Offline = False,
    json: JsonFlag = False,
) -> None:
    """Put one message through checks and policy.

    Shows what the gateway would do with it, and why, as `gatepost explain` does. Nothing is delivered, recorded or
    counted, and no gateway needs to run. Ends with 0 if the message would be taken, with 1 if not.
    """
    settings = load(config)
    name = listener_named(settings, listener)
    try:
        message = read_message(mail)
    except Unreadable as error:
        raise typer.BadParameter(str(error)) from None
    assumed: list[str] = []
    attempt = Attempt(
        listener=name, client_ip=address_of(client_ip), helo=helo_of(helo), sender=sender_of(sender, message, assumed),
        recipients=recipients_of(to, message, settings, assumed), octets=message.octets, tls=SOME_TLS if tls else None,
    )  # fmt: skip
    try:
        played = rehearse(settings, attempt, ask=not offline)
    except CannotPlay as error:
        fail(str(error))
    (tell_json if json else tell_text)(settings, attempt, played, message.notices, assumed)
    raise typer.Exit(OK if played.trace.end in TAKEN else FAILED)


# ── what is asked for ────────────────────────────────────────────────────────
def listener_named(settings: Settings, name: str) -> str:
    if name and name not in settings.listeners:
        raise typer.BadParameter(f"there is no listener {name}: {', '.join(settings.listeners)}")
    inbound = [n for n, section in settings.listeners.items() if section.role is Role.INBOUND]
    return name or next(iter([*inbound, *settings.listeners]))


def address_of(value: str) -> IPv4Address | IPv6Address:
    try:
        ip = ip_address(value)
    except ValueError:
        raise typer.BadParameter(f'--client-ip: "{value}" is no IP address such as {STRANGER}') from None
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip


def helo_of(value: str) -> str:
    try:
        return helo_name(value)
    except BadSyntax as error:
        raise typer.BadParameter(
            f'--helo: "{value}" is no name a client could say ({error.reason}): a domain, or [{STRANGER}]'
        ) from None


def sender_of(given: str | None, message: MessageFile, assumed: list[str]) -> Address | None:
    if given is not None:
        try:
            return reverse_path(bracketed(given))[0]
        except BadSyntax as error:
            raise typer.BadParameter(f'--from: "{given}" is no address ({error.reason})') from None
    guess = guess_sender(header_of(message.octets))
    if not guess.mailboxes:
        raise typer.BadParameter('its header names no sender: give --from ADDRESS, or --from "<>" for a bounce')
    assumed.append(f"from {guess.mailboxes[0]}, as its {guess.field.title()} says")
    return guess.mailboxes[0]


def recipients_of(
    given: Sequence[str] | None, message: MessageFile, settings: Settings, assumed: list[str]
) -> tuple[Address, ...]:
    if given:
        return tuple(map(recipient, given))
    guess = guess_recipients(header_of(message.octets), settings.domains)
    if not guess.mailboxes:
        raise typer.BadParameter("its header names no recipient: give --to ADDRESS")
    assumed.append(f"to {', '.join(map(str, guess.mailboxes))}, as its {guess.field.title()} says")
    return guess.mailboxes


def recipient(value: str) -> Address:
    try:
        return forward_path(bracketed(value))[0]
    except BadSyntax as error:
        raise typer.BadParameter(f'--to: "{value}" is no address ({error.reason})') from None


def bracketed(value: str) -> str:
    return value if value.startswith("<") else f"<{value}>"


# ── what is told ─────────────────────────────────────────────────────────────
def left_out(played: Played) -> list[str]:
    notes = [f"Not asked, because they count: {', '.join(played.checks)}."] if played.checks else []
    if played.directories:
        notes.append(f"Not asked, so everybody exists there: directory {', '.join(played.directories)}.")
    return notes


def header_lines(attempt: Attempt, played: Played) -> list[Line]:
    """What the mail server would see otherwise than it was sent."""
    if played.message is None:
        return []
    sent, _ = Stuffer().stuff(attempt.octets)
    return [line for line in changes(sent, played.message) if line.change is not Change.KEPT]


def tell_text(
    settings: Settings, attempt: Attempt, played: Played, notices: Sequence[str], assumed: Sequence[str]
) -> None:
    columns = width()
    notes = [f"What would become of it on listener {attempt.listener}; nothing is delivered or recorded."]
    notes += [f"Assumed: {'; '.join(assumed)}."] if assumed else []
    for note in (*notes, *notices, *left_out(played)):
        for line in wrapped(note, columns, "", "  "):
            say(line)
    explanation = explained(played.trace, all_kinds(), rules_on(settings, attempt.listener))
    say(f"\n{explanation_text(played.trace, explanation, columns)}")
    lines = header_lines(attempt, played)
    if lines:
        say(f"\n{styled('What would change in the header', 'bold')}")
        for line in shown(lines):
            say(line)


def tell_json(
    settings: Settings, attempt: Attempt, played: Played, notices: Sequence[str], assumed: Sequence[str]
) -> None:
    explanation = explained(played.trace, all_kinds(), rules_on(settings, attempt.listener))
    say_json(
        {
            "taken": played.trace.end in TAKEN,
            "listener": attempt.listener,
            "from": text(attempt.sender),
            "to": [str(recipient) for recipient in attempt.recipients],
            "assumed": list(assumed),
            "notices": list(notices),
            "not_asked": {"checks": list(played.checks), "directories": list(played.directories)},
            "explanation": msgspec.to_builtins(explanation),
            "trace": msgspec.to_builtins(played.trace),
            "header": [
                {"change": line.change.name.lower(), "field": line.field} for line in header_lines(attempt, played)
            ],
        }
    )
