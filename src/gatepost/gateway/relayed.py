"""Who is the client behind a relay of ours? The relay's own Received field says so (RFC 5321 §4.4).

Only fields that trusted relays added are believed: from the top down as long as the address in one is
itself a trusted relay, and the first that is not is the client.
"""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address

from gatepost.model.message import Message
from gatepost.model.stage import IPAddress

ADDRESS = rb"\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\]"
# What the relay saw stands in parentheses behind the name that the client gave itself (RFC 5321 §4.4, TCP-info), which
# may be an address of his choice; Exim puts it first where it found no name for it.
FROM_ADDRESS = re.compile(
    rb"^from\s+(?:[^\s()]{1,255}\s+\((?:[^\s()\[\];=]{1,255}\s+)?" + ADDRESS
    + rb"|" + ADDRESS + rb"(?::\d+)?\s+\((?:port=\d+\s+)?helo=)", re.IGNORECASE,
)  # fmt: skip
HOPS = 20  # trusted relays in a row that are followed


def client_behind(message: Message, trusted: tuple[IPv4Network | IPv6Network, ...]) -> IPAddress | None:
    """None if the relays said nothing that can be read."""
    for field in message.fields("received")[:HOPS]:
        match = FROM_ADDRESS.match(field.value)
        if match is None:
            return None
        try:
            address = ip_address((match[1] or match[2]).decode("ascii"))
        except ValueError:
            return None
        if not any(address in network for network in trusted if network.version == address.version):
            return address
    return None
