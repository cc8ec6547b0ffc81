"""Records as a zone file has them: read back by a stranger's parser."""

import dns.rdatatype
import dns.zone
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.published.line import Line
from gatepost.auth.published.zone import quoted, zone


def line(name, kind, *wanted, note=""):
    return Line(name=name, type=kind, wanted=wanted, why="It matters.", note=note)


LINES = (
    line("example.com", "MX", "10 mx1.example.com.", "10 mx2.example.com."),
    line("mx1.example.com", "A", "192.0.2.25"),
    line("example.com", "TXT", "v=spf1 mx -all"),
    line("_25._tcp.mx1.example.com", "TLSA", "3 1 1 " + "ab" * 32),
    line("mx1.example.com", "CERT", "mx1.example.com"),
    line("(selector)._domainkey.example.com", "TXT", note="Name the selector."),
)


def test_a_zone_file_is_read_by_others():
    head = "$TTL 300\nexample.com. IN SOA ns postmaster 1 2 3 4 5\nexample.com. IN NS ns\n"
    read = dns.zone.from_text(head + "\n".join(zone(LINES)), origin="example.com.", relativize=False)
    assert len(read.find_rrset("example.com.", "MX")) == 2
    assert read.find_rrset("example.com.", "TXT")[0].strings == (b"v=spf1 mx -all",)
    assert read.find_rrset("_25._tcp.mx1.example.com.", "TLSA")[0].usage == 3


def test_what_only_its_owner_can_say_is_a_comment():
    assert list(zone(LINES))[-1] == "; (selector)._domainkey.example.com IN TXT: Name the selector."


def test_a_certificate_is_no_record():
    assert not [text for text in zone(LINES) if "CERT" in text]


@pytest.mark.parametrize("text", ["", "a", "x" * 255, "x" * 256, 'a "b" \\ c;'])
def test_a_text_is_the_same_when_its_strings_are_joined(text):
    record = dns.rdata.from_text("IN", "TXT", quoted(text))
    assert b"".join(record.strings) == text.encode()


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=600))
def test_any_text_is(text):
    assert b"".join(dns.rdata.from_text("IN", "TXT", quoted(text)).strings) == text.encode()
