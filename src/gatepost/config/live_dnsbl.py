"""Can the block lists be believed, as they are asked from here?"""

import asyncio
from collections.abc import Iterator

from gatepost.adapters.dns.resolver import Resolver
from gatepost.auth.blocklists.block_list import try_out
from gatepost.auth.blocklists.names import shown_zone
from gatepost.auth.blocklists.settings import DnsblSettings, ListSettings
from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity
from gatepost.config.source import Path
from gatepost.gateway.clock import SystemClock
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable

LISTS: Path = ("checks", "dnsbl", "lists")
RESOLVE_YOURSELF = (
    "Ask through a resolver of your own, not a public one or a provider's (`apt-get install unbound`, [dns] servers = "
    '["127.0.0.1"]), keep to what its operator allows, or get a key from him.'
)
LOOK_AGAIN = (
    "See that the zone is spelled right, and that it is not asked through a public resolver. A list with another test "
    "entry needs test_entry; one that was given up has to be taken out."
)


async def probe_block_lists(loaded: Loaded) -> list[Problem]:
    """Every list of `[checks.dnsbl]` is asked for what it must have, and for what it must not; nobody else is named."""
    section = loaded.settings.checks.sections().get("dnsbl")
    if not (isinstance(section, DnsblSettings) and section.enabled):
        return []
    if not section.lists:
        message = "no list is named: nobody is asked"
        fix = 'Add [[checks.dnsbl.lists]] with zone = "…".'
        return [finding(loaded, "dnsbl.no-lists", ("checks", "dnsbl", "enabled"), message, fix)]
    resolver = Resolver(loaded.settings.dns, SystemClock())
    try:
        said = await asyncio.gather(*(outcome(each, resolver) for each in section.lists))
    finally:
        resolver.close()
    return list(problems(loaded, section, said))


async def outcome(settings: ListSettings, dns: Dns) -> str | None:
    """What is wrong with it, "" if nothing; None for no answer."""
    try:
        return await try_out(settings, dns)
    except Unavailable:
        return None


def problems(loaded: Loaded, section: DnsblSettings, said: list[str | None]) -> Iterator[Problem]:
    """The gateway would leave such a list alone, and take the mail."""
    for i, (settings, wrong) in enumerate(zip(section.lists, said, strict=True)):
        path, name = (*LISTS, i, "zone"), settings.name or shown_zone(settings.zone)
        if wrong is None:
            fix = "See that the resolvers answer at all; if they do, take the list out while it is away."
            yield finding(loaded, "dnsbl.silent", path, f"{name} gives no answer: it counts for nothing", fix)
        elif wrong:
            fix = RESOLVE_YOURSELF if "an error (" in wrong else LOOK_AGAIN
            yield finding(loaded, "dnsbl.faulty", path, f"{name} {wrong}. It would be left alone", fix)
        else:
            yield finding(loaded, "dnsbl.works", path, f"{name} works", "", Severity.INFO)
