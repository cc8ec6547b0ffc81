"""Whole messages: which signatures pass, and what is said of each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dkim.body import body_hashes
from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.result import Algorithm, DkimLimits, Reason, Result
from gatepost.auth.dkim.verify import forms_wanted, verify
from gatepost.model.message import Field, Message
from tests.auth.dkim.workshop import (
    BODY,
    DOMAIN,
    HEADER,
    NOW,
    SIGNED,
    answer,
    ed25519_key,
    letter,
    record,
    rsa_key,
    signature_field,
    signed_letter,
    zone,
)

KEYS = {"s1": record(rsa_key()), "e1": record(ed25519_key())}
PIECES = st.lists(
    st.sampled_from([
        b"DKIM-Signature:", b" v=1;", b" a=rsa-sha256;", b" d=example.com;", b" s=s1;", b" h=from;", b" bh=YWJj;",
        b" b=YWJj;", b"\r\n", b"\r\n ", b"From: a@b\r\n", b"\r\n\r\n", b".", signature_field(), HEADER, BODY, b"\x00",
        b" l=1;", b";",
    ]),
    max_size=14,
).map(b"".join)  # fmt: skip


def is_public_suffix(domain):
    return domain in ("com", "net", "example")


def results(message, dns=None, **more):
    return answer(verify(dns or zone(**KEYS), message, NOW, is_public_suffix=is_public_suffix, **more))


def reason(message, dns=None, **more):
    (result,) = results(message, dns, **more)
    return result.reason


@pytest.mark.parametrize("header_form", ["simple", "relaxed"])
@pytest.mark.parametrize("body_form", ["simple", "relaxed"])
@pytest.mark.parametrize(("selector", "key"), [("s1", rsa_key()), ("e1", ed25519_key())])
def test_a_signature_passes_in_every_form(header_form, body_form, selector, key):
    (result,) = results(signed_letter(key=key, s=selector, c=f"{header_form}/{body_form}"))
    assert (result.result, result.reason) == (Result.PASS, Reason.VERIFIED)


@pytest.mark.parametrize("form", [None, "relaxed", "simple"])
def test_the_forms_need_not_be_named(form):
    assert reason(signed_letter(c=form)) is Reason.VERIFIED


def test_a_result_says_what_was_signed_and_by_whom():
    (result,) = results(signed_letter(i="ann@mail.example.com", h=SIGNED + ":from"))
    assert (result.domain, result.selector, result.identity) == (DOMAIN, "s1", "ann@mail.example.com")
    assert (result.algorithm, result.key_bits, result.time) == (Algorithm.RSA_SHA256, 1024, NOW)
    assert (result.signed, result.from_is_oversigned) == ((*SIGNED.split(":"), "from"), True)
    assert (len(result.start), result.unsigned_copies, result.unsigned_octets) == (8, (), 0)
    assert result.aligned_domain == DOMAIN and not result.is_testing


def test_a_message_without_signatures_has_no_results_and_is_not_read():
    message = letter(HEADER + b"\r\n" + BODY)
    unread = Message(size=message.size, header=message.header, header_octets=message.header_octets, content=None)
    assert results(unread) == ()


def test_a_message_without_body_can_be_signed():
    for body_form in ("simple", "relaxed"):
        assert reason(signed_letter(body=b"", c=f"relaxed/{body_form}")) is Reason.VERIFIED
    assert reason(letter(signature_field(body=b"") + HEADER)) is Reason.VERIFIED


def test_what_does_not_hold_fails_and_vouches_for_nobody():
    changed_header = letter(signature_field() + HEADER.replace(b"Ann", b"Bob") + b"\r\n" + BODY)
    changed_body = letter(signature_field() + HEADER + b"\r\n" + BODY + b"more")
    assert reason(changed_header) is Reason.SIGNATURE
    (result,) = results(changed_body)
    assert (result.reason, result.result, result.aligned_domain) == (Reason.BODY, Result.FAIL, "")


def test_a_changed_signature_field_fails():
    signature = signature_field(x=str(NOW + 10))
    assert reason(letter(signature + HEADER + b"\r\n" + BODY)) is Reason.VERIFIED
    longer = signature.replace(b"x=%d" % (NOW + 10), b"x=%d" % (NOW + 99))
    assert reason(letter(longer + HEADER + b"\r\n" + BODY)) is Reason.SIGNATURE


def test_in_simple_form_every_octet_of_the_header_counts():
    refolded = letter(signature_field() + HEADER.replace(b"A  long", b"A long") + b"\r\n" + BODY)
    assert reason(refolded) is Reason.VERIFIED
    simple = signature_field(c="simple/simple")
    assert reason(letter(simple + HEADER.replace(b"A  long", b"A long") + b"\r\n" + BODY)) is Reason.SIGNATURE
    assert reason(letter(simple.replace(b"DKIM", b"dkim") + HEADER + b"\r\n" + BODY)) is Reason.SIGNATURE


def test_results_are_in_the_order_of_the_fields():
    fields = signature_field(s="s2") + b"DKIM-Signature: junk\r\n" + signature_field() + HEADER
    found = results(letter(fields + b"\r\n" + BODY))
    assert [result.reason for result in found] == [Reason.NO_KEY, Reason.TAGS, Reason.VERIFIED]


def test_a_wrong_body_costs_no_query():
    dns = zone(**KEYS)
    assert reason(letter(signature_field() + HEADER + b"\r\n" + b"other"), dns) is Reason.BODY
    assert not dns.asked


def test_a_signature_may_sign_others_but_never_itself():
    inner = signature_field()
    outer = signature_field(header=inner + HEADER, h=SIGNED + ":dkim-signature:dkim-signature")
    found = results(letter(outer + inner + HEADER + b"\r\n" + BODY))
    assert [result.reason for result in found] == [Reason.VERIFIED, Reason.VERIFIED]
    third = signature_field(s="e1", key=ed25519_key())
    found = results(letter(third + outer + inner + HEADER + b"\r\n" + BODY))
    assert [result.reason for result in found] == [Reason.VERIFIED, Reason.SIGNATURE, Reason.VERIFIED]


def test_a_body_hashed_before_is_not_read_again():
    message = signed_letter()
    bodies = body_hashes(message, forms_wanted(message.header))
    unread = Message(size=message.size, header=message.header, header_octets=message.header_octets, content=None)
    assert reason(unread, hashes=bodies) is Reason.VERIFIED


def field(name, text):
    return Field(name, f"{name}: {text}\r\n".encode())


def test_the_forms_wanted_are_those_of_all_signatures():
    simple, relaxed = {Form.SIMPLE}, {Form.RELAXED}
    assert forms_wanted([]) == forms_wanted([field("From", "c=relaxed/relaxed")]) == set()
    assert (
        forms_wanted([field("dkim-signature", "v=1")]) == forms_wanted([field("DKIM-Signature", "c=relaxed")]) == simple
    )
    assert forms_wanted([field("DKIM-Signature", "c=simple/relaxed")]) == relaxed
    assert forms_wanted([field("ARC-Message-Signature", "i=1")]) == relaxed
    assert forms_wanted([field("DKIM-Signature", "c=x"), field("DKIM-Signature", "junk")]) == set()
    both = [
        field("DKIM-Signature", "v=1"),
        field("ARC-Message-Signature", "c=relaxed/relaxed"),
        field("DKIM-Signature", "x"),
    ]
    assert forms_wanted(both) == simple | relaxed


def many(count, good_last=False, **changed):
    bad = signature_field(**changed)
    fields = [bad] * (count - good_last) + [signature_field()] * good_last
    return letter(b"".join(fields) + HEADER + b"\r\n" + BODY)


def test_authn_46_of_500_signatures_few_are_verified_and_none_is_hidden():
    dns = zone(**KEYS)
    found = results(many(500, s="s2"), dns)
    assert [result.reason for result in found] == [Reason.NO_KEY] * 8 + [Reason.OVER_LIMIT] * 492
    assert len(dns.asked) == 8 and found[-1].result is Result.POLICY and found[-1].domain == DOMAIN


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"v": "2"}, Reason.VERSION), ({"h": "to"}, Reason.FROM_UNSIGNED), ({"t": None, "x": "1"}, Reason.EXPIRED),
        ({"bh": "YWJj"}, Reason.BODY), ({"a": "rsa-sha1"}, Reason.SHA1), ({"d": "com"}, Reason.DOMAIN),
    ],
)  # fmt: skip
def test_authn_46_signatures_that_cannot_pass_do_not_use_up_the_limit(changed, why):
    found = results(many(500, good_last=True, **changed))
    assert [result.reason for result in found] == [why] * 499 + [Reason.VERIFIED]


def test_authn_46_the_author_s_domain_goes_first():
    dns = zone(**KEYS)
    dns.names |= {"s1._domainkey.mail.example.com": dns.names["s1._domainkey.example.com"]}
    others = signature_field(d="other.net") * 20
    own, near = signature_field(), signature_field(d="mail.example.com")
    found = results(
        letter(others + near + own + HEADER + b"\r\n" + BODY), dns, prefer=DOMAIN, limits=DkimLimits(signatures=1)
    )
    assert [result.reason for result in found] == [Reason.OVER_LIMIT] * 21 + [Reason.VERIFIED]
    found = results(
        letter(others + near + HEADER + b"\r\n" + BODY), dns, prefer=DOMAIN, limits=DkimLimits(signatures=1)
    )
    assert [result.reason for result in found] == [Reason.OVER_LIMIT] * 20 + [Reason.VERIFIED]


def test_of_two_keys_under_a_selector_the_right_one_counts():
    found = results(signed_letter(), zone(s1=[record(rsa_key(1032)), record(rsa_key(), "v=DKIM1; t=s")]))
    assert [(result.reason, result.key_bits) for result in found] == [(Reason.VERIFIED, 1024)]
    assert reason(signed_letter(), zone(s1=[record(rsa_key(1032)), "v=DKIM1; p="])) is Reason.SIGNATURE


def test_a_key_under_a_cname_is_found():
    dns = zone(k=record(rsa_key()))
    dns.names["s1._domainkey.example.com"] = {"CNAME": ["k._domainkey.example.com"]}
    assert reason(signed_letter(), dns) is Reason.VERIFIED


@given(PIECES)
def test_whatever_comes_every_signature_field_has_one_result(octets):
    message = letter(octets.replace(b"\r", b"").replace(b"\n", b"\r\n"))
    found = results(message)
    assert len(found) == len(message.fields("DKIM-Signature"))
    for result in found:
        assert (result.aligned_domain != "") == (result.result is Result.PASS)


@given(st.integers(0, 10_000), st.sampled_from([b"", b"x", b" ", b"\r\n", b"A", b":"]))
def test_any_change_breaks_a_signature_in_simple_form(at, put):
    octets = signature_field(c="simple/simple") + HEADER + b"\r\n" + BODY.rstrip() + b"\r\n"
    at %= len(octets) - 2  # what is added behind the last octets may be an empty line
    changed = (octets[:at] + put + octets[at + 1 :]).replace(b"\r", b"").replace(b"\n", b"\r\n")
    for result in results(letter(changed)):
        assert result.result is not Result.PASS or changed == octets or in_signature_value(octets, at)


def in_signature_value(octets, at):
    """White space in b= means nothing."""
    return octets.index(b"\tb=") <= at <= octets.index(b"From:")
