"""What all sessions of one listener share in one worker."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from msgspec import Struct

from gatepost.auth.batv import BounceKeys
from gatepost.auth.dkim.sign import Signer
from gatepost.gateway.answer import Answer
from gatepost.gateway.ids import Ids
from gatepost.gateway.judge import Judge
from gatepost.gateway.listener_settings import ListenerSettings
from gatepost.gateway.routes import Routes
from gatepost.gateway.stamps import Stamps
from gatepost.gateway.tally import Tally
from gatepost.gateway.tarpit import Tarpit
from gatepost.gateway.tls import ServerTls
from gatepost.gateway.tls_demand import TlsDemand
from gatepost.model.reply import Reply
from gatepost.model.stage import IPAddress, Role
from gatepost.model.trace import Exchange
from gatepost.ports.backend import Backend, Extensions
from gatepost.ports.clock import Clock
from gatepost.ports.counters import Gauges
from gatepost.ports.journal import Journal
from gatepost.ports.memory import Memory
from gatepost.ports.quarantine import Quarantine
from gatepost.smtp.table import CommandTable, Offer, Terms
from gatepost.syntax.date import rfc5322_date

NO_KEYS = BounceKeys()
SIZE_MARGIN = 64 * 1024  # octets our own header fields may add before the backend's SIZE is reached
Network = IPv4Network | IPv6Network


class Outside:
    """The ports that sessions use; the same for all listeners of a worker."""

    def __init__(
        self,
        *,
        backends: Mapping[str, Backend],
        quarantine: Quarantine | None,
        journal: Journal,
        memory: Memory,
        gauges: Gauges,
        clock: Clock,
    ) -> None:
        self.backends = backends
        self.quarantine = quarantine
        self.journal = journal
        self.memory = memory
        self.gauges = gauges
        self.clock = clock
        self.tally = Tally()


class Site(Struct, frozen=True, kw_only=True):
    """Where a listener is at home.

    Args:
        hostname: in the banner, in EHLO and in Received.
        header_prefix: of our own header fields.
        trusted_relays: networks of relays in front of us.
        spool: directory for large messages; `spool_memory` octets stay in memory.
        node, worker: for traces.
    """

    hostname: str
    header_prefix: str
    trusted_relays: tuple[Network, ...]
    spool: Path
    spool_memory: int
    node: str
    worker: int


class Listener:
    """One `[listeners.<name>]` in one worker.

    Args:
        on_bug: told of an exception that is ours to mend.
        signer: who seals messages that pass; None for nobody.
        bounce_keys: with which senders of ours are signed on the way out, so that their bounces are known (BATV).
    """

    def __init__(
        self, name: str, settings: ListenerSettings, site: Site, *, judge: Judge, routes: Routes, tarpit: Tarpit,
        tls: ServerTls | None, outside: Outside, ids: Ids, on_bug: Callable[[str, BaseException], None],
        signer: Signer | None = None, bounce_keys: BounceKeys = NO_KEYS,
    ) -> None:  # fmt: skip
        self.name, self.settings, self.site = name, settings, site
        self.role = settings.role
        self.greeting = Answer(Reply(220, "", f"{site.hostname} {settings.banner}".rstrip()))
        self.greeted = Exchange("", str(self.greeting.reply))
        self.limits = settings.limits.limits()
        self.table: CommandTable = settings.table()
        self.judge, self.routes, self.tarpit, self.tls = judge, routes, tarpit, tls
        self.outside, self.ids, self.on_bug = outside, ids, on_bug
        self.stamps = Stamps(settings.headers, site.hostname, site.header_prefix, self.is_outside, signer)
        self.bounce_keys = bounce_keys
        self.hashes_bodies = judge.runs("dkim") or judge.runs("arc") or signer is not None
        self.tls_demand = TlsDemand(settings.tls) if settings.tls.is_demanded else None
        self.draining = False
        self.offered: list[Extensions] = []
        self.terms_of = (self.make_terms(False), self.make_terms(True))
        self.second, self.dated = 0, ""

    def terms(self, *, tls_active: bool) -> Terms:
        """What EHLO may advertise now: ours, cut to what every backend of the listener offers."""
        offered = [backend.extensions() for backend in self.routes.backends()]
        if offered != self.offered:
            self.offered = offered
            self.terms_of = (self.make_terms(False), self.make_terms(True))
        return self.terms_of[tls_active]

    def make_terms(self, tls_active: bool) -> Terms:
        offered = self.offered
        sizes = [e.size - SIZE_MARGIN for e in offered if e.size and e.size > 2 * SIZE_MARGIN]
        return self.table.terms(
            Offer(
                size=min(self.limits.message_size, *sizes) if sizes else self.limits.message_size,
                eight_bit_mime=all(e.eight_bit_mime for e in offered),
                smtputf8=all(e.smtputf8 for e in offered),
                dsn=all(e.dsn for e in offered),
                starttls=self.tls is not None and not tls_active and self.settings.tls.mode == "starttls",
            )
        )

    def date(self, now: float) -> str:
        """The date of our Received field; made once a second."""
        second = int(now)
        if second != self.second:
            self.second, self.dated = second, rfc5322_date(second)
        return self.dated

    def normalizes(self, client: IPAddress) -> bool:
        """This client's bare LF in DATA becomes CRLF."""
        policies = self.settings.policies
        return policies.bare_lf == "normalize" or contains(policies.bare_lf_from, client)

    @property
    def is_outside(self) -> bool:
        """Clients are strangers: the tar pit is for them, and what the inside trusts is taken from their mail."""
        return self.role is Role.INBOUND


def contains(networks: tuple[Network, ...], ip: IPAddress) -> bool:
    return any(ip in network for network in networks if network.version == ip.version)
