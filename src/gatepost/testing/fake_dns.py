"""What does the DNS say in a test? Names with their records; whatever is not there does not exist.

`FakeDns({"example.com": {"TXT": ["v=spf1 -all"], "MX": [(10, "mx1.example.com")]}, "192.0.2.1": {"PTR": [...]}})`.
A and AAAA are texts, TXT texts or octets, CNAME one name. A name that stands for None has no answer. A name exists if
it or a name below it is written down, as on the wire.
"""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any, TypeVar

from gatepost.ports.dns import Answer, MailExchanger
from gatepost.ports.unavailable import Unavailable

T = TypeVar("T")
ALIASES = 10  # most CNAMEs on the way
Names = Mapping[str, Mapping[str, Any] | None]


class FakeDns:
    """Attributes: `asked` so far, as ("TXT", "example.com"); `down` makes every question fail."""

    def __init__(self, names: Names | None = None) -> None:
        self.names: dict[str, Mapping[str, Any] | None] = {key.lower(): said for key, said in (names or {}).items()}
        self.asked: list[tuple[str, str]] = []
        self.down = False

    async def a(self, name: str) -> Answer[IPv4Address]:
        return self.answer("A", name, IPv4Address)

    async def aaaa(self, name: str) -> Answer[IPv6Address]:
        return self.answer("AAAA", name, IPv6Address)

    async def mx(self, name: str) -> Answer[MailExchanger]:
        found = self.answer("MX", name, exchanger)
        return Answer(tuple(sorted(found.records, key=lambda mx: mx.preference)), found.exists)

    async def txt(self, name: str) -> Answer[bytes]:
        return self.answer("TXT", name, octets)

    async def ptr(self, ip: IPv4Address | IPv6Address) -> Answer[str]:
        return self.answer("PTR", str(ip), str.lower)

    def answer(self, kind: str, name: str, read: Callable[[Any], T]) -> Answer[T]:
        if kind != "PTR" and not can_be_asked(name):
            return Answer(exists=False)
        self.asked.append((kind, name))
        for _ in range(ALIASES + 1):
            records = self.names.get(name, {})
            if self.down or records is None:
                raise Unavailable(f"dns: {name} {kind}: timed out")
            if "CNAME" not in records:
                return Answer(tuple(map(read, records.get(kind, ()))), self.exists(name))
            name = records["CNAME"].lower()
        raise Unavailable(f"dns: {name} {kind}: too many CNAMEs")

    def exists(self, name: str) -> bool:
        return name in self.names or any(known.endswith(f".{name}") for known in self.names)


def can_be_asked(name: str) -> bool:
    """As the port says (RFC 1035 §2.3.4)."""
    is_plain = name.isascii() and name.isprintable() and len(name) <= 253
    return is_plain and all(0 < len(label) <= 63 for label in name.split("."))


def exchanger(record: tuple[int, str]) -> MailExchanger:
    preference, host = record
    return MailExchanger(preference, host.lower())


def octets(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
