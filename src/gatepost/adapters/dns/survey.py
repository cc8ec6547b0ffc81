"""Does each resolver answer, how fast, and does it validate DNSSEC? For `gatepost check`.

Each is asked for the name servers of the root: any recursive resolver knows them, and the root is signed, so that one
that validates says so (RFC 4035 §3.2.3).
"""

import asyncio

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from msgspec import Struct

from gatepost.adapters.dns.exchange import UDP_ROOM, NoAnswer, exchange
from gatepost.adapters.dns.servers import system_servers
from gatepost.adapters.dns.settings import DnsSettings, ServerAddress
from gatepost.ports.clock import Clock

TRIES = 2  # an operator waits for this


class Surveyed(Struct, frozen=True):
    """One resolver: how long its answer took in seconds, or why there was none."""

    where: str
    seconds: float = 0.0
    validates: bool = False
    error: str = ""


async def survey(settings: DnsSettings, clock: Clock) -> tuple[Surveyed, ...]:
    """All of them at once, those of the system where none are configured."""
    servers = settings.servers or system_servers()
    return tuple(await asyncio.gather(*(asyncio.to_thread(ask, server, settings, clock) for server in servers)))


def ask(where: ServerAddress, settings: DnsSettings, clock: Clock) -> Surveyed:
    query = dns.message.make_query(dns.name.root, dns.rdatatype.NS, use_edns=0, payload=UDP_ROOM)
    query.flags |= dns.flags.AD  # asks to be told whether the answer was validated (RFC 6840 §5.7)
    error = ""
    for _ in range(min(settings.tries, TRIES)):
        begun = clock.monotonic()
        try:
            answer = exchange(where, query, settings.timeout)
        except NoAnswer as none:
            error = str(none)
            continue
        if answer.rcode() == dns.rcode.NOERROR:
            return Surveyed(str(where), clock.monotonic() - begun, bool(answer.flags & dns.flags.AD))
        return Surveyed(str(where), error=dns.rcode.to_text(answer.rcode()))
    return Surveyed(str(where), error=error)
