"""Who gets a recipient's mail, and who may relay."""

from ipaddress import ip_network

import pytest

from gatepost.gateway.routes import DomainRoute, Route, Routes
from gatepost.model.samples import address, mail
from gatepost.testing.fakes import FakeBackend

BACKENDS = {name: FakeBackend(name) for name in ("inside", "other", "out")}
DOMAINS = {"example.com": DomainRoute("inside"), "example.org": DomainRoute("other", 1000, "split")}
FRIENDS = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/32"))


def routes(relay=None, relay_from=()):
    return Routes(DOMAINS, relay, relay_from, BACKENDS)


def test_a_domain_of_ours_goes_to_its_backend_with_what_is_special_about_it():
    assert routes().route(address("bob@example.org"), mail()) == Route(
        "other", address("bob@example.org"), True, 1000, "split"
    )


def test_any_other_domain_is_relaying_and_denied():
    assert routes().route(address("bob@example.net"), mail()) is None
    assert routes().route(address("bob@sub.example.com"), mail()) is None


@pytest.mark.parametrize("local", ["postmaster", "Postmaster"])
def test_the_bare_postmaster_is_that_of_our_first_domain(local):
    assert routes().route(address(local), mail()) == Route("inside", address(f"{local}@example.com"), True)


def test_without_a_domain_of_ours_there_is_no_bare_postmaster():
    nobody = Routes({}, "out", FRIENDS, BACKENDS)
    assert nobody.route(address("postmaster"), mail(client_ip="198.51.100.1")) is None


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ({"client_ip": "198.51.100.9"}, True), ({"client_ip": "2001:db8::9"}, True), ({"user": "ann"}, True),
        ({}, False), ({"client_ip": "2001:db9::9"}, False),
    ],
)  # fmt: skip
def test_listed_networks_and_users_may_relay_and_nobody_else(who, may):
    route = routes("out", FRIENDS).route(address("bob@example.net"), mail(**who))
    assert (route == Route("out", address("bob@example.net"), False)) == may


def test_without_a_relay_nobody_may():
    assert routes(None, FRIENDS).route(address("bob@example.net"), mail(client_ip="198.51.100.9")) is None


def test_every_backend_that_can_be_reached_is_named_once():
    assert [b.name for b in routes("out").backends()] == ["inside", "other", "out"]
    assert [b.name for b in routes().backends()] == ["inside", "other"]
