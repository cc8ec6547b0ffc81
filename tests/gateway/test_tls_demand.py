"""Who may not send in clear."""

from ipaddress import ip_address

import pytest

from gatepost.gateway.listener_settings import TlsSettings
from gatepost.gateway.tls_demand import TlsDemand
from gatepost.model.samples import address

CLIENT, FRIEND = ip_address("192.0.2.99"), ip_address("198.51.100.9")
ANN = address("ann@example.net")
PAIR = {"certificates": [{"certificate": "/c.pem", "key": "/k.pem"}]}


def demand(**settings):
    return TlsDemand(TlsSettings.model_validate({**PAIR, **settings}))


def test_of_everybody():
    assert demand(required=True).holds(CLIENT, None)


def test_of_nobody():
    assert not demand().holds(CLIENT, ANN)


def test_of_a_network():
    networks = demand(required_from=["198.51.100.0/24", "2001:db8::/32"])
    assert networks.holds(FRIEND, ANN) and not networks.holds(CLIENT, ANN)
    assert networks.holds(ip_address("2001:db8::1"), None)


@pytest.mark.parametrize(
    ("sender", "held"),
    [
        ("a@bank.example", True), ("a@www.bank.example", False), ("a@shop.example", True), ("a@x.shop.example", True),
        ("a@y.x.shop.example", True), ("a@workshop.example", False), ("a@example", False),
    ],
)  # fmt: skip
def test_of_a_sender_domain_and_with_a_dot_of_its_subdomains(sender, held):
    listed = demand(required_sender_domains=["bank.example", ".shop.example"])
    assert listed.holds(CLIENT, address(sender)) == held


def test_the_null_sender_is_of_no_domain():
    assert not demand(required_sender_domains=["bank.example"]).holds(CLIENT, None)
