"""Could anybody answer: does the domain in MAIL FROM take mail?

Asked at MAIL of senders elsewhere. A domain that does not exist, or has neither MX nor address, is refused (RFC 5321
§2.3.5, enhanced code 5.1.8); so is one that says with a null MX that it takes no mail (RFC 7505 §4.2, 5.7.27). Where
all mail exchangers have only addresses that nobody on the Internet has (private, loopback, documentation, multicast),
no bounce would arrive either: that gives points, and with `strict` it is refused. Without an answer from the DNS
nothing is found; `if_unavailable = "tempfail"` lets such clients come back. Address literals are the business of
`sender_syntax`.
"""

from collections.abc import Sequence

from pydantic import Field

from gatepost.auth.bogons import is_bogon
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import mail
from gatepost.model.stage import IPAddress, MailStage
from gatepost.ports.dns import Dns
from gatepost.ports.own_names import OwnNames
from gatepost.ports.unavailable import Unavailable

UNKNOWN = Kind("sender_domain.unknown", "The sender's domain does not exist.", score=3.0)
NO_MAIL = Kind("sender_domain.no_mail", "The sender's domain has neither mail exchanger nor address.", score=3.0)
NULL_MX = Kind("sender_domain.null_mx", "The sender's domain says that it takes no mail.", score=3.0)
BOGON = Kind("sender_domain.bogon", "The mail exchangers of the sender's domain have no address on the Internet.", 2.0)
UNREACHABLE = Kind("sender_domain.unreachable", "They have none, and the settings are strict about it.", score=3.0)
MOST_EXCHANGERS = 5  # looked at
EVERYWHERE = "93.184.215.14"  # an address of the examples that is none of documentation


class Config(CheckSettings):
    """Section `[checks.sender_domain]`."""

    strict: bool = Field(
        False,
        description="Whether a domain whose mail exchangers nobody can reach is refused; else it only gives points.",
    )


def domain(**records: Sequence[object]) -> dict[str, dict[str, object]]:
    """A world of an example: what the DNS has of example.net."""
    return {"dns": {"example.net": records, "inside.example.net": {"A": ["10.0.0.25"]}}}


class SenderDomain(Check[MailStage]):
    """Asks for the domain's mail exchangers, and for their addresses."""

    spec = Spec(name="sender_domain", kinds=(UNKNOWN, NO_MAIL, NULL_MX, BOGON, UNREACHABLE))
    examples = (
        Example(says="The domain does not exist.", at=mail("ann@example.net"), finds=("sender_domain.unknown",)),
        Example(
            says="It exists, and has nothing to do with mail.",
            at=mail("ann@example.net"),
            world=domain(TXT=["v=spf1 -all"]),
            finds=("sender_domain.no_mail",),
        ),
        Example(
            says="It takes no mail.",
            at=mail("ann@example.net"),
            world=domain(MX=[(0, "")]),
            finds=("sender_domain.null_mx",),
        ),
        Example(
            says="Its mail exchanger has a private address.",
            at=mail("ann@example.net"),
            world=domain(MX=[(10, "inside.example.net")]),
            finds=("sender_domain.bogon",),
        ),
        Example(
            says="Its mail exchanger has a private address, and the settings are strict.",
            at=mail("ann@example.net"),
            world=domain(MX=[(10, "inside.example.net")]),
            config={"strict": True},
            finds=("sender_domain.unreachable",),
        ),
        Example(
            says="It has no mail exchanger, but an address, which does as well (RFC 5321 §5.1).",
            at=mail("ann@example.net"),
            world=domain(A=[EVERYWHERE]),
            finds=(),
        ),
        Example(says="A bounce has no domain.", at=mail(""), finds=()),
        Example(says="The domain is ours.", at=mail("bob@example.com"), finds=()),
    )

    def __init__(self, config: Config, dns: Dns, own: OwnNames) -> None:
        self.config = config
        self.dns = dns
        self.own = own

    async def __call__(self, at: MailStage) -> Report:
        name = at.sender.domain if at.sender is not None else ""
        if not name or at.user or name.startswith("[") or name == self.own.hostname or name in self.own.domains:
            return NOTHING_FOUND
        exchangers = await self.dns.mx(name)
        if not exchangers.records:
            return await self.by_address(name, exchangers.exists)
        hosts = [exchanger.host for exchanger in exchangers.records if exchanger.host]
        if not hosts:
            return Report((NULL_MX(name),))
        return self.bogon(name, await self.addresses_of(hosts))

    async def by_address(self, name: str, exists: bool) -> Report:
        """Without a mail exchanger mail goes to the domain's own address (RFC 5321 §5.1)."""
        four = await self.dns.a(name)
        six = await self.dns.aaaa(name)
        addresses: tuple[IPAddress, ...] = (*four.records, *six.records)
        if addresses:
            return self.bogon(name, addresses)
        return Report(((NO_MAIL if exists or four.exists or six.exists else UNKNOWN)(name),))

    async def addresses_of(self, hosts: Sequence[str]) -> tuple[IPAddress, ...]:
        """Of the mail exchangers, until one of them can be reached; () if that cannot be told."""
        found: list[IPAddress] = []
        for host in hosts[:MOST_EXCHANGERS]:
            for ask in (self.dns.a, self.dns.aaaa):
                try:
                    addresses = (await ask(host)).records
                except Unavailable:
                    return ()
                found += addresses
                if any(not is_bogon(ip) for ip in addresses):
                    return tuple(found)
        return tuple(found)

    def bogon(self, name: str, addresses: Sequence[IPAddress]) -> Report:
        if not addresses or any(not is_bogon(ip) for ip in addresses):
            return NOTHING_FOUND
        kind = UNREACHABLE if self.config.strict else BOGON
        return Report((kind(f"{name}: {addresses[0]}"),))
