"""Which of the client's names are really its own (RFC 7208 §5.5, §7.3)?"""

from gatepost.auth.spf.errors import TempError
from gatepost.auth.spf.expand import UNKNOWN
from gatepost.auth.spf.lookups import Lookups
from gatepost.auth.spf.names import is_under
from gatepost.auth.spf.subject import Subject


class ClientNames:
    """Names of one client, each asked for once; owned by one check.

    A name is validated if one of its addresses is the client's. DNS errors mean no name, or not this one (§5.5).
    """

    def __init__(self, subject: Subject, lookups: Lookups) -> None:
        self.subject = subject
        self.lookups = lookups
        self.names: tuple[str, ...] | None = None
        self.validated: dict[str, bool] = {}

    @property
    def are_known(self) -> bool:
        """No further PTR question will be asked."""
        return self.names is not None

    async def any_under(self, domain: str) -> bool:
        """Is a validated name within the domain? Names without it need not be validated."""
        for name in await self.all():
            if is_under(name, domain) and await self.is_validated(name):
                return True
        return False

    async def best(self, domain: str) -> str:
        """The validated name for `%{p}`: the domain itself, a name within it, any; "unknown" if there is none."""
        names = await self.all()
        for name in sorted(names, key=lambda name: (name != domain, not is_under(name, domain))):
            if await self.is_validated(name):
                return name
        return UNKNOWN

    async def all(self) -> tuple[str, ...]:
        if self.names is None:
            try:
                self.names = await self.lookups.client_names(self.subject.ip)
            except TempError:
                self.names = ()
        return self.names

    async def is_validated(self, name: str) -> bool:
        if name not in self.validated:
            try:
                found = await self.lookups.addresses(name, self.subject.ip.version)
            except TempError:
                found = ()
            self.validated[name] = self.subject.ip in found
        return self.validated[name]
