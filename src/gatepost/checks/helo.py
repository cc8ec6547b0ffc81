"""What does the name in HELO or EHLO say about the client?

RFC 5321 §4.1.1.1 wants the client's own fully qualified name, or an address literal where it has none; §4.1.4
forbids to refuse a client only because the name does not belong to its address. So most of what is found here is
evidence with few points: half the world's printers say a single label. Three things are lies and not mistakes: our
own host name or a domain of ours (PROTO-03), our own address, and a loopback literal from outside (PROTO-02).
"""

from ipaddress import IPv4Address, IPv6Address, ip_address

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Kind
from gatepost.model.samples import helo
from gatepost.model.stage import HeloStage, IPAddress
from gatepost.ports.own_names import OwnNames

OWN_NAME = Kind("helo.own_name", "The client calls itself by our host name or by a domain of ours.", score=5.0)
OWN_ADDRESS = Kind("helo.own_address", "The client calls itself by an address of ours.", score=5.0)
LOOPBACK = Kind("helo.loopback", "The client calls itself by a loopback address and is not on this machine.", score=4.0)
SINGLE_LABEL = Kind("helo.single_label", "The HELO name has no dot: it is not fully qualified.", score=0.5)
BARE_IP = Kind("helo.bare_ip", "The HELO name is an IP address without the brackets of a literal.", score=1.0)
LITERAL_DIFFERS = Kind("helo.literal_differs", "The HELO literal is not the address the client comes from.", score=0.5)
LOCALHOST = Kind("helo.localhost", "The HELO name is a name of the loopback interface.", score=1.0)

LOCAL_NAMES = frozenset(("localhost", "localhost.localdomain", "localhost6", "localhost6.localdomain6"))


class Config(CheckSettings):
    """Section `[checks.helo]`."""


class Helo(Check[HeloStage]):
    """Compares the name with what can be known without asking anybody."""

    spec = Spec(name="helo", kinds=(OWN_NAME, OWN_ADDRESS, LOOPBACK, SINGLE_LABEL, BARE_IP, LITERAL_DIFFERS, LOCALHOST))
    examples = (
        Example(says="The client says our host name.", at=helo("MX1.example.com"), finds=("helo.own_name",)),
        Example(says="The client says a domain of ours.", at=helo("example.com"), finds=("helo.own_name",)),
        Example(says="The client says our address.", at=helo("[198.51.100.25]"), finds=("helo.own_address",)),
        Example(
            says="The client says our address and forgets the brackets.",
            at=helo("198.51.100.25"),
            finds=("helo.bare_ip", "helo.own_address"),
        ),
        Example(says="A client from outside says [127.0.0.1].", at=helo("[127.0.0.1]"), finds=("helo.loopback",)),
        Example(says="The client says a single label.", at=helo("printer7"), finds=("helo.single_label",)),
        Example(says="The client says its address without brackets.", at=helo("192.0.2.99"), finds=("helo.bare_ip",)),
        Example(
            says="A client behind address translation says its inner address.",
            at=helo("[10.0.0.7]"),
            finds=("helo.literal_differs",),
        ),
        Example(says="The client was never given a name.", at=helo("localhost.localdomain"), finds=("helo.localhost",)),
        Example(says="The client says its name.", at=helo("client.example.net"), finds=()),
        Example(
            says="The client says its own address as a literal.",
            at=helo("[IPv6:2001:db8::1]", client_ip="2001:db8::1"),
            finds=(),
        ),
    )

    def __init__(self, config: Config, own: OwnNames) -> None:
        self.config = config
        self.own = own

    def __call__(self, at: HeloStage) -> Report:
        name = at.helo.lower().removesuffix(".")
        if name.startswith("["):
            found = self.of_literal(name, at.client_ip)
        elif name[-1:].isdigit() or ":" in name:
            found = self.of_bare_address(name)
        else:
            found = self.of_name(name)
        return Report(found) if found else NOTHING_FOUND

    def of_name(self, name: str) -> tuple[Finding, ...]:
        if name == self.own.hostname or name in self.own.domains:
            return (OWN_NAME(name),)
        if name in LOCAL_NAMES:
            return (LOCALHOST(name),)
        return () if "." in name else (SINGLE_LABEL(name),)

    def of_literal(self, name: str, client_ip: IPAddress) -> tuple[Finding, ...]:
        ip = literal(name)
        if ip is None or ip == client_ip:
            return ()
        if ip in self.own.addresses:
            return (OWN_ADDRESS(name),)
        return (LOOPBACK(name),) if ip.is_loopback else (LITERAL_DIFFERS(f"{name} from {client_ip}"),)

    def of_bare_address(self, name: str) -> tuple[Finding, ...]:
        ip = address(name)
        if ip is None:
            return self.of_name(name)
        bare = BARE_IP(name)
        return (bare, OWN_ADDRESS(name)) if ip in self.own.addresses else (bare,)


def literal(name: str) -> IPAddress | None:
    """`[192.0.2.1]` or `[ipv6:2001:db8::1]` in lower case (RFC 5321 §4.1.3); None for any other tag."""
    return address(name[1:-1].removeprefix("ipv6:"))


def address(text: str) -> IPAddress | None:
    """An IPv6 address that wraps an IPv4 one is that (RFC 4291 §2.5.5.2)."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip
