"""What does the domain name system say?

An answer of "there is none" is an answer; only silence, SERVFAIL and nonsense are `Unavailable`. Names go in as
lower-case A-labels without a final dot. A name that no query can carry (RFC 1035 §2.3.4: an empty label, a label over
63 octets, more than 253 in all, anything but printable ASCII) has no records and does not exist; nobody is asked.
"""

from ipaddress import IPv4Address, IPv6Address
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Answer(Struct, Generic[T], frozen=True):
    """The records of one name and type, CNAMEs followed.

    Args:
        records: in the order of the answer; () if the name has none of that type.
        exists: False for NXDOMAIN: the name has no records of any type (RFC 8020).
    """

    records: tuple[T, ...] = ()
    exists: bool = True


class MailExchanger(Struct, frozen=True):
    """One MX record. `host` is "" for the null MX (RFC 7505), else lower-case without a final dot."""

    preference: int
    host: str


class Dns(Protocol):
    """One lookup each; answers are cached behind it for as long as their TTL says.

    Raises (each of them):
        Unavailable: no answer in time, SERVFAIL, REFUSED, a malformed answer, or the asker's budget is spent.
    """

    async def a(self, name: str) -> Answer[IPv4Address]:
        """IPv4 addresses."""

    async def aaaa(self, name: str) -> Answer[IPv6Address]:
        """IPv6 addresses."""

    async def mx(self, name: str) -> Answer[MailExchanger]:
        """Mail exchangers, lowest preference first."""

    async def txt(self, name: str) -> Answer[bytes]:
        """Texts; the strings of one record joined without a space (RFC 7208 §3.3, RFC 6376 §3.6.2.2)."""

    async def ptr(self, ip: IPv4Address | IPv6Address) -> Answer[str]:
        """Names of an address, as given, lower-case without a final dot."""
