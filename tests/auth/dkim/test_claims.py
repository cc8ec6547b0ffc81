"""What a signature says of itself: names, identity, time, body, nearness to the author."""

import pytest

from gatepost.auth.dkim.body import body_hashes
from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.claims import distance, reason_of_age, reason_of_body, reason_of_claims
from gatepost.auth.dkim.result import DkimLimits, Reason
from gatepost.auth.dkim.signature import read_signature
from tests.auth.dkim.workshop import BODY, HEADER, NOW, letter, relaxed_body, signature_field

LIMITS = DkimLimits()


def signature(**changed):
    return read_signature(letter(signature_field(**changed) + HEADER + b"\r\n").header[0], 0)


def claims(**changed):
    return reason_of_claims(signature(**changed), NOW, LIMITS, lambda domain: domain in ("com", "co.uk"))


def test_a_signature_that_claims_nothing_odd_may_hold():
    assert claims() is claims(i="ann@mail.example.com") is claims(x=str(NOW)) is None


def test_authn_41_from_has_to_be_signed():
    assert claims(h="to:subject") is Reason.FROM_UNSIGNED
    assert claims(h="x-from:to:from-") is Reason.FROM_UNSIGNED


@pytest.mark.parametrize(
    "identity", ["ann@example.net", "@xexample.com", "@example.com.attacker.example", "@com.example"]
)
def test_authn_48_an_identity_is_within_the_domain(identity):
    assert claims(i=identity) is Reason.ALIEN_IDENTITY


def test_authn_48_a_public_suffix_does_not_sign():
    assert claims(d="co.uk") is Reason.PUBLIC_SUFFIX


def test_authn_48_a_signature_expires():
    assert claims(t=str(NOW - 9), x=str(NOW - 1)) is Reason.EXPIRED
    assert claims(x=str(NOW - 1), t=None) is Reason.EXPIRED
    assert claims(x=str(NOW + 1)) is None


def test_authn_48_no_signature_comes_from_the_future():
    assert claims(t=str(NOW + 301)) is Reason.FUTURE
    assert claims(t=str(NOW + 300)) is None


def test_a_signature_does_not_expire_before_it_is_made():
    assert claims(t=str(NOW + 10), x=str(NOW + 9)) is Reason.NUMBER


def test_sha1_is_over():
    assert reason_of_age(signature(a="rsa-sha1"), NOW, LIMITS) is Reason.SHA1


def body_reason(body=BODY, **changed):
    bodies = body_hashes(letter(HEADER + b"\r\n" + body), list(Form))
    return reason_of_body(signature(**changed), bodies)


@pytest.mark.parametrize("form", ["relaxed", "simple"])
def test_the_body_is_the_signed_one(form):
    assert body_reason(c=f"relaxed/{form}") is None
    assert body_reason(BODY + b"x", c=f"relaxed/{form}") is Reason.BODY


def test_authn_42_a_length_that_covers_all_of_the_body_is_as_good_as_none():
    whole = len(relaxed_body(BODY))
    assert body_reason(l=str(whole)) is None
    assert body_reason(l=str(whole - 1)) is body_reason(l="0") is Reason.PARTIAL_BODY
    assert body_reason(BODY[:9], l=str(whole)) is Reason.SHORT_BODY


def test_authn_42_what_is_appended_behind_the_length_does_not_pass():
    body = BODY + b"--boundary\r\n\r\nAnother part\r\n"
    assert body_reason(body, l=str(len(relaxed_body(BODY)))) is Reason.PARTIAL_BODY


def test_empty_lines_at_the_end_are_not_behind_the_length():
    assert body_reason(BODY + b"\r\n \r\n\r\n", l=str(len(relaxed_body(BODY)))) is None


@pytest.mark.parametrize(
    ("domain", "author", "far"),
    [
        ("example.com", "example.com", 0),
        ("mail.example.com", "example.com", 1),
        ("example.com", "mail.example.com", 1),
        ("a.example.com", "b.example.com", 1),
        ("other.com", "example.com", 2),
        ("a.co.uk", "b.co.uk", 2),
        ("xexample.com", "example.com", 2),
        ("example.com", "", 2),
        ("example.com", "example.net", 2),
    ],
)
def test_signers_are_nearer_or_farther_from_the_author(domain, author, far):
    assert distance(domain, author, lambda name: name in ("com", "net", "co.uk", "uk")) == far
