"""What lists are asked for."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.blocklists.names import address_name, domain_names, entry_name, shown_zone


@pytest.mark.parametrize(
    ("ip", "name"),
    [
        ("192.0.2.99", "99.2.0.192"),
        ("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"),
    ],
)
def test_an_address_is_written_backwards(ip, name):
    assert address_name(ip_address(ip)) == name


@given(st.ip_addresses())
def test_it_is_the_name_of_reverse_dns_without_its_end(ip):
    ours, _, _ = ip.reverse_pointer.rpartition(".in-addr.arpa" if ip.version == 4 else ".ip6.arpa")
    assert address_name(ip) == ours


@pytest.mark.parametrize(
    ("domain", "names"),
    [
        ("example.net", ("example.net",)),
        ("a.b.example.co.uk", ("a.b.example.co.uk", "example.co.uk")),
        ("co.uk", ("co.uk",)),
        ("host", ("host",)),
    ],
)
def test_a_domain_is_asked_for_as_it_is_and_as_it_was_registered(domain, names):
    assert domain_names(domain) == names


@pytest.mark.parametrize(
    ("entry", "name"),
    [("127.0.0.2", "2.0.0.127"), ("::ffff:7f00:2", address_name(ip_address("::ffff:127.0.0.2"))), ("test", "test")],
)
def test_an_entry_is_an_address_or_a_domain(entry, name):
    assert entry_name(entry) == name


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("bl.example.org", "bl.example.org"),
        ("abcdefghij0123456789abcdef.zen.dq.example.net", "zen.dq.example.net"),
        ("averylongnamewithoutdigits.example.org", "averylongnamewithoutdigits.example.org"),
        ("bl2024.example.org", "bl2024.example.org"),
    ],
)
def test_a_customers_key_is_not_shown(zone, shown):
    assert shown_zone(zone) == shown
