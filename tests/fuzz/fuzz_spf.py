"""SPF: a client's words and a domain's records, whatever octets they are.

The first line is the sender, the second the HELO name; each further line is a text at b.example, "=" and a number in
front of it moving it to one of the other names.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address

from gatepost.auth.spf.check import check_host
from gatepost.auth.spf.limits import RFC_LIMITS
from gatepost.auth.spf.received import received_spf
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.ports.dns import Answer, MailExchanger

SEEDS = (
    b"a@b.example\nh.example\nv=spf1 ip4:192.0.2.0/24 a mx/24//64 ptr include:c1.example -all\n=1v=spf1 ~all",
    b"x-y@b.example\nb.example\nv=spf1 exists:%{l1r-}.%{ir}.%{v}.%{d2} redirect=c1.example\n"
    b"=1v=spf1 -all exp=c2.example\n=2%{i} is not %{S}%_%% %{p} %{t}",
    b"\n[192.0.2.1]\nv=spf1 +all",
    b"@b.example\n\nv=spf1 redirect=%{d} moo.cow-far_out=man:dog/cat",
    b"a@b.example\nh\nv=spf1 include:%{d} include:%{o} a:%{p}.example",
    b"a@b.example\nh\nspf2.0/mfrom,pra -all\nv=spf1 ?all\nv=spf10",
    b"a@b.example\nh\nv=spf1 ip4:192.0.2.1/33 ip6:2001:db8::/32 ip6:::1%eth0 a/24/64 -all:x",
)
PIECES = (
    b"v=spf1 ", b"include:", b"redirect=", b"exp=", b"exists:", b"ip4:", b"ip6:", b"a", b"mx", b"ptr", b"-all", b"%{",
    b"}", b"%{d}", b"%{l1r-}", b"%{ir}", b"%{p}", b"%%", b"%_", b"/24", b"//64", b"c1.example", b"b.example", b"\n=1",
    b"\n=2", b" ", b"\x00", b"\xff", b"\r",
)  # fmt: skip


class Names:
    """Every name has addresses and exchangers; four have texts."""

    def __init__(self, texts: dict[str, tuple[bytes, ...]]) -> None:
        self.texts = texts
        self.asked = 0

    async def a(self, name: str) -> Answer[IPv4Address]:
        self.count(name)
        return Answer((IPv4Address("192.0.2.1"),) if "." in name and len(name) % 3 else ())

    async def aaaa(self, name: str) -> Answer[IPv6Address]:
        self.count(name)
        return Answer((IPv6Address("2001:db8::1"),) if len(name) % 3 else ())

    async def mx(self, name: str) -> Answer[MailExchanger]:
        self.count(name)
        return Answer((MailExchanger(0, ""), MailExchanger(1, name)) * (len(name) % 6))

    async def txt(self, name: str) -> Answer[bytes]:
        self.count(name)
        return Answer(self.texts.get(name, ()))

    async def ptr(self, ip: object) -> Answer[str]:
        self.count("")
        return Answer(tuple(f"h{number}.b.example" for number in range(20)))

    def count(self, name: str) -> None:
        assert name.isascii() and name == name.lower()
        self.asked += 1


def TestOneInput(data: bytes) -> None:
    sender, helo, *lines = (data + b"\n\n").split(b"\n")
    texts: dict[str, tuple[bytes, ...]] = {}
    for line in lines:
        name = f"c{line[1:2].decode('latin-1')}.example" if line[:1] == b"=" else "b.example"
        texts[name] = (*texts.get(name, ()), line[2:] if line[:1] == b"=" else line)
    for ip in (ip_address("192.0.2.1"), ip_address("2001:db8::1")):
        words = sender.decode("utf-8", "surrogateescape"), helo.decode("utf-8", "surrogateescape")
        check(Names(texts), ip, *words)


def check(names: Names, ip: IPv4Address | IPv6Address, sender: str, helo: str) -> None:
    found = result(names, ip, sender, helo)
    assert found.lookups <= RFC_LIMITS.questions + 1 and names.asked <= RFC_LIMITS.questions
    for text in (*found.matched, found.explanation, found.problem):
        assert text.isascii() and text.isprintable() and len(text) <= 200
    assert bool(found.problem) == (found.result in (Spf.NONE, Spf.TEMPERROR, Spf.PERMERROR))
    assert bool(found.matched) == (found.width is not None) and (not found.explanation or found.result is Spf.FAIL)
    field = received_spf(found, ip=ip, helo=helo, sender=sender, receiver="mx.example.com")
    assert field.endswith(b"\r\n") and field.replace(b"\r\n\t", b"").count(b"\r\n") == 1
    assert all(32 <= octet < 127 for octet in field.replace(b"\r\n\t", b"")[:-2])


def result(names: Names, ip: IPv4Address | IPv6Address, sender: str, helo: str) -> SpfResult:
    """Run through by hand: answers are always there, so it never waits."""
    coroutine = check_host(names, ip, helo, sender, receiver="mx.example.com", now=0.0)
    try:
        coroutine.send(None)
    except StopIteration as ended:
        found = ended.value
    assert isinstance(found, SpfResult)
    return found
