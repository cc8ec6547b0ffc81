"""Addresses that nobody on the Internet has."""

from ipaddress import ip_address

import pytest

from gatepost.auth.bogons import is_bogon, is_inside

INSIDE = ["10.0.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "127.0.0.1", "169.254.0.1", "::1", "fd00::1",
          "fe80::1", "fec0::1"]  # fmt: skip
NOBODYS = ["0.0.0.0", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
           "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "100::1", "2001:10::1", "2001:db8::1", "3fff::1",
           "ff02::1"]  # fmt: skip
SOMEBODYS = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1", "2001:200::1"]


@pytest.mark.parametrize("ip", INSIDE)
def test_an_address_within_a_site_is_a_bogon_too(ip):
    assert is_inside(ip_address(ip)) and is_bogon(ip_address(ip))


@pytest.mark.parametrize("ip", NOBODYS)
def test_an_address_that_no_host_has_is_a_bogon(ip):
    assert is_bogon(ip_address(ip)) and not is_inside(ip_address(ip))


@pytest.mark.parametrize("ip", SOMEBODYS)
def test_any_other_address_is_none(ip):
    assert not is_bogon(ip_address(ip))


@pytest.mark.parametrize(("ip", "expected"), [("::ffff:10.0.0.1", True), ("::ffff:8.8.8.8", False)])
def test_an_ipv4_address_wrapped_in_ipv6_is_that(ip, expected):
    assert is_bogon(ip_address(ip)) is expected
