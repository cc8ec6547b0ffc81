"""By which names and addresses is the gateway itself known? What nobody outside may call himself (PROTO-03)."""

from msgspec import Struct

from gatepost.model.stage import IPAddress


class OwnNames(Struct, frozen=True):
    """Made from the configuration; a new one with each reload.

    Args:
        hostname: `gateway.hostname`, lower case.
        domains: the domains relayed to, as A-labels in lower case.
        addresses: those the listeners are bound to or known by; a wildcard bind adds none.
    """

    hostname: str
    domains: frozenset[str] = frozenset()
    addresses: frozenset[IPAddress] = frozenset()
