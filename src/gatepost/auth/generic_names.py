"""Does a host's name look as if a provider had made it from the address, for one of many customers?

Such names are those of home connections and rented hosts that nobody has named. Not all that have them are bad: a
name that also says "mail", "static" or the like is let be. Pure text; linear in the name.
"""

import re
from ipaddress import IPv4Address, IPv6Address

from gatepost.model.stage import IPAddress

WORDS = frozenset(
    "adsl broadband cable cust customer customers dhcp dial dialin dialup dip dsl dyn dynamic dynip ftth pool pools "
    "ppp pppoe res residential sdsl vdsl wifi wimax xdsl".split()
)
MAIL_WORDS = frozenset("mail mailer mailout mta mx out outbound relay sender smtp smtpout static".split())
REGISTERED = 2  # labels at the end that the provider chose for itself
NAME_LIMIT = 253  # characters
NUMBER = re.compile(r"[0-9]+")
LETTERS = re.compile(r"[a-z]+")
SEPARATORS = str.maketrans("", "", ".-_")
SHORTEST_RUN = 7  # characters of an address written without separators, or in short, that are no accident
HALF = 16  # hexadecimal digits of the interface in an IPv6 address


def is_generic(name: str, ip: IPAddress) -> bool:
    """`name` in lower case, without a final dot."""
    host = ".".join(name[:NAME_LIMIT].split(".")[:-REGISTERED])
    words = set(LETTERS.findall(host))
    if words & MAIL_WORDS:
        return False
    if words & WORDS and NUMBER.search(host):
        return True
    return holds_ipv4(host, ip) if isinstance(ip, IPv4Address) else holds_ipv6(host, ip)


def holds_ipv4(host: str, ip: IPv4Address) -> bool:
    """All four octets side by side in any order, or run together: `1-2-3-4`, `4.3.2.1`, `001002003004`, `01020304`."""
    octets = sorted(ip.packed)
    numbers = [int(number) if len(number) <= 3 else -1 for number in NUMBER.findall(host)]
    if any(sorted(numbers[i : i + 4]) == octets for i in range(len(numbers) - 3)):
        return True
    forward, backward = list(ip.packed), list(ip.packed[::-1])
    return any(run in host for order in (forward, backward) for run in runs(order))


def runs(octets: list[int]) -> tuple[str, ...]:
    """Ways to write an address without separators."""
    plain = "".join(map(str, octets))
    padded = "".join(f"{octet:03d}" for octet in octets)
    hexadecimal = "".join(f"{octet:02x}" for octet in octets)
    return (padded, hexadecimal, plain) if len(plain) >= SHORTEST_RUN else (padded, hexadecimal)


def holds_ipv6(host: str, ip: IPv6Address) -> bool:
    """Its interface part in full, with or without separators, or the whole address in short with hyphens."""
    nibbles = f"{int(ip):032x}"
    text = host.translate(SEPARATORS)
    shortened = str(ip).replace(":", "-").strip("-")
    if len(shortened) >= SHORTEST_RUN and shortened in host.replace(".", "-"):
        return True
    return nibbles[HALF:] in text or nibbles[::-1][:HALF] in text
