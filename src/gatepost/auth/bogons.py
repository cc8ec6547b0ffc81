"""Can this address be somebody's on the Internet (RFC 6890, IANA's registries of special addresses)?

Written down here, and not taken from `ipaddress`, whose answer for some blocks changed from one Python to the next.
"""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network

from gatepost.model.stage import IPAddress

Networks = tuple[IPv4Network | IPv6Network, ...]


def networks(*texts: str) -> Networks:
    return tuple(map(ip_network, texts))


INSIDE = networks(
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "::1/128", "fc00::/7", "fe80::/10", "fec0::/10",
)  # fmt: skip
"""Private use (RFC 1918, RFC 4193), shared by carriers (RFC 6598), loopback, link-local: hosts may well have them."""

NOBODYS = networks(
    "0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
    "::/96", "100::/64", "2001:10::/28", "2001:db8::/32", "3fff::/20", "ff00::/8",
)  # fmt: skip
"""Unspecified, documentation (RFC 5737, RFC 3849, RFC 9637), benchmarks, multicast, reserved."""


def is_inside(ip: IPAddress) -> bool:
    """An address that a host has within a site only, and that is another host elsewhere."""
    return any(ip in network for network in INSIDE)


def is_bogon(ip: IPAddress) -> bool:
    """Nobody on the Internet can be reached there."""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return is_inside(ip) or any(ip in network for network in NOBODYS)
