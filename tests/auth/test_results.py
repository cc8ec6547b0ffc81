"""Authentication-Results as we write them, read back by authres: RFC 8601; ATTACKS AUTHN-04, AUTHN-05, AUTHN-06."""

import re

import authres
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gatepost.auth.dmarc.evaluate import DmarcResult, Outcome
from gatepost.auth.dmarc.record import Policy
from gatepost.auth.results import (
    RESULTS_LIMIT,
    MethodResult,
    Property,
    arc_result,
    dkim_result,
    dmarc_result,
    field,
    spf_result,
)
from gatepost.auth.results_reader import read_results

OURS = "mx.example.com"
HOSTILE = (
    "a", "b.c", "victim.example", "@", "(", ")", '"', "\\", ";", " ", "\t", "\r\n", "\0", "=", "spf=pass", "dmarc=pass",
    "header.from=victim.example", "é", "\u2028", "\ud800", "'", ",", "<", ">", "/", "mx.example.com;",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(HOSTILE), max_size=10).map("".join)
PROPERTIES = st.builds(Property, st.sampled_from(["smtp", "header"]), st.sampled_from(["mailfrom", "d"]), TEXTS)
RESULTS = st.builds(
    MethodResult,
    st.sampled_from(["spf", "dkim", "dmarc", "arc"]),
    st.sampled_from(["pass", "fail", "none"]),
    TEXTS,
    st.lists(PROPERTIES, max_size=3).map(tuple),
    TEXTS,
)


def unfolded(octets):
    name, _, value = octets.partition(b":")
    assert name == b"Authentication-Results" and octets.endswith(b"\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\r\n(?![ \t]|\Z)", octets)
    return value.replace(b"\r\n", b"")


def as_others_read(octets):
    header = authres.AuthenticationResultsHeader.parse(f"Authentication-Results:{unfolded(octets).decode()}")
    return header.authserv_id, [
        (r.method, r.result, [(p.type, p.name, unescaped(p.value)) for p in r.properties]) for r in header.results
    ]


def unescaped(text):
    """authres 1.2.0 leaves the backslashes of a quoted string in it."""
    return re.sub(r"\\(.)", r"\1", text)


def test_a_field_says_whose_results_they_are_and_what_was_found():
    results = [
        spf_result("pass", mail_from="john@example.com", helo="mail.example.com"),
        dkim_result("pass", domain="example.com", selector="s1", algorithm="rsa-sha256", signature="abcdefghijkl"),
        dmarc_result(DmarcResult(outcome=Outcome.PASS, author="example.com", reason="aligned",
                                 published=Policy.REJECT, record_domain="example.com")),
    ]  # fmt: skip
    assert field(OURS, results) == (
        b"Authentication-Results: mx.example.com;\r\n"
        b"\tspf=pass smtp.mailfrom=john@example.com;\r\n"
        b"\tdkim=pass header.d=example.com header.s=s1 header.a=rsa-sha256\r\n"
        b"\theader.b=abcdefgh;\r\n"
        b"\tdmarc=pass (aligned) header.from=example.com polrec.p=reject\r\n"
    )


def test_nothing_found_is_said_too():
    assert field(OURS, []) == b"Authentication-Results: mx.example.com;\r\n\tnone\r\n"


def test_the_null_sender_is_told_by_helo():
    assert spf_result("fail", mail_from="", helo="a.example").properties == (Property("smtp", "helo", "a.example"),)


def test_a_policy_of_a_domain_above_is_told_with_that_domain():
    result = DmarcResult(
        outcome=Outcome.FAIL, author="a.example.com", reason="x", published=Policy.NONE, record_domain="example.com"
    )
    assert dmarc_result(result).properties[1:] == (
        Property("polrec", "p", "none"), Property("polrec", "domain", "example.com"),
    )  # fmt: skip


def test_arc_tells_its_oldest_pass():
    assert arc_result("pass", oldest_pass=0).properties == (Property("header", "oldest-pass", "0"),)
    assert arc_result("fail").properties == ()


@pytest.mark.parametrize(
    "value",
    [
        "victim.example'a.attacker.example",  # AUTHN-04
        "any@victim.example(.attacker.example",  # AUTHN-05
        "any@victim.example(.attacker.example)",
        '"any@victim.example"@attacker.example',  # AUTHN-06
        '"any"@victim.example"@attacker.example',
        "any@victim.example;dmarc=pass",
        "any@victim.example\r\nX-Trusted: yes",
        "any@victim.example\r\n\r\nbody",
        "any@victim.example\0",
        "a b@victim.example",
        "a@victim.example reason=x",
        "\\",
        '"',
        "",
        "é@victim.example",
    ],
)
def test_AUTHN_04_05_06_no_value_breaks_out_of_its_place(value):
    octets = field(OURS, [spf_result("fail", mail_from=value, helo=value), MethodResult("dmarc", "fail")])
    said = read_results(unfolded(octets))
    assert said.authserv_id == OURS
    assert [(result.method, result.result) for result in said.results] == [("spf", "fail"), ("dmarc", "fail")]
    assert [each.value for each in said.results[0].properties] == ([printable(value)] if value else [])
    properties = [("smtp", "mailfrom", printable(value))] if value else []
    assert as_others_read(octets) == (OURS, [("spf", "fail", properties), ("dmarc", "fail", [])])


def printable(text):
    return re.sub(r"[^ -~]", "?", text)


@pytest.mark.parametrize("text", ["john+tag@example.com", "bounces=x+1@a-b.example", "example.com", "a_b.example", "x"])
def test_what_is_plainly_a_mailbox_or_domain_needs_no_quotes(text):
    assert f"smtp.mailfrom={text}\r\n".encode() in field(OURS, [spf_result("pass", mail_from=text, helo="")])


def test_unicode_is_said_only_where_the_message_may_have_it():
    result = spf_result("pass", mail_from="jörg@example.com", helo="")
    assert 'smtp.mailfrom="jörg@example.com"'.encode() in field(OURS, [result], utf8=True)
    assert b'smtp.mailfrom="j?rg@example.com"' in field(OURS, [result])


def test_however_many_and_long_the_results_are_the_field_is_bounded():
    long = MethodResult("dkim", "fail", "r" * 5000, (Property("header", "d", "é" * 5000),) * 3, "c" * 5000)
    octets = field(OURS, [long] * 500, utf8=True)
    assert octets.count(b"dkim=fail") == RESULTS_LIMIT
    assert max(map(len, octets.split(b"\r\n"))) <= 998


@given(st.lists(RESULTS, max_size=3), st.booleans())
def test_whatever_strangers_have_said_the_field_is_one_and_its_results_are_ours(results, utf8):
    said = read_results(unfolded(field(OURS, results, utf8=utf8)))
    assert said.authserv_id == OURS
    assert [(r.method, r.result, len(r.properties)) for r in said.results] == [
        (r.method, r.result, len([p for p in r.properties if p.value])) for r in results
    ]


@given(st.lists(RESULTS, max_size=3))
def test_authres_reads_the_same(results):
    """Of each result one property: behind a quoted value authres 1.2.0 expects no other."""
    results = [replace(result, properties=result.properties[:1]) for result in results]
    octets = field(OURS, results)
    ours = read_results(unfolded(octets))
    assert as_others_read(octets) == (
        OURS,
        [(r.method, r.result, [(p.kind, p.name, p.value) for p in r.properties]) for r in ours.results],
    )
