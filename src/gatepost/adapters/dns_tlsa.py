"""Which TLSA records does a name have, and are they validated (RFC 6698, RFC 6840 §5.7)?

Asked by an operator's command only; what is asked for every message goes another way.
"""

from collections.abc import Sequence

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rdtypes.ANY.TLSA

from gatepost.auth.published.transport import Tlsa
from gatepost.ports.unavailable import Unavailable

UDP_ROOM = 1232  # octets of an answer taken by UDP
RECORDS = 100  # looked at
ANSWERED = (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)


async def published_tlsa(servers: Sequence[tuple[str, int]], name: str, timeout: float) -> Tlsa:
    """What the first resolver says that answers.

    Args:
        servers: address and port of recursive resolvers.
        timeout: seconds for each of them.

    Raises:
        Unavailable: none answers.
    """
    try:
        query = dns.message.make_query(name, dns.rdatatype.TLSA, use_edns=0, payload=UDP_ROOM)
    except dns.exception.DNSException:
        return Tlsa()  # a name that no query can carry
    query.flags |= dns.flags.AD
    reason = "no resolver is known"
    for host, port in servers:
        try:
            answer, _ = await dns.asyncquery.udp_with_fallback(query, host, timeout, port)
            if answer.rcode() in ANSWERED:
                return said(answer)
            reason = dns.rcode.to_text(answer.rcode())
        except dns.exception.Timeout:
            reason = "timed out"
        except (dns.exception.DNSException, OSError, EOFError) as error:
            reason = str(error) or type(error).__name__
    raise Unavailable(f"dns: {name} TLSA: {reason}")


def said(answer: dns.message.Message) -> Tlsa:
    """CNAMEs are followed as far as they are in the answer."""
    found = answer.resolve_chaining().answer if isinstance(answer, dns.message.QueryMessage) else None
    values = [value(record) for record in list(found or ())[:RECORDS] if isinstance(record, dns.rdtypes.ANY.TLSA.TLSA)]
    return Tlsa(tuple(values), bool(answer.flags & dns.flags.AD))


def value(record: dns.rdtypes.ANY.TLSA.TLSA) -> str:
    return f"{record.usage} {record.selector} {record.mtype} {record.cert.hex()}"
