"""What is known of a domain and of the gateway that takes its mail?"""

from ipaddress import IPv4Address, IPv6Address

from msgspec import Struct

from gatepost.auth.dmarc.record import Policy

IP = IPv4Address | IPv6Address


class Host(Struct, frozen=True, kw_only=True):
    """One name under which the gateway takes mail.

    Args:
        addresses: on the Internet, as far as they are known; () = what the DNS says is believed.
        certificates: names that each certificate is for; () if it has none.
        associations: `3 1 1 …` of each certificate's key (RFC 6698 §2.1).
    """

    name: str
    addresses: tuple[IP, ...] = ()
    certificates: tuple[tuple[str, ...], ...] = ()
    associations: tuple[str, ...] = ()


class Selector(Struct, frozen=True):
    """Where a DKIM key is published; `record` as it should be, "" if only its signer knows."""

    name: str
    record: str = ""


class Site(Struct, frozen=True, kw_only=True):
    """Everything.

    Args:
        domain: lower-case A-labels.
        is_served: the gateway takes its mail.
        senders: SPF mechanisms of further hosts that send, such as `a:host`, `ip4:…`, `include:…`.
        soft: SPF ends in `~all`.
        policy: DMARC policy that is wanted at least.
        reports_to: address for reports about DMARC and TLS.
        selectors: of who signs the domain's mail; () if nobody is known.
        seals: of the gateway's own ARC seals in this domain's name.
        enforces: the MTA-STS policy is in force, not only tested.
    """

    domain: str
    hosts: tuple[Host, ...]
    is_served: bool = True
    senders: tuple[str, ...] = ()
    soft: bool = False
    policy: Policy = Policy.NONE
    reports_to: str = ""
    selectors: tuple[Selector, ...] = ()
    seals: tuple[Selector, ...] = ()
    enforces: bool = False
