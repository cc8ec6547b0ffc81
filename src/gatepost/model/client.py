"""Whom do counts and caps take for one client (RFC 6177: a site holds at least an IPv6 /64)?

Written for speed: `ipaddress.ip_network` costs ten times as much.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from gatepost.model.stage import IPAddress

HOST_BITS_V4 = 8  # of the network that rates are kept for: a /24
HOST_BITS_V6 = 80  # a /48, the usual size of a site (RFC 6177 §2)
CLIENT_BITS_V6 = 64


@lru_cache(maxsize=4096)
def client_of(ip: IPAddress) -> str:
    """`192.0.2.1`, or `2001:db8::/64`: within its /64 a host takes any address it likes (RFC 8981)."""
    if isinstance(ip, IPv6Address):
        return f"{prefix_v6(ip, CLIENT_BITS_V6)}/64"
    return str(ip)


@lru_cache(maxsize=4096)
def network_of(ip: IPAddress) -> str:
    """The /24 or /48 around a client."""
    if isinstance(ip, IPv6Address):
        return f"{prefix_v6(ip, HOST_BITS_V6)}/48"
    return f"{IPv4Address(int(ip) >> HOST_BITS_V4 << HOST_BITS_V4)}/24"


def prefix_v6(ip: IPv6Address, host_bits: int) -> IPv6Address:
    return IPv6Address(int(ip) >> host_bits << host_bits)
