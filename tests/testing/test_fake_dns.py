from ipaddress import IPv4Address, IPv6Address

import pytest

from gatepost.ports.dns import Answer, MailExchanger
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_dns import FakeDns

NAMES = {
    "Example.com": {
        "A": ["192.0.2.1"],
        "AAAA": ["2001:db8::1"],
        "MX": [(20, "b.example.com"), (10, "A.example.com")],
        "TXT": ["v=spf1 -all", b"\xff"],
    },
    "alias.example.com": {"CNAME": "Example.com"},
    "loop.example.com": {"CNAME": "loop.example.com"},
    "a.deep.example.com": {"A": ["192.0.2.2"]},
    "dead.example.com": None,
    "192.0.2.1": {"PTR": ["Mail.example.com"]},
}


@pytest.fixture
def dns():
    return FakeDns(NAMES)


async def test_it_says_what_was_written_down(dns):
    assert (await dns.a("example.com")).records == (IPv4Address("192.0.2.1"),)
    assert (await dns.aaaa("example.com")).records == (IPv6Address("2001:db8::1"),)
    assert (await dns.txt("alias.example.com")).records == (b"v=spf1 -all", b"\xff")
    assert (await dns.ptr(IPv4Address("192.0.2.1"))).records == ("mail.example.com",)
    assert (await dns.mx("example.com")).records == (
        MailExchanger(10, "a.example.com"),
        MailExchanger(20, "b.example.com"),
    )


async def test_what_is_not_there_is_told_apart_from_what_has_none(dns):
    assert await dns.a("nobody.example.com") == Answer(exists=False)
    assert await dns.mx("a.deep.example.com") == Answer()
    assert await dns.txt("deep.example.com") == Answer()
    assert await dns.ptr(IPv6Address("2001:db8::1")) == Answer(exists=False)


@pytest.mark.parametrize("name", ["", "a..b", "é.example", "a" * 64, "a." * 127 + "a"])
async def test_nobody_is_asked_for_a_name_that_no_query_can_carry(dns, name):
    assert await dns.a(name) == Answer(exists=False)
    assert dns.asked == []


@pytest.mark.parametrize("name", ["dead.example.com", "loop.example.com"])
async def test_some_names_have_no_answer(dns, name):
    with pytest.raises(Unavailable, match=name):
        await dns.txt(name)


async def test_when_it_is_down_nothing_has(dns):
    dns.down = True
    with pytest.raises(Unavailable):
        await dns.a("example.com")
    assert dns.asked == [("A", "example.com")]
