"""What can be set of one listener: `[listeners.<name>]` and its limits, commands, policies, tar pit.

The defaults are the `recommended` profile for anonymous mail from the Internet (PRODUCT; RFC 5321 §4.5.3).
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainValidator, field_validator, model_validator

from gatepost.gateway.header_settings import HeaderSettings
from gatepost.gateway.settings import Bind, Hostname, Network, Section
from gatepost.gateway.tls_settings import TlsSettings
from gatepost.model.limits import Limits
from gatepost.model.stage import Role
from gatepost.smtp.table import CommandTable, Response
from gatepost.syntax.units import Duration, Size

STANDARD = Limits()

LENGTHS = {
    "AUTH": 1024,
    "BDAT": 40,  # the longest chunk size is 20 digits (RFC 3030 §2)
    "DATA": 16,  # trailing spaces are to be tolerated (RFC 5321 §4.1.1)
    "DEBUG": 71,  # a back door of old mail servers, as is WIZ
    "EHLO": 262,  # a domain has up to 255 octets (RFC 5321 §4.5.3.1.2)
    "ETRN": 262,
    "EXPN": 266,
    "HELO": 262,
    "HELP": 71,
    "MAIL": 266,  # a path has up to 256 octets (RFC 5321 §4.5.3.1.3)
    "NOOP": 1024,  # old Exchange servers pad it
    "QUIT": 16,
    "RCPT": 266,
    "RSET": 16,
    "SAML": 268,
    "SEND": 268,
    "SOML": 268,
    "STARTTLS": 16,
    "TLS": 16,
    "TURN": 16,
    "VRFY": 266,
    "WIZ": 71,
    "X-EXPS": 1024,
    "X-LINK2STATE": 512,
    "XEXCH50": 50,
}
"""Longest line of each known verb in octets, CRLF included, where it is enabled by `true`."""

RECOMMENDED = frozenset("BDAT DATA EHLO HELO MAIL NOOP QUIT RCPT RSET STARTTLS VRFY XEXCH50".split())
"""Verbs that `recommended` enables: what Internet mail uses. VRFY says 252 and XEXCH50 504, neither is advertised."""

SHORTEST = 5  # octets of the shortest line that can be allowed: a verb of three letters and CRLF
LONGEST = 12_288  # octets of an AUTH line (RFC 4954 §4); no verb needs more


def recommended_commands() -> dict[str, int]:
    """Every known verb: its longest line where `recommended` enables it, 0 where not."""
    return {verb: length if verb in RECOMMENDED else 0 for verb, length in LENGTHS.items()}


def verb(value: str) -> str:
    name = value.upper()
    if not (name.isascii() and name.replace("-", "").isalnum()):
        raise ValueError(f'"{value}" is no verb: letters, digits and "-" only')
    return name


def line_length(value: object) -> int:
    """Octets with CRLF; 0 = disabled. `True` stays what it is: whose length it means is known only with its verb."""
    if isinstance(value, int) and (value in (0, True) or SHORTEST <= value <= LONGEST):
        return value
    raise ValueError(f"takes true, false, or the longest line in octets with CRLF, from {SHORTEST} to {LONGEST}")


def with_lengths(table: dict[str, int]) -> dict[str, int]:
    """Verb → longest line in octets with CRLF; 0 = disabled. `True` takes the length from `LENGTHS`."""
    lengths: dict[str, int] = {}
    for name, setting in table.items():
        if setting is True and name not in LENGTHS:
            raise ValueError(f"{name} = true: no length is known for it: write its longest line in octets with CRLF")
        lengths[name] = LENGTHS[name] if setting is True else int(setting)
        if 0 < lengths[name] < len(name) + 2:
            raise ValueError(f"{name} = {setting} is shorter than the verb and CRLF: write {len(name) + 2} or more")
    return lengths


Verb = Annotated[str, AfterValidator(verb)]
LineLength = Annotated[int, PlainValidator(line_length)]


class LimitSettings(Section):
    """Section `[listeners.<name>.limits]`; every number holds for the listener over all workers."""

    connections: int = Field(
        STANDARD.connections,
        ge=1,
        description="Connections served at once; tar-pitted ones are counted apart. Above it the connection that has "
        "been idle longest before MAIL is closed.",
    )
    connections_per_client: int = Field(
        STANDARD.connections_per_client, ge=1, description="Connections at once from one IPv4 address or IPv6 /64."
    )
    tarpitted: int = Field(STANDARD.tarpitted, ge=0, description="Connections waiting in the tar pit at once.")
    message_size: Size = Field(
        STANDARD.message_size, ge=64 * 1024, description="Largest message, advertised as SIZE (RFC 1870)."
    )
    session_size: Size = Field(
        STANDARD.session_size,
        ge=64 * 1024,
        description="Content of all messages of one connection; over it the next MAIL is answered 421, and it closes.",
    )
    messages_per_connection: int = Field(
        STANDARD.messages_per_connection, ge=1, description="Messages taken on one connection; takes effect at MAIL."
    )
    recipients_per_message: int = Field(
        STANDARD.recipients_per_message,
        ge=1,
        le=10_000,
        description="Recipients taken for one message; more are answered 452 (RFC 5321 §4.5.3.1.8 asks for 100).",
    )
    hops: int = Field(STANDARD.hops, ge=1, description="Received fields in a message; more are a loop (RFC 5321 §6.3).")
    errors: int = Field(STANDARD.errors, ge=1, description="Errors a client may make on one connection before 421.")
    junk_commands: int = Field(
        STANDARD.junk_commands,
        ge=10,
        description="Commands in a row that lead to no message (NOOP, RSET, VRFY, EHLO again) before 421.",
    )
    refused_recipients: int = Field(
        STANDARD.refused_recipients, ge=1, description="Recipients refused on one connection before 421."
    )
    idle: Duration = Field(STANDARD.idle, ge=1, description="Time without a command before 421.")
    command: Duration = Field(STANDARD.command, ge=1, description="Time from the first octet of a command to its end.")
    session: Duration = Field(
        STANDARD.session, ge=10, description="Time a connection may last; takes effect at MAIL or while idle."
    )
    data_rate: int = Field(
        STANDARD.data_rate, ge=0, description="Least octets a second of content, on average over each data_grace."
    )
    data_grace: Duration = Field(
        STANDARD.data_grace,
        ge=1,
        description="Time over which that is taken; refused content too is read on for so long at most.",
    )

    def limits(self) -> Limits:
        return Limits(**self.model_dump())


class ListenerPolicies(Section):
    """Section `[listeners.<name>.policies]`: how violations of the protocol are met."""

    on_overlength: Literal["refuse", "drop"] = Field(
        "refuse", description="A command line over its length: reply 500 and go on, or 421 and close."
    )
    on_disabled: Literal["refuse", "drop"] = Field(
        "refuse", description="A disabled verb: reply 502 and go on, or 421 and close."
    )
    greeting_delay: Duration = Field(
        0.0,
        ge=0,
        le=30,
        description="Pause before the greeting, in which clients that do not wait give themselves away; 0 = none.",
    )
    bare_lf: Literal["refuse", "normalize"] = Field(
        "refuse", description="A line feed alone in DATA: refuse the message, or make CRLF of it, from any client."
    )
    bare_lf_from: tuple[Network, ...] = Field(
        (), description="Networks from which a bare line feed in DATA becomes CRLF although bare_lf refuses it."
    )


class TarpitSettings(Section):
    """Section `[listeners.<name>.tarpit]`: the delay before every 5xx reply to an anonymous client."""

    delay: Duration = Field(30.0, ge=0, description="Delay before a client's first 5xx reply; 0 = no tar pit.")
    maximum: Duration = Field(120.0, ge=0, description="What the delay grows to with a client's offences.")

    @model_validator(mode="after")
    def grows(self) -> "TarpitSettings":
        if self.maximum < self.delay:
            raise ValueError("maximum is shorter than delay: it is what the delay grows to")
        return self


class ListenerSettings(Section):
    """Section `[listeners.<name>]`: one virtual server."""

    bind: tuple[Bind, ...] = Field(
        min_length=1, description="Addresses and ports to listen on.", examples=[["0.0.0.0:25", "[::]:25"]]
    )
    role: Role = Field(
        Role.INBOUND,
        description="inbound: anonymous mail from the Internet to the domains. submission: mail of users; internal: "
        "mail of other servers; both from hosts in relay_from.",
    )
    hostname: Hostname | None = Field(None, description="Name of this listener; default: the gateway's.")
    banner: str = Field("ESMTP", max_length=200, description="What follows the host name in the 220 greeting.")
    tls: TlsSettings = Field(
        default_factory=lambda: TlsSettings.model_validate({}),
        description="TLS towards clients; without certificates it is off.",
    )
    proxy_protocol: tuple[Network, ...] = Field(
        (), description="Networks from which a PROXY v1 or v2 header must come first; from others it is refused."
    )
    relay: str | None = Field(None, description="Name of the backend that takes mail to domains that are not ours.")
    relay_from: tuple[Network, ...] = Field(
        (), description="Networks that may send to any domain without login; never on an inbound listener."
    )
    limits: LimitSettings = Field(
        default_factory=lambda: LimitSettings.model_validate({}),
        description="How much the listener takes.",
    )
    commands: Annotated[dict[Verb, LineLength], AfterValidator(with_lengths)] = Field(
        default_factory=recommended_commands,
        description="Laid over the profile's table: true, false, or the longest line in octets with CRLF; MAIL and "
        "RCPT add what is offered. A verb in neither table is denied, one not built (AUTH, ETRN) is answered 502.",
    )
    policies: ListenerPolicies = Field(
        default_factory=lambda: ListenerPolicies.model_validate({}),
        description="How violations are met.",
    )
    tarpit: TarpitSettings = Field(
        default_factory=lambda: TarpitSettings.model_validate({}),
        description="The delay before 5xx replies.",
    )
    headers: HeaderSettings = Field(
        default_factory=lambda: HeaderSettings.model_validate({}),
        description="What is written into the header of messages.",
    )

    @field_validator("banner")
    @classmethod
    def one_line(cls, value: str) -> str:
        if not (value.isascii() and value.isprintable()):
            raise ValueError("the banner is one line of printable ASCII")
        return value

    def table(self) -> CommandTable:
        """The verbs that are enabled, as the protocol wants them."""
        return CommandTable(
            {verb.encode("ascii"): length for verb, length in self.commands.items() if length},
            on_overlength=Response(self.policies.on_overlength),
            on_disabled=Response(self.policies.on_disabled),
        )
