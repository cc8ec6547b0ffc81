"""Under which names is a list asked (RFC 5782 §2.1, §2.4, §3), and which does it have to know (§5)?"""

import re
from ipaddress import IPv6Address, ip_address

from gatepost.auth.suffixes import registered_domain
from gatepost.model.stage import IPAddress

LISTED_IPV4, UNLISTED_IPV4 = "127.0.0.2", "127.0.0.1"
LISTED_IPV6, UNLISTED_IPV6 = "::ffff:7f00:2", "::ffff:7f00:1"
LISTED_NAME, UNLISTED_NAME = "test", "invalid"
KEY = re.compile(r"(?=[^.]*[0-9])[0-9a-z]{16,63}", re.ASCII)


def address_name(ip: IPAddress) -> str:
    """`99.2.0.192` for 192.0.2.99; nibbles for IPv6."""
    if isinstance(ip, IPv6Address):
        return ".".join(f"{int(ip):032x}"[::-1])
    first, second, third, fourth = ip.packed
    return f"{fourth}.{third}.{second}.{first}"


def domain_names(domain: str) -> tuple[str, ...]:
    """The name itself, and the domain that was registered: lists differ in which of them they hold."""
    registered = registered_domain(domain)
    return (domain, registered) if registered and registered != domain else (domain,)


def entry_name(entry: str) -> str:
    """How an address or a domain is asked for."""
    try:
        return address_name(ip_address(entry))
    except ValueError:
        return entry


def shown_zone(zone: str) -> str:
    """Without a label that looks like a customer's key: zones stand in replies to strangers."""
    labels = [label for label in zone.split(".") if not KEY.fullmatch(label)]
    return ".".join(labels)
