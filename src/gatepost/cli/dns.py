"""`gatepost dns`: which records should a domain publish, and which does it?"""

import asyncio
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from gatepost.app.published import Asked, looked_up, site_of
from gatepost.auth.dmarc.record import Policy
from gatepost.auth.published.line import Line, Standing
from gatepost.auth.published.sending import sender_term
from gatepost.auth.published.site import IP, Site
from gatepost.auth.published.transport import policy_file, policy_place
from gatepost.auth.published.zone import zone
from gatepost.cli.dns_view import as_text, summary
from gatepost.cli.options import DEFAULT_CONFIG, ConfigFile
from gatepost.cli.options import Json as JsonFlag
from gatepost.cli.terminal import FAILED, Json, fail, say, say_json, tell
from gatepost.config.load import load
from gatepost.config.settings import Settings
from gatepost.gateway.certificate import BadCertificate
from gatepost.syntax.address import address
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain as domain_of


class Mode(Enum):
    """Of the MTA-STS policy (RFC 8461 §3.2)."""

    TESTING = "testing"
    ENFORCE = "enforce"


DomainName = Annotated[str, typer.Argument(metavar="DOMAIN", help="The domain whose records are looked at.")]
Addresses = Annotated[
    list[str] | None,
    typer.Option("--address", metavar="IP", help="An address of the gateway on the Internet; may be repeated."),
]
SendFrom = Annotated[
    list[str] | None,
    typer.Option(
        "--send-from", metavar="HOST",
        help="What also sends mail of the domain: a host name, an address, a network, or an SPF mechanism such as "
        "include:spf.example.net; may be repeated.",
    ),
]  # fmt: skip
Soft = Annotated[bool, typer.Option("--soft", help="SPF ends in ~all: what comes from elsewhere is only suspect.")]
WantedPolicy = Annotated[Policy, typer.Option("--dmarc-policy", help="DMARC policy that you want at least.")]
ReportsTo = Annotated[
    str, typer.Option(metavar="ADDRESS", help="Who gets reports about DMARC and TLS; default: the postmaster.")
]
SelectorName = Annotated[str, typer.Option("--dkim-selector", metavar="NAME", help="Selector of who signs your mail.")]
KeyFile = Annotated[
    Path | None, typer.Option("--dkim-key", metavar="FILE", help="Its private key in PEM, to say what to publish.")
]
StsMode = Annotated[Mode, typer.Option("--mta-sts", help="Mode of the MTA-STS policy.")]
Zone = Annotated[bool, typer.Option("--zone", help="Print only the records, as they stand in a zone file.")]


def command(
    domain: DomainName,
    config: ConfigFile = DEFAULT_CONFIG,
    addresses: Addresses = None,
    send_from: SendFrom = None,
    soft: Soft = False,
    dmarc_policy: WantedPolicy = Policy.NONE,
    reports_to: ReportsTo = "",
    dkim_selector: SelectorName = "",
    dkim_key: KeyFile = None,
    mta_sts: StsMode = Mode.TESTING,
    zone_file: Zone = False,
    as_json: JsonFlag = False,
) -> None:
    """Show which records a domain should publish, and check those it does.

    The records follow from the configuration: the gateway's name, its certificates, its addresses where they are on
    the Internet. Ends with 1 if one that mail needs is missing or wrong, or nobody answers; never with --zone.
    """
    settings = load(config)
    asked = Asked(
        addresses=tuple(map(ip_of, addresses or ())),
        senders=tuple(map(term_of, send_from or ())),
        soft=soft,
        policy=dmarc_policy,
        reports_to=mailbox_of(reports_to),
        selector=dkim_selector,
        key=dkim_key,
        enforces=mta_sts is Mode.ENFORCE,
    )
    site = known_site(settings, domain_named(domain), asked)
    lines = asyncio.run(looked_up(settings, site))
    if zone_file:
        for line in zone(lines):
            say(line)
        return
    show(site, lines, as_json)
    if any(line.needed and line.standing is not Standing.OK for line in lines):
        raise typer.Exit(FAILED)


def show(site: Site, lines: tuple[Line, ...], as_json: bool) -> None:
    if as_json:
        policy: Json = {"url": policy_place(site), "text": policy_file(site)}
        say_json({"domain": site.domain, "records": [of_line(line) for line in lines], "mta_sts": policy})
        return
    say(as_text(site, lines))
    say()
    say(f"{site.domain}: {summary(lines)}")
    if all(line.note.startswith("no answer") for line in lines if line.needed):
        tell("no resolver answers: what is published is not known ([dns] servers)")


def of_line(line: Line) -> dict[str, Json]:
    """For programs."""
    return {
        "name": line.name,
        "type": line.type,
        "wanted": list(line.wanted),
        "published": list(line.published),
        "standing": line.standing.value,
        "needed": line.needed,
        "why": line.why,
        "note": line.note,
    }


def known_site(settings: Settings, domain: str, asked: Asked) -> Site:
    if asked.key is not None and not asked.selector:
        raise typer.BadParameter("--dkim-key is of use only with --dkim-selector")
    try:
        return site_of(settings, domain, asked)
    except BadCertificate as error:
        fail(str(error))
    except BadSyntax as error:
        fail(f"{asked.key}: {error.reason}")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")


def domain_named(text: str) -> str:
    try:
        name = domain_of(text.removesuffix("."))
    except BadSyntax as error:
        raise typer.BadParameter(f'"{text}" is no domain: {error.reason}') from None
    if name.startswith("["):
        raise typer.BadParameter(f'"{text}" is an address: write a domain')
    return name


def ip_of(text: str) -> IP:
    try:
        return ip_address(text)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is no IP address') from None


def term_of(text: str) -> str:
    try:
        return sender_term(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def mailbox_of(text: str) -> str:
    try:
        return str(address(text)) if text else ""
    except BadSyntax as error:
        raise typer.BadParameter(f'"{text}" is no mail address: {error.reason}') from None
