"""Values of macros (RFC 7208 §7.2 to §7.4), and that no flood of them costs much."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.spf.errors import BadRecord
from gatepost.auth.spf.expand import Values, expanded_name, expanded_text
from gatepost.auth.spf.macros import macro_string
from gatepost.auth.spf.names import query_name
from gatepost.auth.spf.subject import subject


def values(ip="192.0.2.3", sender="strong-bad@email.example.com", domain="email.example.com", **more):
    of = subject(ip_address(ip), "mx.example.org", sender, receiver="mx.example.net", now=1234567890.7)
    return Values(of, domain, **more)


def text(string, at=None, limit=10_000):
    return expanded_text(macro_string(string, explains=True), at or values(), limit)


def name(string, at=None):
    return expanded_name(macro_string(string), at or values())


@pytest.mark.parametrize(
    ("string", "expected"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
    ],
)
def test_the_examples_of_the_rfc(string, expected):
    assert text(string) == expected


def test_the_ipv6_example_of_the_rfc():
    at = values(ip="2001:db8::cb01")
    nibbles = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
    assert name("%{ir}.%{v}._spf.%{d2}", at) == f"{nibbles}.ip6._spf.example.com"
    assert text("%{c}", at) == "2001:db8::cb01"


def test_the_other_letters():
    assert text("%{h} %{c} %{r} %{t} %{p}") == "mx.example.org 192.0.2.3 mx.example.net 1234567890 unknown"
    assert text("%{p}", values(client_name="mail.example.org")) == "mail.example.org"


def test_parts_are_cut_at_any_of_the_delimiters_and_joined_by_dots():
    at = values(sender="a-b+c,d/e_f=g.h@example.com")
    assert text("%{l-+,/_=}", at) == "a.b.c.d.e.f.g.h"
    assert text("%{l2r+-}", at) == "b.a"
    assert text("%{l2+}", at) == "a-b.c,d/e_f=g.h"


def test_an_upper_case_letter_escapes_all_but_unreserved_characters():
    assert text("%{L}", values(sender="~a&b=c/d-e_f.g é@example.com")) == "~a%26b%3Dc%2Fd-e_f.g%20%C3%A9"
    assert text("%{S}", values(sender="\udce9@example.com")) == "%3F%40example.com"


def test_a_name_beyond_ascii_is_no_name():
    assert name("%{l}.example.com", values(sender="jörg@example.com")) == ""
    assert name("%{L}.example.com", values(sender="jörg@example.com")) == "j%c3%b6rg.example.com"


def test_authn_36_a_name_of_too_many_macros_keeps_its_end():
    at = values(domain="somewhat.long.example.com")
    long = name("foobar." + "%{d}." * 60 + "example.org", at)
    assert len(long) <= 253 and long.endswith("long.example.com.example.org")
    assert not long.startswith(".")


@pytest.mark.parametrize("string", ["%{l1r-}" * 70, "%{L1r-+.,/_=}" * 30, "%{s}" * 100, "%{ir}" * 90])
def test_authn_36_a_flood_of_macros_is_bounded(string):
    at = values(sender="-" * 1000 + "@" + "d" * 63 + ".example.com", ip="2001:db8::1")
    assert len(text(string, at, limit=200)) <= 200
    assert len(name(string, at)) <= 253 or "." not in name(string, at)[-254:]


STRINGS = st.lists(
    st.sampled_from(["a", ".", "x" * 60, "%{d}", "%{l}", "%{ir}", "%{s}", "%{H}", "%{l2r-}", "%%", "%_", "É"]),
    max_size=16,
).map("".join)


@given(STRINGS, st.sampled_from(["a@b.example", "é@b.example", "x-" * 300 + "@b.example", "@b.example", "a.b.c@b"]))
def test_what_is_left_out_could_not_have_counted(string, sender):
    at = values(sender=sender, ip="2001:db8::1")
    try:
        read = macro_string(string)
    except BadRecord:
        assert "É" in string
        return
    whole = expanded_text(read, at, 1_000_000)
    if whole.isascii():
        assert expanded_name(read, at) == query_name(whole) or "." not in query_name(whole)[-254:]
    assert expanded_text(read, at, 50) == whole[:50]
