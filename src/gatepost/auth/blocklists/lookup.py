"""What do all lists together say of a client, or of the names that he uses?"""

from collections.abc import Sequence
from ipaddress import IPv6Address

from msgspec import Struct

from gatepost.auth.blocklists.block_list import BlockList
from gatepost.auth.blocklists.listing import Hit, Listings, NoAnswer
from gatepost.auth.blocklists.names import address_name, domain_names
from gatepost.auth.blocklists.settings import DnsblSettings, What
from gatepost.auth.side_by_side import side_by_side
from gatepost.model.finding import Findings
from gatepost.model.stage import IPAddress
from gatepost.ports.alarms import Alarms
from gatepost.ports.clock import Clock
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable

ALLOWED = "access_client.allowed"


class Said(Struct, frozen=True):
    """What came of one round: who is on which list, and which lists count for nothing just now."""

    hits: tuple[Hit, ...]
    missing: tuple[NoAnswer, ...]


class BlockLists:
    """The lists that one check asks. Owned by that check."""

    def __init__(self, settings: DnsblSettings, what: Sequence[What], dns: Dns, clock: Clock, alarms: Alarms) -> None:
        wanted = [each for each in settings.lists if set(each.what) & set(what)]
        self.lists = [BlockList(each, settings, dns, clock, alarms) for each in wanted]

    async def client(self, ip: IPAddress) -> Said:
        """Raises `Unavailable`: no list gave an answer."""
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        lists = [each for each in self.lists if each.has_addresses_like(ip)]
        return await self.asked([(each, What.CLIENT, str(ip), (address_name(ip),)) for each in lists])

    async def domains(self, domains: Sequence[tuple[What, str]]) -> Said:
        """Raises `Unavailable`: no list gave an answer."""
        return await self.asked(
            [
                (each, what, domain, domain_names(domain))
                for what, domain in dict.fromkeys(domains)
                for each in self.lists
                if each.is_asked(what)
            ]
        )

    async def asked(self, questions: Sequence[tuple[BlockList, What, str, Sequence[str]]]) -> Said:
        outcomes = await side_by_side([each.ask(what, listed, names) for each, what, listed, names in questions])
        missing = tuple(dict.fromkeys(outcome for outcome in outcomes if isinstance(outcome, NoAnswer)))
        if missing and len(missing) == len(outcomes) and not any(one.is_fault for one in missing):
            raise Unavailable("; ".join(map(str, missing)))
        return Said(tuple(outcome for outcome in outcomes if isinstance(outcome, Hit)), missing)


def hits_so_far(known: Findings) -> tuple[Hit, ...]:
    """What lists have said at earlier phases."""
    return tuple(hit for value in known.values if isinstance(value, Listings) for hit in value.hits)


def is_allowed(known: Findings) -> bool:
    """The operator vouches for the client: nobody needs to be asked."""
    return any(finding.code == ALLOWED for finding in known)
