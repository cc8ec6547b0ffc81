"""The name server of the tests, asked by a client of somebody else: dnspython's."""

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from tests.servers.loopback import HOST
from tests.servers.names import FAULT, TTL, Fault, NameServer, Slow

NAMES = {
    "example.test": {"A": ["192.0.2.1"], "TXT": ["v=spf1 -all", ("two ", "strings")], "MX": [(10, "mx.example.test")]},
    "alias.test": {"CNAME": "example.test", TTL: 7},
    "loop.test": {"CNAME": "loop.test"},
    "large.test": {"TXT": [b"x" * 5000]},
    "*.wild.test": {"A": ["192.0.2.2"]},
    **{f"{fault.name.lower().replace('_', '-')}.test": {"A": ["192.0.2.3"], FAULT: fault} for fault in Fault},
    "slow.test": {"A": ["192.0.2.4"], FAULT: Slow(0.2)},
}


@pytest.fixture(scope="module")
def server():
    with NameServer(NAMES) as server:
        yield server


def ask(server, name, kind="A", by=dns.query.udp, timeout=1.0):
    return by(dns.message.make_query(name, kind, use_edns=0, payload=1232), HOST, timeout, server.port)


def texts(answer):
    return [record.to_text() for rrset in answer.answer for record in rrset]


def test_records_are_said_as_they_were_written_down(server):
    assert texts(ask(server, "Example.test")) == ["192.0.2.1"]
    assert texts(ask(server, "example.test", "TXT")) == ['"v=spf1 -all"', '"two " "strings"']
    assert texts(ask(server, "example.test", "MX")) == ["10 mx.example.test."]


def test_aliases_are_followed_and_each_has_its_ttl(server):
    answer = ask(server, "alias.test")
    assert texts(answer) == ["example.test.", "192.0.2.1"]
    assert [rrset.ttl for rrset in answer.answer] == [7, 300]
    assert texts(ask(server, "loop.test")) == ["loop.test."]


@pytest.mark.parametrize(
    ("name", "kind", "rcode"),
    [("example.test", "AAAA", "NOERROR"), ("test", "A", "NOERROR"), ("nobody.test", "A", "NXDOMAIN")],
)
def test_what_is_not_there_has_a_soa(server, name, kind, rcode):
    answer = ask(server, name, kind)
    assert (dns.rcode.to_text(answer.rcode()), answer.answer, len(answer.authority)) == (rcode, [], 1)


def test_a_wildcard_stands_for_what_is_below_it(server):
    assert texts(ask(server, "a.b.wild.test")) == ["192.0.2.2"]


def test_a_long_answer_is_cut_by_udp_and_whole_by_tcp(server):
    assert ask(server, "large.test", "TXT").flags & dns.flags.TC
    assert len(texts(ask(server, "large.test", "TXT", dns.query.tcp))[0]) > 5000


@pytest.mark.parametrize("fault", ["SERVFAIL", "REFUSED"])
def test_faults_by_code(server, fault):
    assert dns.rcode.to_text(ask(server, f"{fault.lower()}.test").rcode()) == fault


@pytest.mark.parametrize("fault", ["silent", "wrong-id", "wrong-name", "cut", "garbage"])
def test_faults_that_no_client_takes(server, fault):
    with pytest.raises((dns.exception.DNSException, EOFError)):
        ask(server, f"{fault}.test", timeout=0.2)


def test_a_truncated_answer_is_whole_by_tcp_unless_that_is_silent(server):
    assert ask(server, "truncated.test").flags & dns.flags.TC
    assert texts(ask(server, "truncated.test", by=dns.query.tcp)) == ["192.0.2.3"]
    with pytest.raises(dns.exception.Timeout):
        ask(server, "silent-tcp.test", by=dns.query.tcp, timeout=0.2)


def test_a_slow_answer_comes(server):
    with pytest.raises(dns.exception.Timeout):
        ask(server, "slow.test", timeout=0.05)
    assert texts(ask(server, "slow.test")) == ["192.0.2.4"]


def test_questions_are_counted(server):
    before = server.count("wild.test", "TXT")
    ask(server, "wild.test", "TXT")
    ask(server, "wild.test", "A")
    assert server.count("wild.test", "TXT") == before + 1
    assert server.count("wild.test") >= 2


def test_another_one_comes_back_at_the_same_port():
    with NameServer(NAMES) as first:
        port = first.port
    with NameServer(NAMES, port=port) as second:
        assert texts(ask(second, "example.test")) == ["192.0.2.1"]
