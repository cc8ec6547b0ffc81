"""Who is the client behind relays of ours?"""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.gateway.relayed import HOPS, client_behind
from gatepost.model.samples import message

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48"))
BY = b" by relay.example with ESMTP id 1; Mon, 1 Jan 2024 10:00:00 +0000"


def behind(*froms):
    header = b"".join(b"Received: " + text + b"\r\n" for text in froms) + b"Subject: x\r\n"
    found = client_behind(message(header).message, TRUSTED)
    return None if found is None else str(found)


@pytest.mark.parametrize(
    "text",
    [
        b"from mx.example ([203.0.113.5])" + BY,  # ours, and sendmail without a name
        b"from mx.example (unknown [203.0.113.5])" + BY,  # Postfix
        b"from mx.example (host.example [203.0.113.5])\r\n\t(using TLSv1.3)" + BY,
        b"from mx.example (host.example [203.0.113.5] (may be forged))" + BY,  # sendmail
        b"from mx.example\r\n\t(host.example\r\n\t[203.0.113.5])" + BY,
        b"from host.example ([203.0.113.5] helo=mx.example)" + BY,  # Exim
        b"from [203.0.113.5] (helo=mx.example)" + BY,  # Exim, no name found
        b"from [203.0.113.5] (port=4025 helo=mx.example)" + BY,
        b"FROM mx.example (unknown [203.0.113.5])" + BY,
        b"from [192.168.7.7] (unknown [203.0.113.5])" + BY,  # the client's own idea of its address
        b"from [10.0.0.1] ([203.0.113.5])" + BY,
    ],
)
def test_the_relay_says_who_connected_to_it(text):
    assert behind(text) == "203.0.113.5"


def test_an_ipv6_address_is_read():
    assert behind(b"from mx.example ([IPv6:2001:db8:2::7])" + BY) == "2001:db8:2::7"


def test_behind_several_trusted_relays_the_first_address_that_is_none_of_them_is_the_client():
    froms = (b"from a ([10.0.0.1])" + BY, b"from b ([IPv6:2001:db8:1::9])" + BY, b"from c ([203.0.113.5])" + BY)
    assert behind(*froms, b"from d ([198.51.100.1])" + BY) == "203.0.113.5"


@pytest.mark.parametrize(
    "text",
    [
        b"by relay.example; date", b"from mx.example" + BY, b"from mx.example (203.0.113.5)" + BY, b"",
        b"from mx.example ([999.0.0.1])" + BY, b"from mx.example ([::::])" + BY, b"from [203.0.113.5] (unknown)" + BY,
        b"from mx.example (helo=[203.0.113.5])" + BY, b"from mx.example by [203.0.113.5]; date",
        b"fromage ([203.0.113.5])" + BY,
    ],
)  # fmt: skip
def test_what_cannot_be_read_names_nobody(text):
    assert behind(text) is None
    assert behind(b"from a ([10.0.0.1])" + BY, text, b"from c ([203.0.113.5])" + BY) is None


def test_a_message_without_received_names_nobody():
    assert behind() is None


def test_relays_without_end_name_nobody():
    relays = [b"from a ([10.0.0.1])" + BY] * HOPS
    assert behind(*relays, b"from c ([203.0.113.5])" + BY) is None


WORDS = st.lists(
    st.sampled_from([
        b"from ", b"[10.0.0.1]", b"[203.0.113.5]", b"(", b")", b" ", b"\r\n\t", b"helo=", b"unknown ", b"mx.example",
        b";", b" by ",
        b"[IPv6:2001:db8:1::1]", b"10.0.0.1", b"\\", b'"',
    ]), max_size=12,
)  # fmt: skip


@given(st.lists(WORDS.map(b"".join), max_size=4))
def test_nothing_that_a_stranger_writes_below_the_first_field_changes_who_he_is(below):
    strangers = [b"x " + text for text in below]
    assert behind(b"from mx.example (unknown [203.0.113.5])" + BY, *strangers) == "203.0.113.5"


HELOS = st.one_of(
    st.sampled_from([b"[10.0.0.1]", b"[203.0.113.77]", b"[IPv6:2001:db8:1::1]", b"helo=[10.0.0.1]", b"x-10.0.0.1"]),
    st.lists(
        st.sampled_from([b"10.0.0.1", b"[", b"]", b"a", b".", b"-", b":", b"=", b"IPv6:"]), min_size=1, max_size=6
    ).map(b"".join),
)


@given(HELOS, st.sampled_from([b"", b"unknown ", b"host.example "]))
def test_whatever_name_a_client_gives_itself_its_address_is_what_the_relay_saw(helo, name):
    found = behind(b"from " + helo + b" (" + name + b"[203.0.113.5])" + BY, b"from z ([198.51.100.66])" + BY)
    assert found in ("203.0.113.5", None)


@given(st.ip_addresses())
def test_who_is_named_is_never_one_of_the_trusted(ip):
    literal = f"IPv6:{ip}" if ip.version == 6 else str(ip)
    found = behind(f"from mx.example ([{literal}])".encode() + BY)
    trusted = any(ip in network for network in TRUSTED if network.version == ip.version)
    assert found == (None if trusted else str(ip_address(str(ip))))
