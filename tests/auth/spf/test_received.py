"""The Received-SPF field (RFC 7208 §9.1)."""

import re
from email import message_from_bytes
from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.spf.received import received_spf
from gatepost.auth.spf.result import Identity, Spf, SpfResult

RESULT = SpfResult(result=Spf.PASS, domain="b.example", matched=("include:c.example", "ip4:192.0.2.0/24"))
PAIR = rb'[a-z-]+=(?:[A-Za-z0-9!#$%&\'*+/=?^_`{|}~.-]+|"(?:[^"\\\r\n]|\\.)*")'
FIELD = re.compile(rb"Received-SPF: [a-z]+\r\n(?:\t" + PAIR + rb";\r\n)*\t" + PAIR + rb"\r\n")


def field(result=RESULT, ip="192.0.2.1", helo="mx.b.example", sender="a@b.example"):
    return received_spf(result, ip=ip_address(ip), helo=helo, sender=sender, receiver="mx.example.com")


def test_the_field_says_what_was_checked_and_what_matched():
    assert field() == (
        b"Received-SPF: pass\r\n\tclient-ip=192.0.2.1;\r\n"
        b'\tenvelope-from="a@b.example";\r\n\thelo=mx.b.example;\r\n\tidentity=mailfrom;\r\n'
        b'\tmechanism="include:c.example";\r\n\treceiver=mx.example.com\r\n'
    )


def test_an_error_has_its_problem_and_no_mechanism():
    result = SpfResult(result=Spf.PERMERROR, domain="b.example", identity=Identity.HELO, problem="two 'exp' modifiers")
    octets = field(result, ip="2001:db8::1", sender=None)
    assert b'client-ip="2001:db8::1"' in octets and b'envelope-from=""' in octets
    assert octets.endswith(b"\tproblem=\"two 'exp' modifiers\"\r\n")
    assert b"mechanism=default" in octets and b"identity=helo" in octets


@given(*[st.text(st.sampled_from('a.@"\\\r\n\x00;=()<> \té\u202e') | st.characters(), max_size=400)] * 4)
def test_no_value_can_end_itself_or_the_field(helo, sender, term, problem):
    result = SpfResult(result=Spf.FAIL, domain="b.example", matched=(term,), problem=problem)
    octets = field(result, helo=helo, sender=sender)
    assert FIELD.fullmatch(octets)
    assert max(map(len, octets.split(b"\r\n"))) < 998
    parsed = message_from_bytes(octets + b"\r\nbody")
    assert parsed.keys() == ["Received-SPF"] and parsed.get_payload() == "body"
