"""What engines are told of how a message came: nothing in it begins a line, ends a comment or has no end."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.engines.arrival import LONGEST, MOST_RECIPIENTS, arrival_of
from gatepost.model.address import Address, Domain
from gatepost.model.client_name import ClientName
from gatepost.model.samples import TLS13, found, message

HOSTILE = st.text(
    st.sampled_from('a@.-_[]()<>;,:"\\ \t\r\n\0\x7f\x85\u2028\ud800é\U0001f4a9'), max_size=20
)  # what ends a line, a path or a comment, somewhere


def test_what_is_known_is_told():
    at = message(
        client_ip="192.0.2.9", helo="mx.example.net", tls=TLS13, user="",
        so_far=found(values=(ClientName(("mx1.example.net", "mx2.example.net")),)),
    )  # fmt: skip
    told = arrival_of(at)
    assert (told.ip, told.helo, told.name) == ("192.0.2.9", "mx.example.net", "mx1.example.net")
    assert (told.sender, told.recipients) == ("ann@example.net", ("bob@example.com",))
    assert (told.transaction, told.tls, told.esmtp, told.now) == ("t-1", True, True, at.now)


def test_the_null_sender_has_no_name():
    assert arrival_of(message(sender="")).sender == ""


def test_an_ipv4_client_on_an_ipv6_socket_is_an_ipv4_client():
    assert arrival_of(message(client_ip="::ffff:192.0.2.9")).ip == "192.0.2.9"


def test_what_a_relay_of_ours_said_is_not_told_of_the_client():
    relay = ip_address("10.0.0.1")
    told = arrival_of(message(client_ip="192.0.2.9", relay=relay, helo="relay.example.com", tls=TLS13))
    assert (told.ip, told.helo, told.tls) == ("192.0.2.9", "", False)
    assert arrival_of(message(client_ip="10.0.0.1", relay=relay)).ip == ""


def test_the_first_recipients_are_told():
    many = tuple(f"u{i}@example.com" for i in range(300))
    assert arrival_of(message(recipients=many)).recipients == many[:MOST_RECIPIENTS]


@pytest.mark.parametrize("name", ["a b", "x)", "x\r\ny", "é.example", "x" * 300, "", "[192.0.2.1]", "a_b"])
def test_only_a_helo_that_is_a_name_or_an_address_is_told(name):
    assert arrival_of(message(helo=name)).helo == (name if name in ("[192.0.2.1]", "a_b") else "")


@given(HOSTILE, HOSTILE, HOSTILE)
def test_whatever_a_client_says_no_value_ends_a_line_or_a_path(local, helo, user):
    hostile = Address(local, Domain("example.net"))
    at = message(helo=helo, user=user)
    told = arrival_of(type(at)(**{f: getattr(at, f) for f in at.__struct_fields__} | {"sender": hostile}))
    for value in (told.sender, told.helo, told.user, told.name, told.transaction):
        assert len(value) <= LONGEST and not set(value) & set(" \t\r\n\0<>\x7f\x85\u2028")
        value.encode()
