"""What can be set of the gateway as a whole and of the domains behind it: `[gateway]`, `[domains.<name>]`.

The listeners have a module of their own, `gatepost.gateway.listener_settings`.
"""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator

from gatepost.syntax.address import address
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain
from gatepost.syntax.units import Duration, Size

PORT_LIMIT = 65_535


class Section(BaseModel):
    """A part of the configuration: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Endpoint(NamedTuple):
    """Where to listen: an IP address and a TCP port; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def endpoint(value: object) -> Endpoint:
    """`192.0.2.1:25` or `[2001:db8::1]:25`."""
    if isinstance(value, Endpoint):
        return value
    if not isinstance(value, str):
        raise ValueError('takes a string such as "0.0.0.0:25" or "[::]:25"')
    host, colon, port = value.rpartition(":")
    if not colon or not (port.isascii() and port.isdecimal()) or int(port) > PORT_LIMIT:
        raise ValueError(f'"{value}" has no port: write "address:port", such as "0.0.0.0:25" or "[::]:25"')
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        address = ip_address(host[1:-1] if bracketed else host)
    except ValueError:
        raise ValueError(
            f'"{value}" has no IP address before the port: write "0.0.0.0:{port}" for every IPv4 address, '
            f'"[::]:{port}" for every IPv6 address'
        ) from None
    if (address.version == 6) != bracketed:
        raise ValueError(f'"{value}": an IPv6 address stands in brackets, an IPv4 address does not')
    return Endpoint(str(address), int(port))


def network(value: object) -> IPv4Network | IPv6Network:
    """`192.0.2.0/24`, `2001:db8::/32`, or one address."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str):
        raise ValueError('takes a network in a string, such as "10.0.0.0/8"')
    try:
        return ip_network(value)
    except ValueError:
        pass
    try:
        wider = ip_network(value, strict=False)
    except ValueError:
        raise ValueError(f'"{value}" is no network: write one such as "10.0.0.0/8" or "2001:db8::/32"') from None
    raise ValueError(f'"{value}" is an address with a prefix length: write "{wider}" for the network')


def hostname(value: str) -> str:
    """A fully qualified name (RFC 5321 §2.3.5), as A-labels in lower case."""
    try:
        name = domain(value)
    except BadSyntax as error:
        raise ValueError(f'"{value}" is no host name ({error.reason}): write one such as "mx1.example.com"') from None
    if "." not in name or name.startswith("[") or "_" in name:
        raise ValueError(f'"{value}" is not fully qualified: write a name such as "mx1.example.com"')
    return name


def mailbox(value: str) -> str:
    try:
        return str(address(value))
    except BadSyntax as error:
        raise ValueError(
            f'"{value}" is no mail address ({error.reason}): write one such as "postmaster@example.com"'
        ) from None


def field_prefix(value: str) -> str:
    """What may begin a header field's name (RFC 5322 §3.6.8), and leaves room for the rest of it."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,40}", value):
        raise ValueError(f'"{value}" cannot begin a header field: letters, digits and "-", such as "X-Gateway"')
    return value.rstrip("-")


Network = Annotated[IPv4Network | IPv6Network, PlainValidator(network)]
Bind = Annotated[Endpoint, PlainValidator(endpoint)]
Hostname = Annotated[str, AfterValidator(hostname)]
Mailbox = Annotated[str, AfterValidator(mailbox)]


class AlarmSettings(Section):
    """`gateway.alarms`: how an operator is told what he must know; the log always has it."""

    mail_to: tuple[Mailbox, ...] = Field(
        (), description="Addresses that get a mail, delivered by the backend of their domain."
    )
    mail_from: Mailbox | None = Field(
        None, description="Sender of these mails; default: `postmaster@` and the gateway's host name."
    )
    command: Path | None = Field(
        None, description="Program started with the alarm's name as its argument and its text on standard input."
    )
    interval: Duration = Field(
        900.0, ge=60, description="Time between two notices of one alarm that goes on; the log has every one."
    )


class GatewaySettings(Section):
    """Section `[gateway]`."""

    hostname: Hostname = Field(
        description="The gateway's name in the banner, in EHLO and in Received: fully qualified, with matching DNS.",
        examples=["mx1.example.com"],
    )
    workers: int | None = Field(
        None, ge=1, le=1024, description="Worker processes; default: one for each core of the machine."
    )
    data_dir: Path = Field(
        Path("/var/lib/gatepost"),
        description="Directory of spool, state, quarantine and journal; made if it is absent.",
    )
    state: Literal["embedded"] = Field("embedded", description="Where counters and memory of clients are kept.")
    journal: Literal["embedded"] = Field("embedded", description="Where the records of transactions are kept.")
    quarantine: Literal["embedded"] = Field("embedded", description="Where held messages are kept.")
    user: str | None = Field(
        None, min_length=1, description="User to become once the ports are bound; default: stay who started it."
    )
    header_prefix: Annotated[str, AfterValidator(field_prefix)] = Field(
        "X-Gateway", description="First part of the names of our own header fields."
    )
    trusted_relays: tuple[Network, ...] = Field(
        (),
        description="Networks of relays in front of the gateway: the client's address is then the one in the "
        "Received field that they added.",
    )
    spool_memory: Size = Field(
        256 * 1024, ge=0, description="Messages up to this size are held in memory, larger ones in a file of data_dir."
    )
    drain: Duration = Field(
        30.0, ge=1, le=3600, description="Time that open sessions have to finish when the gateway stops or reloads."
    )
    watchdog: Duration = Field(
        30.0,
        ge=5,
        le=3600,
        description="Time without a sign of life after which a process is taken for stuck and replaced.",
    )
    alarms: AlarmSettings = Field(
        default_factory=lambda: AlarmSettings.model_validate({}),
        description="How an operator is told what he must know.",
    )


def delimiter(value: object) -> str:
    """`false` is none, `true` is "+", a string is the delimiter itself."""
    if isinstance(value, bool):
        return "+" if value else ""
    if isinstance(value, str) and value in ("", "+", "-", "=", "_", "."):
        return value
    raise ValueError('takes false, true (the delimiter is "+") or one of the delimiters "+" "-" "=" "_" "."')


class DomainSettings(Section):
    """Section `[domains."example.com"]`: one domain whose mail the gateway takes."""

    backend: str = Field(description="Name of the `[backends.<name>]` that gets the mail.", examples=["exchange"])
    recipients: str = Field(
        description='Name of the `[directories.<name>]` that knows the recipients, or "any" to take every address.',
        examples=["staff"],
    )
    mixed: Literal["quarantine", "split"] = Field(
        "quarantine",
        description="When recipients of one message get different verdicts: hold it for those who would have been "
        "refused, or answer 452 to them at RCPT so that the client sends it to them apart.",
    )
    message_size: Size | None = Field(
        None, ge=1024, description="Largest message for this domain; default: the listener's."
    )
    subaddressing: Annotated[str, PlainValidator(delimiter)] = Field(
        "",
        description="Look up `user` for `user+tag`: false, true, or the delimiter to use instead of `+`.",
    )
