"""Which directive matches, beyond the suites: AUTHN-34, AUTHN-35, AUTHN-37, AUTHN-39."""

from ipaddress import ip_address

import pytest

from gatepost.auth.spf.check import check_host
from gatepost.auth.spf.limits import SpfLimits
from gatepost.auth.spf.result import Spf
from tests.auth.zone import Zone


async def check(record, more=(), ip="192.0.2.1", sender="a@b.example", **limits):
    zone = Zone({"b.example": {"TXT": [record]}} | dict(more))
    found = await check_host(
        zone, ip_address(ip), "h.example", sender, receiver="", now=0.0, limits=SpfLimits(**limits)
    )
    assert found.lookups >= len(zone.asked)
    return found


def texts(**records):
    return {f"{name}.example": {"TXT": [record]} for name, record in records.items()}


async def test_the_first_directive_that_matches_decides():
    found = await check("v=spf1 -ip4:192.0.2.2 ?ip4:192.0.2.0/24 +all")
    assert (found.result, found.matched, found.width) == (Spf.NEUTRAL, ("?ip4:192.0.2.0/24",), 24)
    assert found.mechanism == "?ip4:192.0.2.0/24"


async def test_without_a_match_it_is_neutral_and_says_so():
    found = await check("v=spf1 ip4:192.0.2.2")
    assert (found.result, found.matched, found.mechanism, found.width) == (Spf.NEUTRAL, (), "default", None)


async def test_an_include_shows_what_matched_within():
    more = texts(c="v=spf1 ?ip4:192.0.2.9 include:d.example -all", d="v=spf1 ip4:192.0.2.0/28 -all")
    found = await check("v=spf1 ~include:c.example -all", more)
    assert (found.result, found.width) == (Spf.SOFTFAIL, 28)
    assert found.matched == ("~include:c.example", "include:d.example", "ip4:192.0.2.0/28")


@pytest.mark.parametrize("inner", ["-all", "~all", "?all", "ip4:192.0.2.9"])
async def test_an_include_matches_only_by_pass(inner):
    assert (await check("v=spf1 include:c.example ?all", texts(c=f"v=spf1 {inner}"))).matched == ("?all",)


async def test_an_include_follows_the_redirect_of_what_it_includes():
    more = texts(c="v=spf1 redirect=d.example", d="v=spf1 +all")
    assert (await check("v=spf1 include:c.example -all", more)).matched == ("include:c.example", "+all")


@pytest.mark.parametrize("term", ["include:c.example", "redirect=c.example"])
@pytest.mark.parametrize(
    ("more", "result", "problem"),
    [
        ({}, Spf.PERMERROR, "c.example: the domain does not exist"),
        (texts(c="other"), Spf.PERMERROR, "c.example: the domain has no SPF record"),
        (texts(c="v=spf1 moo"), Spf.PERMERROR, "no such mechanism: 'moo' at c.example"),
        ({"c.example": {"TXT": ["v=spf1", "v=spf1"]}}, Spf.PERMERROR, "2 SPF records at c.example"),
        ({"c.example": {"TIMEOUT": True}}, Spf.TEMPERROR, "no answer from DNS for c.example"),
    ],
)
async def test_the_other_record_has_to_be_sound(term, more, result, problem):
    found = await check(f"v=spf1 {term}", more)
    assert found.result is result and found.problem.endswith(problem)
    assert found.matched == () and found.width is None


async def test_a_redirect_changes_the_domain_and_an_include_does_not_change_it_for_good():
    more = texts(c="v=spf1 exists:%{d}.x.example -all", d="v=spf1 -all") | {"c.example.x.example": {"A": ["127.0.0.2"]}}
    assert (await check("v=spf1 redirect=c.example", more)).result is Spf.PASS
    more = texts(c="v=spf1 ip4:192.0.2.9") | {"b.example.x.example": {"A": ["127.0.0.2"]}}
    assert (await check("v=spf1 include:c.example exists:%{d}.x.example -all", more)).result is Spf.PASS


@pytest.mark.parametrize(
    ("record", "lookups"),
    [
        ("v=spf1 redirect=b.example", 11),
        ("v=spf1 include:b.example", 11),
        ("v=spf1 include:%{d} -all", 11),
        ("v=spf1 include:b.example include:b.example", 11),
        ("v=spf1 include:c.example", 11),
    ],
)
async def test_authn_35_a_loop_ends_with_the_limit(record, lookups):
    found = await check(record, texts(c="v=spf1 redirect=b.example"))
    assert (found.result, found.lookups) == (Spf.PERMERROR, lookups)
    assert found.problem == "more than 10 terms that ask DNS"


async def test_authn_35_a_loop_through_ever_new_names_ends_too():
    class Endless(Zone):
        async def txt(self, name):
            self.names[name] = {"TXT": ["v=spf1 include:x.%{d} -all"]}
            return await super().txt(name)

    found = await check_host(Endless({}), ip_address("192.0.2.1"), "h.example", "a@b.example", receiver="", now=0.0)
    assert (found.result, found.lookups) == (Spf.PERMERROR, 11)


async def test_authn_34_ten_terms_may_ask_and_no_eleventh():
    assert (await check("v=spf1 " + "a " * 10 + "-all", {"b.example": {"TXT": ["v=spf1"]}})).result is Spf.NEUTRAL
    more = {"c.example": {"A": ["192.0.2.9"]}}
    assert (await check("v=spf1 " + "a:c.example " * 10 + "-all", more)).result is Spf.FAIL
    assert (await check("v=spf1 " + "a:c.example " * 11 + "-all", more)).result is Spf.PERMERROR


async def test_authn_34_two_answers_may_be_void_and_no_third():
    assert (await check("v=spf1 a:c.example mx:c.example -all")).result is Spf.FAIL
    found = await check("v=spf1 a:c.example mx:c.example exists:c.example -all")
    assert (found.result, found.problem) == (Spf.PERMERROR, "more than 2 answers without records")
    assert (await check("v=spf1 a:c.example mx:c.example exists:c.example -all", voids=3)).result is Spf.FAIL


async def test_authn_34_exchangers_without_an_address_are_void_answers():
    more = {"c.example": {"MX": [[n, f"n{n}.example"] for n in range(3)]}}
    assert (await check("v=spf1 mx:c.example -all", more)).problem == "more than 2 answers without records"


async def test_authn_34_ten_exchangers_may_be_looked_up_and_eleven_are_an_error():
    def exchangers(count):
        hosts = {f"n{n}.example": {"A": [f"192.0.2.{n}"]} for n in range(count)}
        return hosts | {"c.example": {"MX": [[n, f"n{n}.example"] for n in range(count)]}}

    assert (await check("v=spf1 mx:c.example -all", exchangers(10), ip="192.0.2.9")).result is Spf.PASS
    found = await check("v=spf1 mx:c.example -all", exchangers(11), ip="192.0.2.0")
    assert (found.result, found.lookups, found.problem) == (Spf.PERMERROR, 2, "11 mail exchangers at c.example")


async def test_authn_34_no_check_asks_more_questions_than_its_budget():
    hosts = {f"n{n}.example": {"A": [f"198.51.100.{n}"]} for n in range(10)}
    more = hosts | {"c.example": {"MX": [[n, f"n{n}.example"] for n in range(10)]}}
    found = await check("v=spf1 " + "mx:c.example " * 10 + "-all", more)
    assert (found.result, found.lookups, found.problem) == (Spf.PERMERROR, 65, "more than 64 DNS questions")
    assert (await check("v=spf1 " + "mx:c.example " * 10 + "-all", more, questions=200)).result is Spf.FAIL


@pytest.mark.parametrize("names", [0, 3, 20])
async def test_authn_34_a_client_cannot_spoil_a_record_by_its_names(names):
    more = {
        "1.2.0.192.in-addr.arpa": {"PTR": [f"n{n}.b.example" for n in range(names)]},
        "c.example": {"A": ["192.0.2.9"]},
    }
    assert (await check("v=spf1 ptr a:c.example -all", more)).result is Spf.FAIL


async def test_the_name_macro_counts_as_a_term_once():
    more = {"unknown.c.example": {"A": ["127.0.0.2"]}}
    record = "v=spf1 " + "-exists:%{p}.d.example " * 2 + "exists:%{p}.c.example -all"
    assert (await check(record, more, terms=3)).problem == "more than 3 terms that ask DNS"
    found = await check(record, more, terms=4)
    assert (found.result, found.lookups) == (Spf.PASS, 5)


async def test_authn_37_a_giant_record_is_an_error():
    giant = "v=spf1 " + "ip4:192.0.2.9 " * 4680
    assert len(giant) > 65_500
    found = await check(giant)
    assert (found.result, found.problem) == (Spf.PERMERROR, "more than 16384 octets of records")


async def test_authn_37_the_records_of_one_check_are_bounded_together():
    padded = "v=spf1 " + "ip4:192.0.2.9 " * 300
    more = {f"n{n}.example": {"TXT": [padded + f"redirect=n{n + 1}.example"]} for n in range(9)}
    found = await check("v=spf1 redirect=n0.example", more)
    assert (found.result, found.lookups) == (Spf.PERMERROR, 5)


@pytest.mark.parametrize(
    ("record", "ip", "width", "is_weak"),
    [
        ("+all", "192.0.2.1", 0, True),
        ("ip4:0.0.0.0/0", "192.0.2.1", 0, True),
        ("ip4:0.0.0.0/1 ip4:128.0.0.0/1", "192.0.2.1", 1, True),
        ("ip4:192.0.0.0/8", "192.0.2.1", 8, True),
        ("ip4:192.0.0.0/14", "192.0.2.1", 14, False),
        ("ip4:192.0.2.1", "192.0.2.1", 32, False),
        ("ip6:2001::/16", "2001:db8::1", 16, True),
        ("ip6:2001:db8::/32", "2001:db8::1", 32, False),
        ("a:c.example/0", "192.0.2.1", 0, True),
        ("mx:c.example/9", "192.0.2.1", 9, True),
        ("a:c.example/24//16", "192.0.2.1", 24, False),
        ("a:c.example/24//16", "2001:db8::1", 16, True),
        ("include:all.example", "192.0.2.1", 0, True),
        ("redirect=all.example", "192.0.2.1", 0, True),
        ("exists:c.example", "192.0.2.1", 0, True),
        ("exists:%{l}.%{h}.wild.example", "192.0.2.1", 0, True),
        ("exists:%{ir}.wild.example", "192.0.2.1", 32, False),
        ("exists:%{i}.wild.example", "2001:db8::1", 128, False),
        ("ptr:c.example", "192.0.2.1", 32, False),
        ("?all", "192.0.2.1", 0, False),
        ("-all", "192.0.2.1", 0, False),
    ],
)
async def test_authn_39_a_pass_for_half_the_internet_is_weak(record, ip, width, is_weak):
    class Wild(Zone):
        def answer(self, name, kind, read):
            return super().answer("wild.example" if name.endswith(".wild.example") else name, kind, read)

    addresses = {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]}
    zone = Wild({
        "b.example": {"TXT": [f"v=spf1 {record}"]},
        "all.example": {"TXT": ["v=spf1 all"]},
        "c.example": addresses | {"MX": [[0, "c.example"]]},
        "wild.example": {"A": ["127.0.0.2"]},
        "1.2.0.192.in-addr.arpa": {"PTR": ["c.example"]},
    })  # fmt: skip
    found = await check_host(zone, ip_address(ip), "h.example", "a@b.example", receiver="", now=0.0)
    assert (found.width, found.is_weak, found.problem) == (width, is_weak, "")


@pytest.mark.parametrize("term", ["a:{}", "mx:{}", "ptr:{}", "exists:{}", "include:{}"])
async def test_a_term_with_a_local_part_beyond_ascii_never_matches(term):
    """RFC 8616 §4; nobody is asked either."""
    record = f"v=spf1 {term.format('%{l}.b.example')} ~all"
    found = await check(record, sender="jörg@b.example")
    assert (found.matched, found.lookups) == (("~all",), 1)


async def test_a_redirect_to_such_a_name_is_an_error():
    found = await check("v=spf1 redirect=%{l}.b.example", sender="jörg@b.example")
    assert (found.result, found.problem) == (Spf.PERMERROR, "redirect to : the domain does not exist")


@pytest.mark.parametrize("term", ["a:{}", "mx:{}", "exists:{}"])
async def test_authn_36_no_name_that_a_client_makes_up_reaches_a_resolver(term):
    zone = Zone({"b.example": {"TXT": [f"v=spf1 {term.format('%{l}.%{h}.b.example')} ~all"]}})
    for local in ("a\x00b", "a\r\nb", "a..b", "x" * 64):
        found = await check_host(zone, ip_address("192.0.2.1"), "h.example", f"{local}@b.example", receiver="", now=0.0)
        assert found.result is Spf.SOFTFAIL
    assert [name for _, name in zone.asked] == ["b.example"] * 4


async def test_ipv4_and_ipv6_are_different_clients():
    record = "v=spf1 ip4:0.0.0.0/0 ?all"
    assert (await check(record, ip="2001:db8::1")).result is Spf.NEUTRAL
    assert (await check("v=spf1 ip6:::/0 ?all")).result is Spf.NEUTRAL
    assert (await check("v=spf1 ip6:::/0 ?all", ip="::ffff:192.0.2.1")).result is Spf.NEUTRAL
    assert (await check(record, ip="::ffff:192.0.2.1")).result is Spf.PASS
