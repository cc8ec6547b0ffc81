"""MX, addresses and their names."""

from ipaddress import ip_address

from gatepost.auth.published.line import Standing
from gatepost.auth.published.reachability import addresses, exchangers, names
from gatepost.auth.published.site import Host, Site
from gatepost.testing.fake_dns import FakeDns

HERE = Host(name="mx1.example.com", addresses=(ip_address("192.0.2.25"),))
SITE = Site(domain="example.com", hosts=(HERE,))
UNTOLD = Host(name="mx1.example.com")


def dns(**records):
    return FakeDns({"example.com": records})


async def test_an_mx_that_names_the_gateway_is_right():
    line = await exchangers(dns(MX=[(10, "mx1.example.com")]), SITE)
    assert (line.standing, line.wanted, line.note) == (Standing.OK, ("10 mx1.example.com.",), "")
    assert line.needed


async def test_further_servers_are_a_way_around_the_gateway():
    line = await exchangers(dns(MX=[(10, "mx1.example.com"), (20, "old.example.com")]), SITE)
    assert line.standing is Standing.OK and "not this gateway" in line.note


async def test_an_mx_that_names_others_only_differs():
    line = await exchangers(dns(MX=[(5, "old.example.com")]), SITE)
    assert (line.standing, line.published) == (Standing.DIFFERS, ("5 old.example.com.",))


async def test_the_null_mx_differs():
    assert (await exchangers(dns(MX=[(0, "")]), SITE)).standing is Standing.DIFFERS


async def test_without_an_mx_it_is_missing():
    assert (await exchangers(FakeDns(), SITE)).standing is Standing.MISSING


async def test_a_domain_that_the_gateway_does_not_serve_is_said():
    line = await exchangers(
        dns(MX=[(10, "mx1.example.com")]), Site(domain="example.com", hosts=(HERE,), is_served=False)
    )
    assert "in none of [domains]" in line.note


async def test_without_an_answer_nothing_is_known():
    down = FakeDns()
    down.down = True
    line = await exchangers(down, SITE)
    assert line.standing is Standing.UNKNOWN and line.note.startswith("no answer: dns: example.com MX")


async def test_the_address_has_to_be_published():
    (line,) = await addresses(FakeDns({"mx1.example.com": {"A": ["192.0.2.25", "192.0.2.26"]}}), HERE)
    assert (line.type, line.standing) == ("A", Standing.OK)
    (line,) = await addresses(FakeDns({"mx1.example.com": {"A": ["192.0.2.26"]}}), HERE)
    assert line.standing is Standing.DIFFERS and "192.0.2.25" in line.note
    (line,) = await addresses(FakeDns(), HERE)
    assert line.standing is Standing.MISSING


async def test_an_address_that_is_published_and_not_known_is_looked_at_too():
    lines = await addresses(FakeDns({"mx1.example.com": {"A": ["192.0.2.25"], "AAAA": ["2001:db8::25"]}}), HERE)
    assert [(line.type, line.standing) for line in lines] == [("A", Standing.OK), ("AAAA", Standing.OK)]


async def test_where_no_address_is_known_the_published_one_is_believed():
    (line,) = await addresses(FakeDns({"mx1.example.com": {"A": ["192.0.2.25"]}}), UNTOLD)
    assert line.standing is Standing.OK and "--address" in line.note


async def test_where_none_is_known_and_none_is_published_it_is_missing():
    (line,) = await addresses(FakeDns(), UNTOLD)
    assert (line.type, line.standing, line.wanted) == ("A", Standing.MISSING, ())


async def test_the_name_of_the_address_leads_back():
    (line,) = await names(FakeDns({"192.0.2.25": {"PTR": ["mx1.example.com"]}}), HERE)
    assert (line.name, line.standing) == ("25.2.0.192.in-addr.arpa", Standing.OK)
    (line,) = await names(FakeDns({"192.0.2.25": {"PTR": ["host-25.provider.example"]}}), HERE)
    assert line.standing is Standing.DIFFERS
    (line,) = await names(FakeDns(), HERE)
    assert line.standing is Standing.MISSING and "Whoever gave you 192.0.2.25" in line.note


async def test_names_of_published_addresses_are_looked_at_where_none_is_known():
    found = FakeDns({"mx1.example.com": {"AAAA": ["2001:db8::25"]}})
    (line,) = await names(found, UNTOLD)
    assert line.name.endswith("ip6.arpa") and line.standing is Standing.MISSING


async def test_without_any_address_there_is_no_name():
    (line,) = await names(FakeDns(), UNTOLD)
    assert line.standing is Standing.UNKNOWN and "No address" in line.note


async def test_without_an_answer_the_name_is_not_known():
    down = FakeDns()
    down.down = True
    for host in (HERE, UNTOLD):
        (line,) = await names(down, host)
        assert line.standing is Standing.UNKNOWN and line.note.startswith("no answer")
