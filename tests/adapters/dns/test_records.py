from ipaddress import ip_address

import dns.message
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.dns import records
from gatepost.adapters.dns.message import HEADER, MessageReader, RecordType, question, read
from gatepost.adapters.dns.names import BadMessage, on_the_wire
from gatepost.ports.dns import MailExchanger
from tests.servers.names import rdata

NAME = "x.test"


def of(kind, *made):
    """What `kind` makes of an answer with these records."""
    response = dns.message.make_response(dns.message.make_query(NAME, kind.type.name))
    if made:
        response.answer = [dns.rrset.from_rdata_list(response.question[0].name, 60, made)]
    asked = question(NAME, on_the_wire(NAME), kind.type)
    return read(response.to_wire(max_size=65535, want_shuffle=False), asked, kind.reading).records


@given(st.ip_addresses(v=4))
def test_ipv4_addresses(ip):
    assert of(records.A, rdata("A", str(ip))) == (ip,)


@given(st.ip_addresses(v=6))
def test_ipv6_addresses(ip):
    assert of(records.AAAA, rdata("AAAA", str(ip))) == (ip_address(str(ip)),)


def test_mail_exchangers_in_lower_case_without_a_final_dot():
    assert of(records.MX, rdata("MX", (10, "MX1.Example.com."))) == (MailExchanger(10, "mx1.example.com"),)


def test_the_null_mx_has_no_host():
    assert of(records.MX, rdata("MX", (0, "."))) == (MailExchanger(0, ""),)


def test_names_of_addresses():
    assert of(records.PTR, rdata("PTR", "Mail.Example.COM")) == ("mail.example.com",)


@given(st.lists(st.binary(max_size=255), min_size=1, max_size=20))
def test_the_strings_of_a_text_are_joined(strings):
    assert of(records.TXT, rdata("TXT", tuple(strings))) == (b"".join(strings),)


def test_a_text_may_be_as_large_as_a_message():
    octets = bytes(range(256)) * 250
    assert of(records.TXT, rdata("TXT", octets)) == (octets,)


def test_a_text_in_more_strings_than_that_needs_is_refused():
    assert of(records.TXT, rdata("TXT", (b"a",) * records.STRINGS)) == (b"a" * records.STRINGS,)
    with pytest.raises(BadMessage, match="strings"):
        of(records.TXT, rdata("TXT", (b"a",) * (records.STRINGS + 1)))


@pytest.mark.parametrize(
    ("kind", "octets"),
    [
        (records.A, b"\1\2\3"),
        (records.A, b"\1" * 16),
        (records.AAAA, b"\1" * 4),
        (records.MX, b"\0\1"),
        (records.MX, b""),
        (records.MX, b"\0\1\1a"),
        (records.MX, b"\0\1\0\0"),
        (records.PTR, b""),
        (records.PTR, b"\1a\0\0"),
        (records.TXT, b"\5abc"),
        (records.TXT, b"\1a\xff"),
    ],
)
def test_NET_11_data_of_another_length_are_refused(kind, octets):
    reader = MessageReader(bytes(HEADER.size) + octets + b"\0" * 8, 0, NAME)
    with pytest.raises(BadMessage):
        kind.reading(reader, HEADER.size, len(octets))


def test_no_strings_are_an_empty_text():
    assert records.text(MessageReader(b"", 0, NAME), 0, 0) == b""


def test_of_a_record_that_is_only_counted_nothing_is_read():
    assert records.nothing(MessageReader(b"", 0, NAME), 99, 99) is None


@pytest.mark.parametrize(
    ("kind", "small", "large"),
    [
        (records.TXT, b"", b"x" * 1000),
        (records.PTR, "a", "a" * 253),
        (records.MX, MailExchanger(1, ""), MailExchanger(1, "a" * 253)),
    ],
)
def test_what_is_longer_weighs_more(kind, small, large):
    assert kind.weight(large) - kind.weight(small) >= 252


def test_only_mail_exchangers_have_a_rank():
    assert records.MX.rank(MailExchanger(7, "a")) == 7
    assert [kind.rank("") for kind in (records.A, records.AAAA, records.TXT, records.PTR)] == [0] * 4
    assert records.A.type is RecordType.A
