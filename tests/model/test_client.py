"""Whom counts take for one client."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.client import client_of, network_of


@pytest.mark.parametrize(
    ("ip", "client", "network"),
    [
        ("192.0.2.99", "192.0.2.99", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
    ],
)
def test_client_and_network(ip, client, network):
    assert (client_of(ip_address(ip)), network_of(ip_address(ip))) == (client, network)


@given(st.ip_addresses())
def test_everybody_lies_in_his_own_network(ip):
    assert ip in ip_network(client_of(ip)) and ip in ip_network(network_of(ip))
