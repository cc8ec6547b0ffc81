"""Where are the policy records for a domain, and which is its organizational domain (RFC 9989 §4.10)?

By the DNS tree walk, which asks at most eight times for a domain, or by the public suffix list as RFC 7489 §3.2 had
it.
"""

from collections.abc import Sequence
from enum import Enum

from msgspec import Struct

from gatepost.auth.dmarc.record import PublicSuffix, Record, read_record
from gatepost.auth.suffixes import organizational_domain
from gatepost.ports.dns import Dns

LABELS_BELOW_START = 7  # with the domain itself eight queries (RFC 9989 §4.10, step 4)


class Discovery(Enum):
    """How organizational domains are found; the values are those of RFC 9990's `discovery_method`."""

    TREE_WALK = "treewalk"
    SUFFIX_LIST = "psl"


class Found(Struct, frozen=True):
    """A record and the domain that has it."""

    domain: str
    record: Record


class Records:
    """The records of one evaluation, each asked for once; owned by who evaluates.

    Raises (each method):
        Unavailable: the DNS gave no answer.
    """

    def __init__(self, dns: Dns, discovery: Discovery) -> None:
        self.dns = dns
        self.discovery = discovery
        self.known: dict[str, Record | None] = {}

    async def at(self, domain: str) -> Record | None:
        """The record of this very domain; two are none (RFC 9989 §4.10, step 2)."""
        if domain not in self.known:
            answer = await self.dns.txt(f"_dmarc.{domain}")
            found = [record for record in map(read_record, answer.records) if record is not None]
            self.known[domain] = found[0] if len(found) == 1 else None
        return self.known[domain]

    async def walk(self, start: str) -> tuple[Found, ...]:
        """The records at the domain and above it, up to the first that says what it is."""
        found: list[Found] = []
        for domain in steps(start):
            record = await self.at(domain)
            if record is not None:
                found.append(Found(domain, record))
                if record.psd is not PublicSuffix.UNKNOWN:
                    break
        return tuple(found)

    async def organizational(self, domain: str) -> str:
        """The organizational domain."""
        if self.discovery is Discovery.SUFFIX_LIST:
            return organizational_domain(domain)
        return organizational(domain, await self.walk(domain))

    async def policy(self, author: str) -> tuple[Found | None, str]:
        """The record that applies to an author's domain (RFC 9989 §4.10.1), and the organizational domain."""
        if self.discovery is Discovery.SUFFIX_LIST:
            return await self.by_suffix_list(author)
        found = await self.walk(author)
        top = organizational(author, found)
        by_domain = {each.domain: each for each in found}
        suffix = found[-1] if found and found[-1].record.psd is PublicSuffix.YES else None
        return by_domain.get(author) or by_domain.get(top) or suffix, top

    async def by_suffix_list(self, author: str) -> tuple[Found | None, str]:
        top = organizational_domain(author)
        for domain in dict.fromkeys((author, top)):
            record = await self.at(domain)
            if record is not None:
                return Found(domain, record), top
        return None, top


def steps(start: str) -> list[str]:
    """The domains that a walk asks, longest first."""
    labels = start.split(".")
    rest = labels[1:][-LABELS_BELOW_START:]
    return [start, *(".".join(rest[number:]) for number in range(len(rest)))]


def organizational(start: str, found: Sequence[Found]) -> str:
    """The organizational domain after a walk (RFC 9989 §4.10.2)."""
    for each in found:
        if each.record.psd is PublicSuffix.NO:
            return each.domain
        if each.record.psd is PublicSuffix.YES and each.domain != start:
            labels = start.split(".")
            return ".".join(labels[-each.domain.count(".") - 2 :])
    return found[-1].domain if found else start
