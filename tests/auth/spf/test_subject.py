"""The arguments of check_host()."""

from ipaddress import ip_address

import pytest

from gatepost.auth.spf.subject import subject
from gatepost.model.address import Address, Domain

IP = ip_address("192.0.2.1")


@pytest.mark.parametrize(
    ("sender", "local", "domain"),
    [
        ("a@example.com", "a", "example.com"),
        (Address("A", Domain("example.com")), "A", "example.com"),
        (Address('"a@b"', Domain("example.com")), '"a@b"', "example.com"),
        ('"a@b"@example.com', '"a@b"', "example.com"),
        ("a@Example.COM.", "a", "example.com"),
        ("@example.com", "postmaster", "example.com"),
        ("example.com", "postmaster", "example.com"),
        (Address("postmaster", Domain("")), "postmaster", ""),
        (None, "postmaster", "mx.example.org"),
        ("", "postmaster", "mx.example.org"),
    ],
)
def test_a_sender_has_a_local_part_and_a_domain_by_default_those_of_the_helo_name(sender, local, domain):
    found = subject(IP, "MX.example.org", sender)
    assert (found.local, found.domain, found.helo) == (local, domain, "MX.example.org")


def test_an_ipv4_client_is_one_over_ipv6_too():
    found = subject(ip_address("::ffff:192.0.2.1"), "h", "a@b.example")
    assert (found.ip, found.number) == (IP, int(IP))
    assert subject(ip_address("2001:db8::1"), "h", "a@b.example").ip.version == 6
