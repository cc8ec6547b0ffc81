"""Do the resolvers answer?"""

from collections.abc import Iterator

from gatepost.adapters.dns.survey import Surveyed, survey
from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity
from gatepost.config.source import Path
from gatepost.gateway.clock import SystemClock

SERVERS: Path = ("dns", "servers")
WITHOUT = (
    "Start it, correct [dns] servers, or open UDP and TCP to its port from this machine. Where there is none: "
    '`apt-get install unbound`, and servers = ["127.0.0.1"].'
)
VALIDATING = 'One on this machine would, and nobody stands between: `apt-get install unbound`, servers = ["127.0.0.1"].'


async def probe_resolvers(loaded: Loaded) -> list[Problem]:
    """Every resolver is asked for something harmless."""
    found = await survey(loaded.settings.dns, SystemClock())
    answering = [one for one in found if not one.error]
    return [*silent(loaded, found, bool(answering)), *(answer(loaded, one) for one in answering)]


def silent(loaded: Loaded, found: tuple[Surveyed, ...], is_any_left: bool) -> Iterator[Problem]:
    """The gateway runs without, and mail goes through; what it then does not know of a sender it does not check."""
    so = "it is asked after the others" if is_any_left else "nothing can be looked up of clients and senders"
    for i, one in enumerate(found):
        if one.error:
            message = f"{one.where} gives no answer ({one.error}): {so}"
            yield finding(loaded, "dns.silent", place(loaded, i), message, WITHOUT)


def answer(loaded: Loaded, one: Surveyed) -> Problem:
    took = f"{one.where} answers within {one.seconds * 1000:.0f} ms"
    if one.validates:
        return finding(loaded, "dns.answers", SERVERS, f"{took} and validates DNSSEC", "", Severity.INFO)
    return finding(loaded, "dns.answers", SERVERS, f"{took}, but does not validate DNSSEC", VALIDATING, Severity.INFO)


def place(loaded: Loaded, index: int) -> Path:
    return (*SERVERS, index) if loaded.settings.dns.servers else SERVERS
