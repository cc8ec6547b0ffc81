"""Which of the client's names are its own (RFC 7208 §5.5)."""

from ipaddress import ip_address

import pytest

from gatepost.auth.spf.client_name import ClientNames
from gatepost.auth.spf.limits import SpfLimits
from gatepost.auth.spf.lookups import Lookups
from gatepost.auth.spf.subject import subject
from tests.auth.zone import Zone

MINE = {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]}
HOSTS = {
    "mx.b.example": MINE,
    "b.example": MINE,
    "mx.c.example": MINE,
    "forged.b.example": {"A": ["192.0.2.2"]},
    "silent.b.example": {"TIMEOUT": True},
}


def names_of(*names, ip="192.0.2.1"):
    reverse = ip_address(ip).reverse_pointer
    zone = Zone(HOSTS | {reverse: {"PTR": list(names)} if names else {"TIMEOUT": True}})
    lookups = Lookups(zone, SpfLimits())
    return ClientNames(subject(ip_address(ip), "h.example", "a@b.example"), lookups)


@pytest.mark.parametrize("ip", ["192.0.2.1", "2001:db8::1"])
@pytest.mark.parametrize(
    ("names", "domain", "is_under"),
    [
        (["mx.b.example"], "b.example", True),
        (["b.example"], "b.example", True),
        (["mx.c.example"], "b.example", False),
        (["forged.b.example"], "b.example", False),
        (["silent.b.example", "mx.b.example"], "b.example", True),
        (["nowhere.b.example"], "b.example", False),
        ([], "b.example", False),
    ],
)
async def test_a_name_counts_if_it_leads_back_to_the_client(names, domain, is_under, ip):
    assert await names_of(*names, ip=ip).any_under(domain) is is_under


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (["mx.c.example", "mx.b.example", "b.example"], "b.example"),
        (["mx.c.example", "mx.b.example", "forged.b.example"], "mx.b.example"),
        (["mx.c.example", "forged.b.example"], "mx.c.example"),
        (["forged.b.example", "silent.b.example"], "unknown"),
        ([], "unknown"),
    ],
)
async def test_the_best_name_is_the_domain_itself_else_one_within_it_else_any(names, best):
    assert await names_of(*names).best("b.example") == best


async def test_nothing_is_asked_twice():
    names = names_of("mx.c.example", "forged.b.example", "mx.b.example")
    assert not names.are_known
    assert await names.any_under("b.example") and await names.any_under("b.example")
    assert names.are_known
    assert await names.best("b.example") == "mx.b.example"
    assert names.lookups.asked == 3


async def test_names_that_cannot_match_are_not_asked_for():
    names = names_of("mx.c.example", "mx.d.example")
    assert not await names.any_under("b.example")
    assert names.lookups.asked == 1


async def test_authn_34_no_more_than_ten_names_are_looked_at():
    names = names_of(*[f"n{number}.b.example" for number in range(10)], "mx.b.example")
    assert not await names.any_under("b.example")
    assert names.lookups.asked == 11 and names.lookups.voids == 0
