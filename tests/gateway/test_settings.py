"""Values of `[gateway]` and `[domains]` are parsed at the edge; what is wrong is told with what would be right."""

import contextlib
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.gateway.settings import (
    DomainSettings,
    Endpoint,
    GatewaySettings,
    endpoint,
    field_prefix,
    hostname,
    mailbox,
    network,
)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("0.0.0.0:25", Endpoint("0.0.0.0", 25)),
        ("[::]:25", Endpoint("::", 25)),
        ("[2001:DB8:0::1]:587", Endpoint("2001:db8::1", 587)),
        ("127.0.0.1:0", Endpoint("127.0.0.1", 0)),
    ],
)
def test_an_endpoint_is_an_address_and_a_port(text, parsed):
    assert endpoint(text) == parsed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("25", 'has no port: write "address:port"'),
        ("0.0.0.0:", "has no port"),
        ("0.0.0.0:65536", "has no port"),
        ("0.0.0.0:+5", "has no port"),
        ("mx1.example.com:25", 'has no IP address before the port: write "0.0.0.0:25"'),
        (":25", "has no IP address"),
        ("::1:25", "stands in brackets"),
        ("[127.0.0.1]:25", "an IPv4 address does not"),
        (25, "takes a string"),
    ],
)
def test_what_is_no_endpoint_is_refused_with_the_right_form(text, said):
    with pytest.raises(ValueError, match=said.replace("[", r"\[")):
        endpoint(text)


@given(st.ip_addresses(), st.integers(0, 65_535))
def test_an_endpoint_reads_back_as_it_is_written(address, port):
    written = Endpoint(str(address), port)
    assert endpoint(str(written)) == written


@given(st.lists(st.sampled_from(["1", "[", "]", ":", ".", "::", "a", " "]), max_size=8).map("".join))
def test_whatever_is_written_is_an_endpoint_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        assert endpoint(str(endpoint(text))) == endpoint(text)


@pytest.mark.parametrize("text", ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1", "::/0"])
def test_a_network_is_read(text):
    assert network(text) == ip_network(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10.0.0.1/8", 'is an address with a prefix length: write "10.0.0.0/8"'),
        ("10.0.0.0/33", "is no network"),
        ("example.com", "is no network"),
        (7, "takes a network in a string"),
    ],
)
def test_what_is_no_network_is_refused_with_the_right_form(text, said):
    with pytest.raises(ValueError, match=said):
        network(text)


@pytest.mark.parametrize(
    ("text", "name"), [("MX1.Example.COM", "mx1.example.com"), ("bücher.example", "xn--bcher-kva.example")]
)
def test_a_host_name_has_one_spelling(text, name):
    assert hostname(text) == name


@pytest.mark.parametrize("text", ["mx1", "[192.0.2.1]", "a_b.example.com", "mx1.example.com.", "", "a b.example"])
def test_what_is_no_full_host_name_is_refused(text):
    with pytest.raises(ValueError, match="write"):
        hostname(text)


def test_a_mailbox_is_checked():
    assert mailbox("Ann@Example.com") == "Ann@example.com"
    with pytest.raises(ValueError, match=r'write one such as "postmaster@example\.com"'):
        mailbox("postmaster")


@pytest.mark.parametrize(("text", "prefix"), [("X-Gateway", "X-Gateway"), ("X-Our-", "X-Our")])
def test_a_prefix_of_header_fields_is_read(text, prefix):
    assert field_prefix(text) == prefix


@pytest.mark.parametrize("text", ["", "X Gateway", "X-Gateway:", "-X", "X" * 42, "X-Gäteway"])
def test_what_cannot_begin_a_header_field_is_refused(text):
    with pytest.raises(ValueError, match="cannot begin a header field"):
        field_prefix(text)


@pytest.mark.parametrize(("written", "delimiter"), [(False, ""), (True, "+"), ("-", "-"), ("", "")])
def test_sub_addressing_is_a_delimiter(written, delimiter):
    settings = DomainSettings.model_validate({"backend": "b", "recipients": "any", "subaddressing": written})
    assert settings.subaddressing == delimiter


@pytest.mark.parametrize("written", [1, "++", "@", " "])
def test_what_is_no_delimiter_is_refused(written):
    with pytest.raises(ValueError, match="takes false, true"):
        DomainSettings.model_validate({"backend": "b", "recipients": "any", "subaddressing": written})


def test_sub_addressing_is_off_by_default():
    assert DomainSettings(backend="b", recipients="any").subaddressing == ""


def test_the_gateway_needs_only_its_name():
    settings = GatewaySettings.model_validate({"hostname": "mx1.example.com"})
    assert (settings.workers, settings.user, settings.header_prefix) == (None, None, "X-Gateway")
    assert settings.alarms.mail_to == ()
