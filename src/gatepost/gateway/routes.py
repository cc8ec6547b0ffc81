"""Which backend gets a recipient? Relay control lives here and is never in shadow (PRODUCT, Configuration)."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network

from msgspec import Struct

from gatepost.model.address import Address, Domain
from gatepost.model.stage import MailStage
from gatepost.ports.backend import Backend

Network = IPv4Network | IPv6Network


class Route(Struct, frozen=True):
    """Args:
    backend: name of the backend.
    address: the recipient as said to the backend: the bare postmaster gets our first domain.
    ours: a domain of the configuration, not a relay.
    message_size: octets the domain takes, None = as the listener.
    mixed: "quarantine" or "split", see `[domains.<name>] mixed`.
    """

    backend: str
    address: Address
    ours: bool
    message_size: int | None = None
    mixed: str = "quarantine"


class DomainRoute(Struct, frozen=True):
    """One of our domains: its backend and what is special about it."""

    backend: str
    message_size: int | None = None
    mixed: str = "quarantine"


class Routes:
    """One per listener.

    Args:
        domains: our domains, by A-label.
        relay: name of the backend for all other domains, None where nobody may relay.
        relay_from: networks that may use `relay` without login.
        backends: by name.
    """

    def __init__(
        self,
        domains: Mapping[str, DomainRoute],
        relay: str | None,
        relay_from: tuple[Network, ...],
        backends: Mapping[str, Backend],
    ) -> None:
        self.domains = domains
        self.relay = relay
        self.relay_from = relay_from
        self.first_domain = Domain(next(iter(domains), ""))
        names = dict.fromkeys(route.backend for route in domains.values())
        self.reachable = tuple(backends[name] for name in ([*names, relay] if relay else names))

    def backends(self) -> tuple[Backend, ...]:
        """Every backend that mail of this listener can go to."""
        return self.reachable

    def route(self, recipient: Address, at: MailStage) -> Route | None:
        """None: relaying denied."""
        domain = recipient.domain or self.first_domain
        ours = self.domains.get(domain)
        if ours is not None:
            address = recipient if recipient.domain else Address(recipient.local, self.first_domain)
            return Route(ours.backend, address, True, ours.message_size, ours.mixed)
        if self.relay is not None and recipient.domain and (at.user or self.may_relay(at)):
            return Route(self.relay, recipient, False)
        return None

    def may_relay(self, at: MailStage) -> bool:
        return any(at.client_ip in network for network in self.relay_from if network.version == at.client_ip.version)
