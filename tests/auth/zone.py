"""DNS as a test writes it down: `Zone({name: {type: records}})` answers as the port says, and keeps what was asked.

Records by type: A, AAAA and CNAME texts, MX pairs of preference and host, PTR names, TXT octets or texts (Latin-1) or
lists of strings to be joined. The key "TIMEOUT" means that a question for any type not named beside it has no answer.
A name exists if it or a name below it is written down.
"""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address

from gatepost.ports.dns import Answer, MailExchanger
from gatepost.ports.unavailable import Unavailable

TIMEOUT = "TIMEOUT"
LONGEST_CHAIN = 8


class Zone:
    """Args: `names` may be in any case, without a final dot. `down` makes every question fail."""

    def __init__(self, names: Mapping[str, Mapping[str, object]]) -> None:
        self.names = {name.lower(): records for name, records in names.items()}
        self.asked: list[tuple[str, str]] = []
        self.down = False

    async def a(self, name):
        return self.answer(name, "A", IPv4Address)

    async def aaaa(self, name):
        return self.answer(name, "AAAA", IPv6Address)

    async def mx(self, name):
        found = self.answer(name, "MX", lambda pair: MailExchanger(pair[0], pair[1].lower().rstrip(".")))
        return Answer(tuple(sorted(found.records, key=lambda mx: mx.preference)), found.exists)

    async def txt(self, name):
        return self.answer(name, "TXT", octets)

    async def ptr(self, ip):
        return self.answer(ip.reverse_pointer, "PTR", lambda name: name.lower().rstrip("."))

    def answer(self, name, kind, read):
        assert name == name.lower() and not name.endswith("."), name
        if not can_be_asked(name):
            return Answer(exists=False)
        self.asked.append((kind, name))
        if self.down:
            raise Unavailable("zone")
        for _ in range(LONGEST_CHAIN):
            records = self.names.get(name, {})
            if kind not in records and TIMEOUT in records:
                raise Unavailable(name)
            if "CNAME" not in records:
                return Answer(tuple(map(read, records.get(kind, ()))), self.exists(name))
            name = records["CNAME"][0].lower().rstrip(".")
        raise Unavailable(f"{name}: CNAME loop")

    def exists(self, name):
        return name in self.names or any(known.endswith(f".{name}") for known in self.names)


def octets(text):
    if isinstance(text, list | tuple):
        return b"".join(map(octets, text))
    return text if isinstance(text, bytes) else text.encode("latin-1")


def can_be_asked(name):
    labels = name.split(".")
    return len(name) <= 253 and name.isascii() and name.isprintable() and all(0 < len(label) < 64 for label in labels)
