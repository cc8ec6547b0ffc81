"""The purported responsible address (RFC 4407 §2) and the Sender ID check (RFC 4406)."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.pra import check_pra, purported_responsible_address
from gatepost.auth.spf.result import Identity, Spf
from gatepost.model.address import Address, Domain
from gatepost.syntax.header import read_header
from tests.auth.zone import Zone

B = Address("a", Domain("b.example"))


def pra(*lines):
    return purported_responsible_address(read_header("".join(f"{line}\r\n" for line in lines).encode())[0])


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["From: f@x.example"], "f@x.example"),
        (["From: F <f@x.example>", "Sender: s@x.example"], "s@x.example"),
        (["SENDER: s@x.example", "FROM: f@x.example"], "s@x.example"),
        (["From: f@x.example", "Sender:  "], "f@x.example"),
        (["Sender:", "Sender: s@x.example", "From: f@x.example"], "s@x.example"),
        (["Resent-From: rf@x.example", "Sender: s@x.example", "From: f@x.example"], "rf@x.example"),
        (["Resent-From: rf@x.example", "Resent-From: old@x.example"], "rf@x.example"),
        (["Resent-Sender: rs@x.example", "Resent-From: rf@x.example"], "rs@x.example"),
        (["Resent-From: rf@x.example", "Resent-Sender: rs@x.example"], "rs@x.example"),
        (["Resent-From: rf@x.example", "To: x", "Resent-Sender: rs@x.example"], "rs@x.example"),
        (["Received: x", "Resent-From: rf@x.example", "Resent-Sender: rs@x.example"], "rs@x.example"),
        (["Resent-From: rf@x.example", "Received: x", "Resent-Sender: rs@x.example"], "rf@x.example"),
        (["Resent-From: rf@x.example", "Return-Path: <x>", "Resent-Sender: rs@x.example"], "rf@x.example"),
        (["Resent-From: ", "Received: x", "Resent-Sender: rs@x.example"], "rs@x.example"),
        (["Resent-From: rf@x.example", "Received: ", "Resent-Sender: rs@x.example"], "rs@x.example"),
        (["Resent-Sender: ", "Resent-From:", "From: f@x.example"], "f@x.example"),
        (["Resent-Sender: rs@x.example", "Resent-Sender: old@x.example"], "rs@x.example"),
        (["From: \"a, b\" <f@x.example>"], "f@x.example"),
        (["From: f@x.example (comment)"], "f@x.example"),
        (["From: F", " <f@X.example>"], "f@x.example"),
    ],
)  # fmt: skip
def test_the_address_is_the_first_in_line(lines, expected):
    assert str(pra(*lines)) == expected


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["To: t@x.example"],
        ["From: "],
        ["From: f@x.example", "From: g@x.example"],
        ["Sender: s@x.example", "Sender: s@x.example", "From: f@x.example"],
        ["From: f@x.example, g@x.example"],
        ["Sender: s@x.example, t@x.example", "From: f@x.example"],
        ["Resent-From: nonsense", "From: f@x.example"],
        ["Resent-Sender: <>", "Sender: s@x.example", "From: f@x.example"],
        ["From: f"],
        ["From: f@"],
        ["From: <f@x.example> <g@x.example>"],
        ["From: group: f@x.example;"],
        ["From: undisclosed:;"],
        ["From: f@x.example\x00"],
        ["From: \"f@x.example"],
        ["From: f@x.example@y.example"],
        ["From: g@y.example <f@x.example>"],
    ],
)  # fmt: skip
def test_nobody_is_responsible_if_the_chosen_field_is_not_one_clear_mailbox(lines):
    assert pra(*lines) is None


NAMES = st.sampled_from(["Resent-Sender", "resent-from", "Sender", "From", "Received", "Return-Path", "X"])
VALUES = st.sampled_from(["", " ", "a@b.example", "c@d.example", "x <e@f.example>", "no", "a@b.example, c@d.example"])


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8))
def test_the_steps_of_the_rfc_taken_literally_lead_to_the_same_address(fields):
    assert pra(*[f"{name}: {value}" for name, value in fields]) == literally(fields)


def literally(fields):
    """RFC 4407 §2, step by step."""
    some = [(name.lower(), value.strip()) for name, value in fields if value.strip()]

    def places(*names):
        return [place for place, (name, _) in enumerate(some) if name in names]

    chosen = None
    for sender in places("resent-sender")[:1]:
        before = [place for place in places("resent-from") if place < sender]
        between = [trace for trace in places("received", "return-path") if any(p < trace < sender for p in before)]
        chosen = None if between else sender
    if chosen is None and places("resent-from"):
        chosen = places("resent-from")[0]
    if chosen is None:
        found = places("sender") or places("from")
        chosen = found[0] if len(found) == 1 else None
    value = "" if chosen is None else some[chosen][1].removeprefix("x ").strip("<>")
    local, at, domain = value.partition("@")
    return Address(local, Domain(domain)) if at and "," not in value else None


async def check(texts, pra=B, zone=()):
    names = {"b.example": {"TXT": texts}} | dict(zone)
    return await check_pra(Zone(names), ip_address("192.0.2.1"), "h.example", pra, receiver="mx.example.com", now=0.0)


@pytest.mark.parametrize(
    ("texts", "result"),
    [
        (["v=spf1 +all"], Spf.PASS),
        (["spf2.0/pra -all", "v=spf1 +all"], Spf.FAIL),
        (["v=spf1 +all", "SPF2.0/mfrom,PRA ~all"], Spf.SOFTFAIL),
        (["spf2.0/mfrom -all", "v=spf1 +all"], Spf.PASS),
        (["spf2.0/mfrom -all"], Spf.NONE),
        (["spf2.0/pra -all", "spf2.0/pra -all", "v=spf1 +all"], Spf.PERMERROR),
        (["spf2.0/pra moo", "v=spf1 +all"], Spf.PERMERROR),
        (["other"], Spf.NONE),
    ],
)
async def test_a_record_for_this_identity_goes_before_an_spf_record(texts, result):
    found = await check(texts)
    assert (found.result, found.identity, found.domain) == (result, Identity.PRA, "b.example")


async def test_the_scope_holds_for_included_records_and_the_address_for_macros():
    zone = {
        "c.example": {"TXT": ["v=spf1 -all", "spf2.0/pra exists:%{l}.%{o}.x.example -all"]},
        "a.b.example.x.example": {"A": ["127.0.0.2"]},
    }
    assert (await check(["spf2.0/pra include:c.example -all"], zone=zone)).result is Spf.PASS


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        (Address("a", Domain("no.example")), "the domain does not exist"),
        (Address("a", Domain("[192.0.2.1]")), "no domain that could have a record"),
        (Address("a", Domain("localhost")), "no domain that could have a record"),
    ],
)
async def test_a_domain_that_does_not_exist_fails(address, problem):
    found = await check(["v=spf1 +all"], address)
    assert (found.result, found.problem, found.identity) == (Spf.FAIL, problem, Identity.PRA)
