"""check_host() and check_helo() from outside: AUTHN-34, AUTHN-40, and that no octets raise."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.spf.check import check_helo, check_host
from gatepost.auth.spf.result import Identity, Spf
from gatepost.model.address import Address, Domain
from tests.auth.zone import Zone

IP = ip_address("192.0.2.1")


async def host(zone, sender, helo="mx.b.example"):
    return await check_host(zone, IP, helo, sender, receiver="mx.example.com", now=0.0)


@pytest.mark.parametrize(
    "helo",
    ["[192.0.2.1]", "[IPv6:2001:db8::1]", "localhost", "printer7", "", ".", "a..b", "JUMPIN' JUPITER", "é.example"],
)
async def test_authn_40_a_helo_name_without_a_domain_is_none_and_asks_nobody(helo):
    zone = Zone({})
    zone.down = True
    for found in (await host(zone, None, helo), await check_helo(zone, IP, helo, receiver="", now=0.0)):
        assert (found.result, found.lookups) == (Spf.NONE, 0)
        assert found.problem == "no domain that could have a record"
    assert zone.asked == []


async def test_authn_40_the_null_sender_is_the_postmaster_of_the_helo_name():
    zone = Zone({
        "mx.b.example": {"TXT": ["v=spf1 exists:%{l}.%{o}.x.example -all"]},
        "postmaster.mx.b.example.x.example": {"A": ["127.0.0.2"]},
    })  # fmt: skip
    for sender in (None, ""):
        found = await host(zone, sender)
        assert (found.result, found.domain, found.identity) == (Spf.PASS, "mx.b.example", Identity.MAILFROM)
    assert (await check_helo(zone, IP, "MX.b.example.", receiver="", now=0.0)).identity is Identity.HELO
    assert (await check_helo(zone, IP, "MX.b.example.", receiver="", now=0.0)).result is Spf.PASS


@pytest.mark.parametrize("sender", ["a@[192.0.2.1]", "a@localhost", "postmaster", Address("postmaster", Domain(""))])
async def test_a_sender_without_a_domain_is_none(sender):
    assert (await host(Zone({}), sender)).result is Spf.NONE


@pytest.mark.parametrize(
    ("zone", "result", "problem"),
    [
        ({}, Spf.NONE, "the domain does not exist"),
        ({"b.example": {"A": ["192.0.2.1"]}}, Spf.NONE, "the domain has no SPF record"),
        ({"b.example": {"TXT": ["v=spf10 -all", "\xff"]}}, Spf.NONE, "the domain has no SPF record"),
        ({"b.example": {"TIMEOUT": True}}, Spf.TEMPERROR, "no answer from DNS for b.example"),
        ({"b.example": {"TXT": ["v=spf1 -all", "V=SPF1 +all"]}}, Spf.PERMERROR, "2 SPF records at b.example"),
        ({"b.example": {"TXT": ["v=spf1 \xff"]}}, Spf.PERMERROR, "record with octets beyond ASCII at b.example"),
        ({"b.example": {"TXT": ["v=spf1 a\n"]}}, Spf.PERMERROR, "record with control characters at b.example"),
        ({"b.example": {"TXT": ["v=spf1 a:x.example -all"]}, "x.example": {"TIMEOUT": True}}, Spf.TEMPERROR,
         "no answer from DNS for x.example"),
    ],
)  # fmt: skip
async def test_what_stands_in_the_way_of_a_result_is_said(zone, result, problem):
    found = await host(Zone(zone), "a@b.example")
    assert (found.result, found.problem, found.matched, found.width) == (result, problem, (), None)


async def test_a_message_asks_no_more_than_its_budget_whatever_the_zone_says():
    class Hostile(Zone):
        async def txt(self, name):
            self.asked.append(("TXT", name))
            self.names[name] = {
                "TXT": ["v=spf1 mx:%{p}.x.%{d} ptr mx include:y.%{d} include:z.%{d} -all exp=%{p}.%{d}"]
            }
            return self.answer(name, "TXT", str.encode)

        def answer(self, name, kind, read):
            if kind == "PTR":
                self.names[name] = {"PTR": [f"n{n}.example" for n in range(500)]}
            elif kind == "MX":
                self.names[name] = {"MX": [[0, f"m{n}.{name[-60:].strip('.')}"] for n in range(10)]}
            elif kind == "A":
                self.names[name] = {"A": [f"198.51.100.{n}" for n in range(100)]}
            return super().answer(name, kind, read)

    zone = Hostile({})
    found = await host(zone, "a@b.example")
    assert found.result is Spf.PERMERROR and found.lookups <= 65


def test_with_answers_at_hand_a_check_never_waits():
    zone = Zone({"b.example": {"TXT": ["v=spf1 a mx include:c.example -all"]}, "c.example": {"TXT": ["v=spf1 all"]}})
    with pytest.raises(StopIteration) as ended:
        host(zone, "a@b.example").send(None)
    assert ended.value.value.result is Spf.PASS


WORDS = st.lists(
    st.sampled_from((
        "a", "mx", "ptr", "all", "-all", "include:", "exists:", "redirect=", "exp=", "ip4:192.0.2.0/24", "ip6:::/0",
        "b.example", "c.example", "%{d}", "%{l}", "%{p}", "%{ir}", ":", "/", "24", " ", " ", " ", "\t", "é", "%",
    )), max_size=12,
).map("".join)  # fmt: skip
TEXTS = st.lists(WORDS.map("v=spf1 ".__add__), max_size=2)
HELOS = st.sampled_from(["h.example", "[192.0.2.1]", "", "é", "a\r\nb.example", "b.example."])
LOCALS = st.text(st.sampled_from('ab.-"@\\\x00é \n'), max_size=5)


@given(TEXTS, TEXTS, HELOS, LOCALS, st.sampled_from(["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"]))
async def test_every_zone_gives_a_result_that_can_be_shown(first, second, helo, local, ip):
    hosts = {"A": ["192.0.2.1"], "MX": [[0, "b.example"]]}
    zone = Zone({
        "b.example": hosts | {"TXT": first},
        "c.example": hosts | {"TXT": second},
        "1.2.0.192.in-addr.arpa": {"PTR": ["b.example"]},
    })  # fmt: skip
    found = await check_host(zone, ip_address(ip), helo, f"{local}@b.example", receiver="mx.example.com", now=0.0)
    assert found.lookups <= 65
    for text in (*found.matched, found.explanation, found.problem, found.mechanism):
        assert text.isascii() and (text.isprintable()) and len(text) <= 200
    assert (found.result in (Spf.NONE, Spf.TEMPERROR, Spf.PERMERROR)) == bool(found.problem)
    assert found.is_weak <= (found.result is Spf.PASS)
