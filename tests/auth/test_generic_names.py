"""Names that providers make from addresses, and names that people give."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.generic_names import is_generic

GENERIC = [
    "192-0-2-99.provider.example",
    "99.2.0.192.in.provider.example",
    "host-192.0.2.99.provider.example",
    "p192000002099.provider.example",
    "pC0000263.provider.example",
    "h630200c0.provider.example",
    "ip192-0-2-99.eu.provider.example",
    "ec2-192-0-2-99.compute.provider.example",
    "cpe-2-99-192-0.provider.example",
    "dyn-7.provider.example",
    "adsl17.provider.example",
    "17.pool.customers.provider.example",
    "dhcp-1-2.provider.example",
]
GIVEN = [
    "mx1.example.net",
    "mail-192-0-2-99.example.net",
    "static-192-0-2-99.provider.example",
    "a2-99.smtp-out.example.net",
    "o1.ptr99.example.net",
    "web-2-99.example.net",
    "pool.example.net",
    "dynamic-thinking.example",
    "dsl.example",
    "dyn-7.example",
    "mta-70-41-23.example.net",
    "",
]


@pytest.mark.parametrize("name", GENERIC)
def test_a_name_made_from_the_address_or_for_a_pool_is_generic(name):
    assert is_generic(name.lower(), ip_address("192.0.2.99"))


@pytest.mark.parametrize("name", GIVEN)
def test_a_name_that_somebody_gave_is_not(name):
    assert not is_generic(name, ip_address("192.0.2.99"))


def test_an_address_without_separators_is_found_where_its_digits_are_no_accident():
    assert is_generic("h203011312.provider.example", ip_address("203.0.113.12"))
    assert not is_generic("h1234.provider.example", ip_address("1.2.3.4"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2001-db8-0-0-a-b-c-d.provider.example", False),
        ("2001-db8--a-b-c-d.provider.example", True),
        ("000a000b000c000d.provider.example", True),
        ("000a-000b-000c-000d.v6.provider.example", True),
        ("d.0.0.0.c.0.0.0.b.0.0.0.a.0.0.0.provider.example", True),
        ("mx6.example.net", False),
    ],
)
def test_ipv6(name, expected):
    assert is_generic(name, ip_address("2001:db8::a:b:c:d")) is expected


def test_a_very_short_ipv6_address_is_in_no_name():
    assert not is_generic("host1.provider.example", ip_address("::1"))


PIECES = st.lists(
    st.sampled_from(["192", "0", "2", "99", "-", ".", "dyn", "mx", "pool", "c0000263", "9" * 400, "a" * 300, "²", "x"]),
    max_size=30,
).map("".join)


@given(PIECES, st.sampled_from(["192.0.2.99", "2001:db8::99"]))
def test_any_name_is_judged_without_an_error(name, ip):
    assert is_generic(name, ip_address(ip)) in (True, False)
