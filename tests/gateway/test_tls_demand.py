from ipaddress import ip_address

import pytest
from pydantic import ValidationError

from gatepost.gateway.tls_demand import TlsDemand
from gatepost.gateway.tls_settings import TlsSettings
from gatepost.syntax.address import address

PAIR = {"certificates": [{"certificate": "/etc/gatepost/tls.crt", "key": "/etc/gatepost/tls.key"}]}
ANYBODY = ip_address("192.0.2.1")


def demand(**settings):
    return TlsDemand(TlsSettings.model_validate({**PAIR, **settings}))


def test_required_holds_for_everybody_even_for_the_null_sender():
    assert demand(required=True).holds(ANYBODY, None)


@pytest.mark.parametrize(
    ("client", "holds"),
    [("192.0.2.1", True), ("192.0.3.1", False), ("2001:db8::1", True), ("2001:db9::1", False)],
)
def test_a_network_holds_for_its_clients(client, holds):
    listed = demand(required_from=["192.0.2.0/24", "2001:db8::/32"])
    assert listed.holds(ip_address(client), None) is holds


@pytest.mark.parametrize(
    ("sender", "holds"),
    [
        ("ann@bank.example", True),
        ("ann@BANK.example", True),
        ("ann@mail.bank.example", False),
        ("ann@shop.example", True),
        ("ann@mail.shop.example", True),
        ("ann@a.b.c.shop.example", True),
        ("ann@notshop.example", False),
        ("ann@shop.example.evil.test", False),
        ("ann@example", False),
        ("ann@bücher.example", True),
        ("ann@xn--bcher-kva.example", True),
        ("ann@[192.0.2.1]", False),
    ],
)
def test_a_domain_holds_for_itself_and_behind_a_dot_for_its_subdomains_too(sender, holds):
    listed = demand(required_sender_domains=["bank.example", ".shop.example", "Bücher.example"])
    assert listed.holds(ANYBODY, address(sender)) is holds


def test_the_null_sender_is_of_no_domain():
    assert not demand(required_sender_domains=[".bank.example"]).holds(ANYBODY, None)


def test_a_long_domain_costs_little():
    name = ".".join(["a"] * 120)
    assert not demand(required_sender_domains=[".bank.example"]).holds(ANYBODY, address(f"ann@{name}"))


@pytest.mark.parametrize("name", ["", ".", "@bank.example", "*.bank.example", "bank..example", "ann@bank.example"])
def test_what_is_no_domain_is_refused_with_what_would_be_right(name):
    with pytest.raises(ValidationError, match=r"is no domain .*write one such as"):
        TlsSettings.model_validate({**PAIR, "required_sender_domains": [name]})
