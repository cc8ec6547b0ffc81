"""What does DNS say to this check, and how much has been asked (RFC 7208 §4.6.4)?

A void answer, one without records, counts where the records of a domain led to it: for `a`, `mx`, the hosts of an
`mx`, and `exists`. It does not count for the client's own names: whoever sends could turn a FAIL into a PERMERROR by
giving its address names that do not exist.
"""

from gatepost.auth.spf.errors import PermError, TempError
from gatepost.auth.spf.limits import SpfLimits
from gatepost.model.stage import IPAddress
from gatepost.ports.dns import Answer, Dns, MailExchanger
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.printable import printable

SHOWN = 60  # characters of a name in a problem


class Lookups:
    """Counts for one check, which owns it.

    Raises (each coroutine):
        TempError: DNS gives no answer.
        PermError: a limit is passed.
    """

    def __init__(self, dns: Dns, limits: SpfLimits) -> None:
        self.dns = dns
        self.limits = limits
        self.asked = 0
        self.terms = 0
        self.voids = 0

    def count_term(self) -> None:
        self.terms += 1
        if self.terms > self.limits.terms:
            raise PermError(f"more than {self.limits.terms} terms that ask DNS")

    def count_void(self) -> None:
        self.voids += 1
        if self.voids > self.limits.voids:
            raise PermError(f"more than {self.limits.voids} answers without records")

    def count_question(self) -> None:
        self.asked += 1
        if self.asked > self.limits.questions:
            raise PermError(f"more than {self.limits.questions} DNS questions")

    async def texts(self, name: str) -> Answer[bytes]:
        self.count_question()
        try:
            return await self.dns.txt(name)
        except Unavailable as error:
            raise no_answer(name) from error

    async def addresses(self, name: str, version: int) -> tuple[IPAddress, ...]:
        self.count_question()
        try:
            return (await self.dns.a(name)).records if version == 4 else (await self.dns.aaaa(name)).records
        except Unavailable as error:
            raise no_answer(name) from error

    async def addresses_or_void(self, name: str, version: int) -> tuple[IPAddress, ...]:
        found = await self.addresses(name, version)
        if not found:
            self.count_void()
        return found

    async def exchangers_or_void(self, name: str) -> tuple[MailExchanger, ...]:
        self.count_question()
        try:
            found = (await self.dns.mx(name)).records
        except Unavailable as error:
            raise no_answer(name) from error
        if not found:
            self.count_void()
        return found

    async def client_names(self, ip: IPAddress) -> tuple[str, ...]:
        """The first of them (§4.6.4); names beyond the limit are the client's doing, not the domain's."""
        self.count_question()
        try:
            return (await self.dns.ptr(ip)).records[: self.limits.names]
        except Unavailable as error:
            raise no_answer(str(ip)) from error


def no_answer(name: str) -> TempError:
    return TempError(f"no answer from DNS for {printable(name, SHOWN)}")
