"""What a domain says of a FAIL: AUTHN-38."""

import re
from ipaddress import ip_address

import pytest

from gatepost.auth.spf.check import check_host
from gatepost.auth.spf.limits import SpfLimits
from gatepost.auth.spf.result import Spf
from tests.auth.zone import Zone


async def explained(text, sender="a@b.example", helo="h.example", more=(), **limits):
    zone = Zone(
        {"b.example": {"TXT": ["v=spf1 -all exp=why.b.example"]}, "why.b.example": {"TXT": [text]}} | dict(more)
    )
    found = await check_host(
        zone, ip_address("192.0.2.1"), helo, sender, receiver="mx.example.com", now=1e9, limits=SpfLimits(**limits)
    )
    assert found.result is Spf.FAIL
    return found.explanation


async def test_the_text_may_have_macros_and_spaces():
    text = "%{i} may not send as %{s} to %{r} (%{t})%_%%."
    assert await explained(text) == "192.0.2.1 may not send as a@b.example to mx.example.com (1000000000) %."


@pytest.mark.parametrize(
    "text",
    ["", "a\r\nb", "a\nb", "a\tb", "a\x00b", "a\x7fb", "caf\xe9", "100%", "%{x}", "%{d0}", "x" * 1025],
)
async def test_authn_38_a_text_that_breaks_the_grammar_is_no_explanation(text):
    assert await explained(text) == ""


@pytest.mark.parametrize(
    "hostile", ["a\r\n250 OK", "a\x00", "a\u202eb", "a\x1b[2J", "jörg\u200b", "\udcff", "a\u2028b", "\t"]
)
async def test_authn_38_nothing_but_printable_ascii_comes_out_of_macros(hostile):
    text = await explained("%{l} %{h} %{s} %{L}", sender=f"{hostile}@b.example", helo=hostile)
    assert re.fullmatch("[ -~]+", text)


async def test_authn_38_the_text_is_bounded():
    assert await explained("%{s}" * 100, sender=f"{'x' * 500}@b.example") == "x" * 200
    assert await explained("y" * 1024, explanation=64) == "y" * 64


@pytest.mark.parametrize(
    "why",
    [{}, {"TXT": []}, {"TXT": ["one", "two"]}, {"TIMEOUT": True}, {"A": ["192.0.2.1"]}],
)
async def test_there_is_no_explanation_but_by_exactly_one_text(why):
    assert await explained("", more={"why.b.example": why}) == ""


async def test_it_is_the_one_of_the_record_that_decided():
    more = {
        "b.example": {"TXT": ["v=spf1 include:c.example exp=why.b.example redirect=d.example"]},
        "c.example": {"TXT": ["v=spf1 -all exp=never.example"]},
        "d.example": {"TXT": ["v=spf1 -all exp=why.%{d}"]},
        "why.d.example": {"TXT": ["%{d} says no to %{o}"]},
    }
    assert await explained("no", more=more) == "d.example says no to b.example"


async def test_nobody_is_asked_if_the_result_is_no_fail_or_the_name_is_none():
    zone = Zone({"b.example": {"TXT": ["v=spf1 ~all exp=why.b.example"]}})
    await check_host(zone, ip_address("192.0.2.1"), "h.example", "a@b.example", receiver="", now=0.0)
    assert zone.asked == [("TXT", "b.example")]
    more = {"b.example": {"TXT": ["v=spf1 -all exp=%{l}.b.example"]}}
    assert await explained("x", sender="jörg@b.example", more=more) == ""


async def test_the_clients_name_may_stand_in_it():
    more = {"1.2.0.192.in-addr.arpa": {"PTR": ["c.example"]}, "c.example": {"A": ["192.0.2.1"]}}
    assert await explained("%{p}", more=more, terms=0) == "c.example"
    assert await explained("%{p}") == "unknown"
    assert await explained("%{p}", more=more, questions=3) == ""
