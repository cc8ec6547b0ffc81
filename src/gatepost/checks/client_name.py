"""Has the client's address a name, and has the name that address?

Asked at CONNECT: up to ten names of the address (PTR), then the addresses of these names, until three are confirmed
(RFC 8601 §2.7.3 calls it iprev). RFC 1912 §2.1 wants both for every host, and what sends good mail nearly always has
them. But RFC 5321 §4.1.4 forbids to refuse a client for its name alone, so all of it is evidence. A name that a
provider has made from the address (`dyn-192-0-2-99.pool.example.net`) gives some points too: most such hosts are no
mail servers. Private addresses are not asked about; without an answer from the DNS nothing is found.
"""

from gatepost.auth.bogons import is_inside
from gatepost.auth.generic_names import is_generic
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.client_name import ClientName
from gatepost.model.finding import Finding, Kind
from gatepost.model.samples import connect
from gatepost.model.stage import ConnectStage, IPAddress
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable

NONE = Kind("client_name.none", "The client's address has no name.", score=1.0)
UNCONFIRMED = Kind("client_name.unconfirmed", "The client's address has a name, which has not that address.", score=1.0)
GENERIC = Kind("client_name.generic", "The client's name looks as if made from its address.", score=1.5)

MOST_NAMES = 10  # looked at; the same as in RFC 7208 §4.6.4
ENOUGH = 3  # names confirmed
SHOWN = 100  # characters of a name in a detail


class Config(CheckSettings):
    """Section `[checks.client_name]`."""


class ClientNameCheck(Check[ConnectStage]):
    """Asks forth and back; leaves the `ClientName` for later checks."""

    spec = Spec(of_client=True, name="client_name", kinds=(NONE, UNCONFIRMED, GENERIC))
    examples = (
        Example(says="The address has no name.", at=connect("192.0.2.99"), finds=("client_name.none",)),
        Example(
            says="The name is somebody else's.",
            at=connect("192.0.2.99"),
            world={"dns": {"192.0.2.99": {"PTR": ["mx.example.net"]}, "mx.example.net": {"A": ["198.51.100.7"]}}},
            finds=("client_name.unconfirmed",),
        ),
        Example(
            says="The name is one of a provider's thousands.",
            at=connect("192.0.2.99"),
            world={
                "dns": {
                    "192.0.2.99": {"PTR": ["dyn-192-0-2-99.pool.example.net"]},
                    "dyn-192-0-2-99.pool.example.net": {"A": ["192.0.2.99"]},
                }
            },
            finds=("client_name.generic",),
        ),
        Example(
            says="Address and name belong together.",
            at=connect("2001:db8::99"),
            world={"dns": {"2001:db8::99": {"PTR": ["mx.example.net"]}, "mx.example.net": {"AAAA": ["2001:db8::99"]}}},
            finds=(),
        ),
    )

    def __init__(self, config: Config, dns: Dns) -> None:
        self.config = config
        self.dns = dns

    async def __call__(self, at: ConnectStage) -> Report:
        ip = at.client_ip
        if is_inside(ip):
            return NOTHING_FOUND
        names = (await self.dns.ptr(ip)).records[:MOST_NAMES]
        if not names:
            return Report((NONE(str(ip)),), ClientName())
        confirmed = await self.confirmed(names, ip)
        findings: list[Finding] = [] if confirmed else [UNCONFIRMED(f"{ip}: {names[0][:SHOWN]}")]
        if all(is_generic(name, ip) for name in confirmed or names):
            findings.append(GENERIC(f"{ip}: {(confirmed or names)[0][:SHOWN]}"))
        return Report(tuple(findings), ClientName(confirmed))

    async def confirmed(self, names: tuple[str, ...], ip: IPAddress) -> tuple[str, ...]:
        """Raises `Unavailable` where none is, and one might be."""
        found: list[str] = []
        missing: Unavailable | None = None
        for name in dict.fromkeys(names):
            try:
                is_its_own = await self.has_address(name, ip)
            except Unavailable as error:
                missing = error
            else:
                found += [name] if is_its_own else []
            if len(found) == ENOUGH:
                break
        if missing is not None and not found:
            raise missing
        return tuple(found)

    async def has_address(self, name: str, ip: IPAddress) -> bool:
        addresses = await (self.dns.a(name) if ip.version == 4 else self.dns.aaaa(name))
        return ip in addresses.records
