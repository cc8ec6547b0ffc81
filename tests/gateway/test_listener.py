"""What all sessions of a listener share: the greeting, what EHLO offers, the date."""

from ipaddress import ip_address

import pytest
from msgspec import structs

from gatepost.gateway.listener import SIZE_MARGIN
from gatepost.gateway.routes import DomainRoute
from gatepost.model.reply import Reply
from gatepost.ports.backend import Extensions
from gatepost.testing.fakes import FakeBackend
from tests.gateway.house import House

MIB = 1024 * 1024
CLIENT = ip_address("192.0.2.99")


def offered(house, tls_active=False):
    return house.listener.terms(tls_active=tls_active).offer


def two(one, other):
    backends = {"a": FakeBackend("a"), "b": FakeBackend("b")}
    backends["a"].offers, backends["b"].offers = one, other
    return House(backends=backends, domains={"example.com": DomainRoute("a"), "example.org": DomainRoute("b")})


ALL = Extensions(size=None, eight_bit_mime=True, smtputf8=True, dsn=True)


@pytest.mark.parametrize("name", ["eight_bit_mime", "smtputf8", "dsn"])
def test_an_extension_is_offered_only_if_every_backend_offers_it(name):
    assert getattr(offered(two(ALL, ALL)), name)
    assert not getattr(offered(two(ALL, structs.replace(ALL, **{name: False}))), name)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [(None, 35 * MIB), (100 * MIB, 35 * MIB), (10 * MIB, 10 * MIB - SIZE_MARGIN), (0, 35 * MIB), (1000, 35 * MIB)],
)
def test_the_size_is_the_least_of_ours_and_theirs_less_room_for_our_header(theirs, ours):
    assert offered(two(ALL, structs.replace(ALL, size=theirs))).size == ours


def test_a_backend_that_begins_to_offer_less_is_believed_at_once():
    house = House()
    assert offered(house).smtputf8
    house.backend.offers = Extensions(size=5 * MIB)
    assert not offered(house).smtputf8 and offered(house).size == 5 * MIB - SIZE_MARGIN


def test_what_does_not_change_is_not_made_again():
    house = House()
    assert house.listener.terms(tls_active=False) is house.listener.terms(tls_active=False)


def test_without_certificates_starttls_is_not_offered():
    assert not offered(House()).starttls and not offered(House(), tls_active=True).starttls


def test_starttls_is_offered_in_clear_and_only_by_a_listener_of_that_mode():
    house = House()
    house.listener.tls = object()
    house.backend.offers = Extensions()  # so that the terms are made again
    assert offered(house).starttls and not offered(house, tls_active=True).starttls


@pytest.mark.parametrize(("banner", "said"), [("ESMTP", "mx.example.com ESMTP"), ("", "mx.example.com")])
def test_the_greeting_is_the_host_and_the_banner(banner, said):
    assert House(listener={"banner": banner}).listener.greeting.reply == Reply(220, "", said)


def test_the_date_is_made_once_a_second():
    listener = House().listener
    first = listener.date(1704103200.1)
    assert first == "Mon, 1 Jan 2024 10:00:00 +0000" and listener.date(1704103200.9) is first
    assert listener.date(1704103201.0) == "Mon, 1 Jan 2024 10:00:01 +0000"


@pytest.mark.parametrize(
    ("policies", "normalizes"),
    [
        ({}, False), ({"bare_lf": "normalize"}, True), ({"bare_lf_from": ["192.0.2.0/24"]}, True),
        ({"bare_lf_from": ["2001:db8::/32", "198.51.100.0/24"]}, False),
    ],
)  # fmt: skip
def test_whose_bare_line_feeds_are_mended(policies, normalizes):
    assert House(listener={"policies": policies}).listener.normalizes(CLIENT) == normalizes


@pytest.mark.parametrize(("role", "outside"), [("inbound", True), ("submission", False), ("internal", False)])
def test_strangers_come_to_an_inbound_listener(role, outside):
    assert House(listener={"role": role}).listener.is_outside == outside
