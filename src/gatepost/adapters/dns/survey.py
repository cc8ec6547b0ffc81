"""Does each resolver answer, how fast, and does it validate DNSSEC? For `gatepost check`.

Each is asked for the name servers of the root: any recursive resolver knows them, and the root is signed, so that one
that validates says so (RFC 4035 §3.2.3).
"""

import asyncio

from msgspec import Struct

from gatepost.adapters.dns.lookup import Failure, Lookup
from gatepost.adapters.dns.message import RecordType, Reply, question
from gatepost.adapters.dns.names import ROOT
from gatepost.adapters.dns.records import nothing
from gatepost.adapters.dns.servers import Server, Servers
from gatepost.adapters.dns.settings import DnsSettings
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
    servers = Servers(settings.servers)
    try:
        return tuple(await asyncio.gather(*(ask(server, settings, clock) for server in servers.all)))
    finally:
        servers.close()


async def ask(server: Server, settings: DnsSettings, clock: Clock) -> Surveyed:
    loop = asyncio.get_running_loop()
    begun = clock.monotonic()
    landed: asyncio.Future[Reply[None] | Failure] = loop.create_future()
    patience = settings.model_copy(update={"tries": min(settings.tries, TRIES)})
    asked = question("", ROOT, RecordType.NS)
    lookup = Lookup(loop, patience, [server], asked, nothing, landed.set_result)
    lookup.begin()
    outcome = await landed
    if isinstance(outcome, Failure):
        return Surveyed(str(server.where), error=outcome.reason)
    return Surveyed(str(server.where), clock.monotonic() - begun, outcome.authentic)
