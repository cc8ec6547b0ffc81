"""Who sends in a domain's name, by what others report (RFC 9990), and which of them are we?"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from msgspec import Struct

from gatepost.auth.dmarc.report import Disposition

Network = IPv4Network | IPv6Network


class Sender(Struct, frozen=True, kw_only=True):
    """Messages from one address that went the same way, of all reports together.

    Args:
        domain: the policy domain.
        header_from: the author's domain, which may be one below it.
        spf_domain, dkim_domain: domains that SPF or DKIM has looked at; "" for none, the first of several.
        reporters: organizations that report of them.
        first, last: of the days reported, Unix time in seconds.
    """

    domain: str
    header_from: str
    source: str
    count: int
    disposition: Disposition
    spf_aligned: bool
    dkim_aligned: bool
    spf_domain: str = ""
    dkim_domain: str = ""
    reporters: int = 1
    first: int = 0
    last: int = 0

    @property
    def passes(self) -> bool:
        """DMARC."""
        return self.spf_aligned or self.dkim_aligned


def is_one_of(source: str, networks: Iterable[Network]) -> bool:
    """The address is in one of them; False for what is no address."""
    try:
        ip = ip_address(source)
    except ValueError:
        return False
    return any([ip in network for network in networks])


def by_concern(senders: Iterable[Sender], own: Sequence[Network]) -> list[Sender]:
    """What an owner should look at first: own servers that fail, then whoever fails, then the rest; many before few."""

    def rank(sender: Sender) -> tuple[int, int, str, str]:
        concern = 2 if sender.passes else int(not is_one_of(sender.source, own))
        return concern, -sender.count, sender.domain, sender.source

    return sorted(senders, key=rank)
