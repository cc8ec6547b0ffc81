"""Whether somebody could answer."""

import pytest

from gatepost.checks.sender_domain import MOST_EXCHANGERS, Config, SenderDomain
from gatepost.model.samples import mail
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_dns import FakeDns
from gatepost.testing.stages import OWN

DOMAIN = "example.net"
PUBLIC = "8.8.8.8"


async def found(names, sender="ann@example.net", **more):
    dns = FakeDns(names)
    check = SenderDomain(Config(**more.pop("config", {})), dns, OWN)
    report = await check(mail(sender, **more))
    return [finding.code.partition(".")[2] for finding in report.findings], dns.asked


def exchangers(*hosts, **addresses):
    """example.net has these exchangers; by `mx1="…"` their addresses."""
    names = {DOMAIN: {"MX": [(10 * i, f"{host}.example.net") for i, host in enumerate(hosts)]}}
    for host, text in addresses.items():
        four, six = ([ip for ip in text.split() if (":" in ip) is colon] for colon in (False, True))
        names[f"{host}.example.net"] = {"A": four, "AAAA": six}
    return names


async def test_a_domain_whose_exchanger_can_be_reached_costs_two_questions():
    codes, asked = await found(exchangers("mx1", "mx2", mx1=PUBLIC, mx2="10.0.0.1"))
    assert (codes, asked) == ([], [("MX", DOMAIN), ("A", "mx1.example.net")])


async def test_a_domain_that_does_not_exist():
    assert await found({}) == (["unknown"], [("MX", DOMAIN), ("A", DOMAIN), ("AAAA", DOMAIN)])


async def test_a_domain_above_others_exists():
    assert (await found({"www.example.net": {"A": [PUBLIC]}}))[0] == ["no_mail"]


@pytest.mark.parametrize("records", [{"A": [PUBLIC]}, {"AAAA": ["2606:4700::1"]}])
async def test_an_address_does_as_well_as_an_exchanger(records):
    assert (await found({DOMAIN: records}))[0] == []


async def test_null_mx_is_told_apart():
    assert (await found({DOMAIN: {"MX": [(0, "")], "A": [PUBLIC]}}))[0] == ["null_mx"]


async def test_null_mx_beside_an_exchanger_is_a_mistake_and_does_not_count():
    names = exchangers("mx1", mx1=PUBLIC)
    names[DOMAIN]["MX"].append((0, ""))
    assert (await found(names))[0] == []


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (exchangers("mx1", mx1="10.0.0.1"), ["bogon"]),
        (exchangers("mx1", "mx2", mx1="127.0.0.1", mx2="192.0.2.1 ff02::1"), ["bogon"]),
        (exchangers("mx1", "mx2", mx1="127.0.0.1"), ["bogon"]),
        (exchangers("mx1", "mx2", mx1="127.0.0.1", mx2="2606:4700::1"), []),
        (exchangers("mx1"), []),
        ({DOMAIN: {"A": ["127.0.0.1"]}}, ["bogon"]),
        ({DOMAIN: {"A": ["0.0.0.0"], "AAAA": ["2606:4700::1"]}}, []),
    ],
)
async def test_exchangers_without_an_address_on_the_internet_are_evidence(names, expected):
    assert (await found(names))[0] == expected


async def test_and_more_than_evidence_where_the_settings_are_strict():
    names = exchangers("mx1", mx1="10.0.0.1")
    assert (await found(names, config={"strict": True}))[0] == ["unreachable"]
    assert (await found(exchangers("mx1", mx1=PUBLIC), config={"strict": True}))[0] == []


async def test_an_exchanger_without_an_answer_leaves_it_open():
    names = exchangers("mx1", "mx2", mx1="10.0.0.1") | {"mx2.example.net": None}
    assert (await found(names))[0] == []


async def test_dos_16_many_exchangers_cost_a_bounded_number_of_questions():
    hosts = [f"mx{i}" for i in range(100)]
    codes, asked = await found(exchangers(*hosts, **dict.fromkeys(hosts, "10.0.0.1")))
    assert codes == ["bogon"]
    assert len(asked) == 1 + 2 * MOST_EXCHANGERS


@pytest.mark.parametrize("sender", ["", "bob@example.com", "root@mx1.example.com", "ann@[192.0.2.1]", "postmaster"])
async def test_who_has_no_domain_or_one_of_ours_is_not_looked_up(sender):
    assert await found({}, sender) == ([], [])


async def test_who_has_logged_in_is_not_looked_up():
    assert await found({}, user="ann") == ([], [])


@pytest.mark.parametrize("names", [{DOMAIN: None}])
async def test_without_an_answer_nothing_is_found(names):
    with pytest.raises(Unavailable):
        await found(names)
