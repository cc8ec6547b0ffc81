"""To whom may reports about a domain go (RFC 9990 §4 and RFC 9991 §4)?

A report to somebody else's domain needs that domain's consent, else a policy record would be a way to have strangers
flooded with mail.
"""

from collections.abc import Sequence

from gatepost.auth.dmarc.discovery import Discovery, Records
from gatepost.auth.dmarc.record import Record, ReportAddress, read_record
from gatepost.model.address import Address
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable


async def aggregate_addresses(
    dns: Dns, domain: str, asked: Sequence[ReportAddress], octets: int, *, discovery: Discovery = Discovery.TREE_WALK
) -> tuple[Address, ...]:
    """The addresses that want and may get an aggregate report, each once.

    A destination whose consent cannot be asked for now is left out. There are never more than `asked`, which
    `read_record` bounds; each costs one walk and one query at most.

    Args:
        domain: where the policy record was found.
        asked: its `rua`.
        octets: of the report, as it would be sent.
    """
    records = Records(dns, discovery)
    chosen: dict[Address, None] = {}
    for each in asked:
        try:
            agreed = await consented(records, domain, each)
        except Unavailable:
            agreed = ()
        for one in agreed:
            if one.most_octets is None or octets <= one.most_octets:
                chosen[one.address] = None
    return tuple(chosen)


async def consented(records: Records, domain: str, asked: ReportAddress) -> tuple[ReportAddress, ...]:
    """Where reports to this address may go: there, elsewhere at its host, or nowhere."""
    host = asked.address.domain
    if not host or host.startswith("["):
        return ()
    if await is_own(records, domain, host):
        return (asked,)
    answer = await records.dns.txt(f"{domain}._report._dmarc.{host}")
    consents = [record for record in map(read_record, answer.records) if record is not None]
    if not consents:
        return ()
    return redirected(consents, asked)


async def is_own(records: Records, domain: str, host: str) -> bool:
    """Both are of one organization. Of two domains of which neither is above the other, the walks have to say it."""
    if host == domain:
        return True
    top = await records.organizational(domain)
    return f".{host}".endswith(f".{top}") and await records.organizational(host) == top


def redirected(consents: Sequence[Record], asked: ReportAddress) -> tuple[ReportAddress, ...]:
    """The addresses of the consent, if it has some: they have to be at the same host, or none is used (RFC 9990 §4)."""
    instead = [address for record in consents for address in record.rua]
    if any([address.address.domain != asked.address.domain for address in instead]):
        return ()
    return tuple(instead) or (asked,)
