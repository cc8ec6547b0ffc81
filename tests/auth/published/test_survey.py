"""Everything of one domain, in order."""

import asyncio
from itertools import chain

from gatepost.auth.published.line import Standing
from gatepost.auth.published.site import Host, Site
from gatepost.auth.published.survey import survey
from gatepost.auth.published.transport import Tlsa
from gatepost.testing.fake_dns import FakeDns

SITE = Site(domain="example.com", hosts=(Host(name="mx1.example.com"), Host(name="mx2.example.com")))


async def lines(dns, site=SITE, keys=None):
    found = await asyncio.gather(*survey(dns, site, keys or {}))
    return list(chain.from_iterable(found))


async def test_every_kind_of_record_is_looked_at():
    kinds = [(line.name, line.type) for line in await lines(FakeDns())]
    assert kinds[0] == ("example.com", "MX")
    assert {kind for _, kind in kinds} == {"MX", "A", "PTR", "TXT", "CERT", "TLSA"}
    assert [name for name, kind in kinds if kind == "TLSA"] == ["_25._tcp.mx1.example.com", "_25._tcp.mx2.example.com"]


async def test_a_gateway_of_the_domains_own_name_has_one_spf_record():
    site = Site(domain="example.com", hosts=(Host(name="example.com"),))
    texts = [line.name for line in await lines(FakeDns(), site) if line.type == "TXT"]
    assert texts.count("example.com") == 1


async def test_with_nobody_to_ask_every_record_is_still_there():
    down = FakeDns()
    down.down = True
    found = await lines(down)
    asked = [line for line in found if line.type != "CERT"]
    assert len(found) > 12 and {line.standing for line in asked} == {Standing.UNKNOWN}


async def test_keys_are_those_of_each_host():
    keys = {"mx1.example.com": Tlsa(("3 1 1 aa",), is_authentic=True)}
    by_name = {line.name: line for line in await lines(FakeDns(), keys=keys) if line.type == "TLSA"}
    assert by_name["_25._tcp.mx1.example.com"].published == ("3 1 1 aa",)
    assert by_name["_25._tcp.mx2.example.com"].note == "no answer: not asked"
