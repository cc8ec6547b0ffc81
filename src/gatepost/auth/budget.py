"""How often may one transaction, or one check, ask the DNS?

Whoever writes a message or a policy chooses what is looked up. Limits of the protocols hold for one evaluation each
(RFC 7208 §4.6.4); this one holds for all that is asked through it, whatever a sender may stack up in one message.
"""

from ipaddress import IPv4Address, IPv6Address

from gatepost.ports.dns import Answer, Dns, MailExchanger
from gatepost.ports.unavailable import Unavailable


class Budgeted:
    """A `Dns` that may be asked `limit` times, then raises `Unavailable`. One for each transaction, or each check.

    Attributes:
        spent: questions asked, those that were known already and those without an answer included.
    """

    def __init__(self, dns: Dns, limit: int) -> None:
        self.dns, self.limit = dns, limit
        self.spent = 0

    async def a(self, name: str) -> Answer[IPv4Address]:
        self.spend()
        return await self.dns.a(name)

    async def aaaa(self, name: str) -> Answer[IPv6Address]:
        self.spend()
        return await self.dns.aaaa(name)

    async def mx(self, name: str) -> Answer[MailExchanger]:
        self.spend()
        return await self.dns.mx(name)

    async def txt(self, name: str) -> Answer[bytes]:
        self.spend()
        return await self.dns.txt(name)

    async def ptr(self, ip: IPv4Address | IPv6Address) -> Answer[str]:
        self.spend()
        return await self.dns.ptr(ip)

    def spend(self) -> None:
        if self.spent >= self.limit:
            raise Unavailable(f"dns: all {self.limit} lookups are spent")
        self.spent += 1
