"""Names of the client, asked forth and back."""

import pytest

from gatepost.checks.client_name import ENOUGH, MOST_NAMES, ClientNameCheck, Config
from gatepost.model.client_name import ClientName
from gatepost.model.samples import connect
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_dns import FakeDns

IP = "192.0.2.99"


async def found(names, ip=IP):
    dns = FakeDns(names)
    report = await ClientNameCheck(Config(), dns)(connect(ip))
    return [finding.code.partition(".")[2] for finding in report.findings], report.value, dns


async def test_a_confirmed_name_is_left_for_later_checks():
    codes, value, _ = await found({IP: {"PTR": ["mx.example.net"]}, "mx.example.net": {"A": [IP, "198.51.100.1"]}})
    assert (codes, value) == ([], ClientName(("mx.example.net",)))


async def test_of_several_names_those_that_are_confirmed_are_left():
    names = {IP: {"PTR": ["a.example", "b.example", "c.example"]}, "b.example": {"A": [IP]}}
    names["c.example"] = {"A": ["198.51.100.1"]}
    codes, value, _ = await found(names)
    assert (codes, value) == ([], ClientName(("b.example",)))


async def test_an_address_without_name_has_a_value_too():
    assert (await found({}))[:2] == (["none"], ClientName())


async def test_a_name_may_be_unconfirmed_and_generic():
    assert (await found({IP: {"PTR": ["dyn-192-0-2-99.provider.example"]}}))[0] == ["unconfirmed", "generic"]


async def test_a_generic_name_beside_one_of_its_own_is_no_evidence():
    names = {IP: {"PTR": ["dyn-7.provider.example", "mx.example.net"]}}
    names |= {name: {"A": [IP]} for name in names[IP]["PTR"]}
    assert (await found(names))[0] == []


async def test_the_generic_name_is_judged_where_only_it_is_confirmed():
    names = {IP: {"PTR": ["dyn-7.provider.example", "mx.example.net"]}, "dyn-7.provider.example": {"A": [IP]}}
    assert (await found(names))[0] == ["generic"]


async def test_ipv6_names_are_confirmed_by_ipv6_addresses():
    ip = "2001:db8::99"
    codes, value, dns = await found({ip: {"PTR": ["mx.example.net"]}, "mx.example.net": {"AAAA": [ip], "A": [IP]}}, ip)
    assert codes == [] and value.confirmed == ("mx.example.net",)
    assert ("A", "mx.example.net") not in dns.asked


async def test_dos_16_many_names_cost_a_bounded_number_of_questions():
    many = [f"h{i}.example" for i in range(500)]
    codes, _, dns = await found({IP: {"PTR": many}})
    assert codes == ["unconfirmed"]
    assert len(dns.asked) == 1 + MOST_NAMES


async def test_three_confirmed_names_are_enough():
    many = [f"mx{i}.example" for i in range(10)]
    _, value, dns = await found({IP: {"PTR": many}} | {name: {"A": [IP]} for name in many})
    assert len(value.confirmed) == ENOUGH and len(dns.asked) == 1 + ENOUGH


async def test_a_name_given_twice_is_asked_once():
    _, _, dns = await found({IP: {"PTR": ["a.example"] * 10}})
    assert len(dns.asked) == 2


async def test_without_an_answer_nothing_is_found():
    with pytest.raises(Unavailable):
        await found({IP: None})
    with pytest.raises(Unavailable):
        await found({IP: {"PTR": ["a.example", "b.example"]}, "a.example": None})


async def test_an_answer_that_is_missing_does_not_matter_where_another_name_is_confirmed():
    names = {IP: {"PTR": ["a.example", "b.example"]}, "a.example": None, "b.example": {"A": [IP]}}
    assert (await found(names))[:2] == ([], ClientName(("b.example",)))


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.0.0.7", "::1", "fe80::1"])
async def test_private_addresses_are_not_asked_about(ip):
    codes, value, dns = await found({}, ip)
    assert (codes, value, dns.asked) == ([], None, [])
