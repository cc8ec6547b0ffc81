"""What is checked: who sends in whose name (RFC 7208 §4.1)?"""

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.model.stage import IPAddress

LOCAL_BY_DEFAULT = "postmaster"  # RFC 7208 §4.3


class Subject(Struct, frozen=True, kw_only=True):
    """The arguments of check_host(), and what its macros need.

    Args:
        ip: the client; IPv4 where it is an IPv4-mapped IPv6 address (RFC 7208 §5).
        number: the same as a number.
        local: local part of the sender, as sent.
        domain: of the sender, lower-case, without a final dot.
        helo: the HELO name as sent.
        receiver: our host name.
        now: Unix time in seconds.
    """

    ip: IPAddress
    number: int
    local: str
    domain: str
    helo: str
    receiver: str
    now: float


def subject(ip: IPAddress, helo: str, sender: Address | str | None, *, receiver: str = "", now: float = 0.0) -> Subject:
    """
    Args:
        sender: reverse-path without brackets; None or "" for the null one, which stands for postmaster@HELO.
    """
    if ip.version == 6 and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    local, domain = parts(sender or f"{LOCAL_BY_DEFAULT}@{helo}")
    return Subject(
        ip=ip,
        number=int(ip),
        local=local or LOCAL_BY_DEFAULT,
        domain=domain.lower().removesuffix("."),
        helo=helo,
        receiver=receiver,
        now=now,
    )


def parts(sender: Address | str) -> tuple[str, str]:
    """The domain is what follows the last `@`: none has one within it, a local part may."""
    if isinstance(sender, Address):
        return sender.local, sender.domain
    local, _, domain = sender.rpartition("@")
    return local, domain
