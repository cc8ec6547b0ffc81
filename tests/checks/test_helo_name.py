"""Where the name in HELO leads."""

import pytest

from gatepost.checks.helo_name import Config, HeloNameCheck
from gatepost.model.client_name import HeloName
from gatepost.model.samples import helo
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_dns import FakeDns
from gatepost.testing.stages import OWN

NAME = "mx.example.net"


async def found(said, names=(), client_ip="192.0.2.99"):
    dns = FakeDns(dict(names))
    report = await HeloNameCheck(Config(), dns, OWN)(helo(said, client_ip=client_ip))
    return [finding.code.partition(".")[2] for finding in report.findings], report.value, dns.asked


async def test_a_name_of_the_client_costs_one_question_and_is_left_for_later_checks():
    assert await found("MX.Example.net", {NAME: {"A": ["192.0.2.99"]}}) == ([], HeloName(NAME, True), [("A", NAME)])


async def test_an_ipv6_client_is_looked_for_among_ipv6_addresses():
    names = {NAME: {"A": ["192.0.2.99"], "AAAA": ["2001:db8::99"]}}
    assert (await found(NAME, names, "2001:db8::99"))[2] == [("AAAA", NAME)]


async def test_a_name_that_is_somebody_elses_is_no_evidence_but_known():
    assert (await found(NAME, {NAME: {"A": ["8.8.8.8"]}}))[:2] == ([], HeloName(NAME, False))


async def test_a_name_that_leads_nowhere():
    assert await found(NAME) == (["unknown"], HeloName(NAME, False), [("A", NAME), ("AAAA", NAME), ("MX", NAME)])


async def test_a_name_that_exists_without_address_or_exchanger_leads_nowhere_too():
    assert (await found(NAME, {NAME: {"TXT": ["hello"]}}))[0] == ["unknown"]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({"A": ["10.0.0.7"]}, ["private"]),
        ({"A": ["127.0.0.1"], "AAAA": ["::1"]}, ["private"]),
        ({"A": ["10.0.0.7"], "AAAA": ["2606:4700::1"]}, []),
        ({"A": ["10.0.0.7", "8.8.8.8"]}, []),
    ],
)
async def test_only_addresses_that_nobody_has_are_evidence(records, expected):
    assert (await found(NAME, {NAME: records}))[0] == expected


async def test_a_private_address_that_is_the_clients_is_none():
    assert (await found(NAME, {NAME: {"A": ["10.0.0.7"]}}, "10.0.0.7"))[0] == []


@pytest.mark.parametrize("said", ["[192.0.2.99]", "printer7", "192.0.2.99", "mx1.example.com", "EXAMPLE.com."])
async def test_what_other_checks_judge_is_not_looked_up(said):
    assert await found(said) == ([], None, [])


async def test_a_name_that_cannot_be_asked_for_does_not_exist():
    assert (await found("a..example.net"))[0] == ["unknown"]


async def test_without_an_answer_nothing_is_found():
    with pytest.raises(Unavailable):
        await found(NAME, {NAME: None})
