"""Does the name in HELO exist, and does it lead to the client?

Asked at HELO. RFC 5321 §4.1.4 lets a server see whether the name belongs to the client, and forbids to refuse mail only
because it does not: a name that leads nowhere gives points and no more. It leads nowhere if it has neither address nor
mail exchanger, and not much further if all its addresses are private, loopback or the like. An address literal, a
single label and an address without brackets are the business of `helo`; our own names too.
"""

from gatepost.auth.bogons import is_bogon
from gatepost.auth.host_names import host_name
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.client_name import HeloName
from gatepost.model.finding import Kind
from gatepost.model.samples import helo
from gatepost.model.stage import HeloStage, IPAddress
from gatepost.ports.dns import Dns
from gatepost.ports.own_names import OwnNames

UNKNOWN = Kind("helo_name.unknown", "The HELO name has neither address nor mail exchanger.", score=1.0)
PRIVATE = Kind("helo_name.private", "All addresses of the HELO name are such as nobody on the Internet has.", score=1.0)


class Config(CheckSettings):
    """Section `[checks.helo_name]`."""


class HeloNameCheck(Check[HeloStage]):
    """Looks the name up; leaves the `HeloName` for later checks."""

    spec = Spec(of_client=True, name="helo_name", kinds=(UNKNOWN, PRIVATE))
    examples = (
        Example(says="The name does not exist.", at=helo("pc7.example.net"), finds=("helo_name.unknown",)),
        Example(
            says="The name has a private address.",
            at=helo("pc7.example.net"),
            world={"dns": {"pc7.example.net": {"A": ["10.0.0.7"]}}},
            finds=("helo_name.private",),
        ),
        Example(
            says="The name is that of the client.",
            at=helo("client.example.net", client_ip="192.0.2.99"),
            world={"dns": {"client.example.net": {"A": ["192.0.2.99"]}}},
            finds=(),
        ),
        Example(
            says="The name is a domain that takes mail elsewhere.",
            at=helo("example.net"),
            world={"dns": {"example.net": {"MX": [(10, "mx.example.net")]}}},
            finds=(),
        ),
        Example(says="An address literal is not looked up.", at=helo("[192.0.2.99]"), finds=()),
    )

    def __init__(self, config: Config, dns: Dns, own: OwnNames) -> None:
        self.config = config
        self.dns = dns
        self.own = own

    async def __call__(self, at: HeloStage) -> Report:
        name = host_name(at.helo)
        if not name or name == self.own.hostname or name in self.own.domains:
            return NOTHING_FOUND
        likely, other = (self.dns.a, self.dns.aaaa) if at.client_ip.version == 4 else (self.dns.aaaa, self.dns.a)
        addresses: tuple[IPAddress, ...] = (await likely(name)).records
        if at.client_ip in addresses:
            return Report(value=HeloName(name, True))
        addresses += (await other(name)).records
        value = HeloName(name, False)
        if not addresses:
            is_known = bool((await self.dns.mx(name)).records)
            return Report(() if is_known else (UNKNOWN(name),), value)
        if all(is_bogon(ip) for ip in addresses):
            return Report((PRIVATE(f"{name}: {addresses[0]}"),), value)
        return Report(value=value)
