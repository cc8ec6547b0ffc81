"""The resolver of the tests asks the name server behind it, once."""

import dns.message
import dns.query

from tests.servers.loopback import HOST


def test_it_answers_from_the_name_server_behind_it_and_remembers(start_names, start_unbound):
    names = start_names({"example.test": {"A": ["192.0.2.1"]}, "1.2.0.192.in-addr.arpa": {"PTR": ["example.test"]}})
    unbound = start_unbound(names.port)
    for _ in range(2):
        answer = dns.query.udp(dns.message.make_query("example.test", "A"), HOST, 5, unbound.port)
        assert answer.answer[0][0].address == "192.0.2.1"
    assert names.count("example.test", "A") == 1
    pointer = dns.query.udp(dns.message.make_query("1.2.0.192.in-addr.arpa", "PTR"), HOST, 5, unbound.port)
    assert pointer.answer[0][0].target.to_text() == "example.test."
