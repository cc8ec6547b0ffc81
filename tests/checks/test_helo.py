"""What a client calls itself, beyond the worked examples."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.checks.helo import Config, Helo
from gatepost.model.samples import helo
from gatepost.ports.own_names import OwnNames

OWN = OwnNames(
    "mx1.example.com", frozenset({"example.com"}), frozenset(map(ip_address, ("198.51.100.25", "2001:db8::25")))
)
CHECK = Helo(Config(), OWN)


def codes(name, client_ip="192.0.2.99"):
    return [finding.code.partition(".")[2] for finding in CHECK(helo(name, client_ip=client_ip)).findings]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mx1.EXAMPLE.com.", ["own_name"]),
        ("mail.example.com", []),
        ("mx1.example.com.evil.example", []),
        ("[IPv6:2001:db8::25]", ["own_address"]),
        ("[ipv6:2001:DB8:0::25]", ["own_address"]),
        ("[IPv6:::1]", ["loopback"]),
        ("[127.8.8.8]", ["loopback"]),
        ("[IPv6:::ffff:127.0.0.1]", ["loopback"]),
        ("[IPv6:::ffff:198.51.100.25]", ["own_address"]),
        ("[192.0.2.99]", []),
        ("[10.0.0.1]", ["literal_differs"]),
        ("[tag:anything]", []),
        ("127.0.0.1", ["bare_ip"]),
        ("2001:db8::7", ["bare_ip"]),
        ("localhost", ["localhost"]),
        ("LOCALHOST.localdomain", ["localhost"]),
        ("host7", ["single_label"]),
        ("a.b.c.4", []),
        ("under_score.example.net", []),
    ],
)
def test_proto_02_and_03(name, expected):
    assert codes(name) == expected


def test_who_comes_from_loopback_may_say_so():
    assert codes("[127.0.0.1]", client_ip="127.0.0.1") == []


@given(
    st.lists(st.sampled_from(["[", "]", "IPv6:", ":", ".", "1", "255", "a", "example", "::", "-"]), max_size=10).map(
        "".join
    )
)
def test_any_name_is_judged_without_an_error(name):
    assert len(codes(name)) <= 2
