"""What can be set of block lists: the section `[checks.dnsbl]`."""

import re
from enum import Enum
from ipaddress import ip_address
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from gatepost.auth.blocklists.answers import answer_pattern
from gatepost.model.check_settings import CheckSettings
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain
from gatepost.syntax.units import Duration

MOST_POINTS = 100.0
MOST_LISTS = 20
MOST_CODES = 50
TEXT_LIMIT = 150  # characters before the placeholders are filled
REASON_LIMIT = 100  # characters
PLACEHOLDERS = ("client", "listed", "list", "reason")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
DEFAULT_TEXT = "{listed} is on the block list {list}. {reason}"


class ListKind(Enum):
    """What it means to be on a list."""

    BLOCK = "block"
    ALLOW = "allow"


class What(Enum):
    """Whose address or name is looked up."""

    CLIENT = "client"
    HELO = "helo"
    SENDER = "sender"
    FROM = "from"
    LINK = "link"


class Addresses(Enum):
    """Which addresses a list has."""

    BOTH = "both"
    IPV4 = "ipv4"
    IPV6 = "ipv6"


def zone(value: str) -> str:
    """A domain in lower case; one dot at its end is let pass."""
    try:
        name = domain(value.removesuffix("."))
    except BadSyntax as error:
        raise ValueError(f'"{value}" is no zone ({error.reason}): write a domain such as "bl.example.org"') from None
    if name.startswith("["):
        raise ValueError(f'"{value}" is an address: write a domain such as "bl.example.org"')
    return name


def pattern(value: str) -> str:
    answer_pattern(value)  # raises what is wrong
    return value


def one_line(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise ValueError("takes printable ASCII on one line: it stands in replies (RFC 5321 §4.2)")
    return value


Zone = Annotated[str, AfterValidator(zone)]
Pattern = Annotated[str, AfterValidator(pattern)]
Line = Annotated[str, AfterValidator(one_line)]


class CodeSettings(BaseModel):
    """One `[[checks.dnsbl.lists.codes]]`: an answer that counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: Pattern = Field(
        description='Four octets, each a number, a range or "*", the last also "&" and a mask of which one bit '
        'suffices: "127.0.0.2", "127.0.0.4-7", "127.0.*.3", "127.0.0.&24".'
    )
    weight: float | None = Field(
        None, ge=0, le=MOST_POINTS, description="Points for this answer; left out: those of the list."
    )
    reason: Line = Field(
        "", max_length=REASON_LIMIT, description="Why one is listed so; left out: what the list's TXT record says."
    )
    exempt: bool = Field(
        False, description="Of an allow list: what block lists say of such a client does not count at all."
    )


class ListSettings(BaseModel):
    """One `[[checks.dnsbl.lists]]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: Zone = Field(description="The domain under which the list is asked.")
    name: Line = Field(
        "",
        max_length=64,
        description="What it is called in replies, traces and alarms; left out: its zone, without a label that looks "
        "like a customer's key.",
    )
    kind: ListKind = Field(ListKind.BLOCK, description="block: gives points; allow: takes points away.")
    what: tuple[What, ...] = Field(
        (What.CLIENT,),
        min_length=1,
        description="What is looked up: client (its address), helo, sender, from (domains of HELO, of MAIL FROM, of "
        "the From field).",
    )
    addresses: Addresses = Field(Addresses.BOTH, description="Which clients' addresses the list has.")
    weight: float = Field(5.0, ge=0, le=MOST_POINTS, description="Points for being on it; 0 = only recorded.")
    codes: tuple[CodeSettings, ...] = Field(
        (), max_length=MOST_CODES, description="The answers that count. Left out: every answer that is no error."
    )
    text: Line = Field(
        DEFAULT_TEXT,
        min_length=1,
        max_length=TEXT_LIMIT,
        description="What a refused client is told: {client} its address, {listed} what is on the list, {list} the "
        "list's name, {reason} why.",
    )
    test_entry: str = Field(
        "",
        description="Address or domain that the list must have. Left out: 127.0.0.2, for domains test (RFC 5782 §5).",
    )

    @property
    def is_of_addresses(self) -> bool:
        return What.CLIENT in self.what

    @field_validator("text")
    @classmethod
    def knows_its_placeholders(cls, value: str) -> str:
        for name in PLACEHOLDER.findall(value):
            if name not in PLACEHOLDERS:
                raise ValueError(
                    f"{{{name}}} stands for nothing: there are {{client}}, {{listed}}, {{list}}, {{reason}}"
                )
        return value

    @model_validator(mode="after")
    def is_of_one_sort(self) -> Self:
        if self.is_of_addresses and len(set(self.what)) > 1:
            raise ValueError('a list has addresses or domains: give those for "client" an entry of their own')
        if not self.is_of_addresses and self.addresses is not Addresses.BOTH:
            raise ValueError('addresses = … goes with what = ["client"]: this list has domains')
        if self.kind is ListKind.ALLOW and not self.is_of_addresses:
            raise ValueError('an allow list is asked for "client" only: anybody can write a name that is well known')
        if self.kind is ListKind.BLOCK and any(code.exempt for code in self.codes):
            raise ValueError('exempt = true goes with kind = "allow"')
        return self

    @model_validator(mode="after")
    def has_a_test_entry_of_its_sort(self) -> Self:
        if not self.test_entry:
            return self
        try:
            ip_address(self.test_entry)
        except ValueError:
            if self.is_of_addresses:
                raise ValueError(f'test_entry "{self.test_entry}" is no IP address, and the list has these') from None
            zone(self.test_entry)
            return self
        if not self.is_of_addresses:
            raise ValueError(f'test_entry "{self.test_entry}" is an address, and the list has domains')
        return self


class DnsblSettings(CheckSettings):
    """Section `[checks.dnsbl]`."""

    enabled: bool = Field(False, description="Whether DNS block lists are asked.")
    lists: tuple[ListSettings, ...] = Field((), max_length=MOST_LISTS, description="The lists, asked all at once.")
    refuse_at: float = Field(
        5.0,
        ge=0,
        le=10 * MOST_POINTS,
        description="Points of all lists together from which a recipient is refused; 0 = never, they only count "
        "towards the message's score.",
    )
    exempt_clients: tuple[str, ...] = Field((), description="Addresses and networks of clients who are not looked up.")
    exempt_clients_file: str | None = Field(
        None, description="File with further such clients, one a line, `#` for comments; read again when it changes."
    )
    exempt_names: tuple[str, ...] = Field(
        ("abuse", "postmaster"),
        description="Local parts, in whatever domain, that take mail from everybody: who is on a list must be able to "
        "ask why (RFC 2142).",
    )
    exempt_recipients: tuple[str, ...] = Field(
        (), description="Recipients who take mail from everybody: addresses, `@domain`, `@.domain`."
    )
    exempt_recipients_file: str | None = Field(
        None, description="File with further such recipients, one a line, `#` for comments; read again when it changes."
    )
    test_interval: Duration = Field(
        3600.0, ge=60, le=86_400, description="Seconds after which a list has to show again that it works."
    )
    retry_interval: Duration = Field(
        900.0, ge=10, le=86_400, description="Seconds for which a list that cannot be believed is left alone."
    )

    @field_validator("lists")
    @classmethod
    def are_different(cls, value: tuple[ListSettings, ...]) -> tuple[ListSettings, ...]:
        seen: set[tuple[str, What]] = set()
        for each in value:
            for what in set(each.what):
                if (each.zone, what) in seen:
                    raise ValueError(f'{each.zone} is asked for "{what.value}" twice: keep one of the entries')
                seen.add((each.zone, what))
        return value
