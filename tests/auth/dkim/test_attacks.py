"""Attacks on DKIM by their number in the attack corpus: whole messages, and what the verifier makes of them."""

import pytest

from gatepost.auth.dkim.result import DkimLimits, Reason, Result
from gatepost.auth.dkim.verify import verify
from tests.auth.dkim.workshop import (
    BODY,
    HEADER,
    NOW,
    answer,
    body_hash,
    letter,
    record,
    relaxed_body,
    rsa_key,
    rsa_record,
    signature_field,
    signed_letter,
    text64,
    weak_key,
    zone,
)
from tests.auth.zone import Zone

GOOD = record(rsa_key())
KEY = GOOD.partition("k=rsa; ")[2]


def is_public_suffix(domain):
    return domain in ("com", "co.uk")


def result(message, dns=None):
    (found,) = answer(verify(dns or zone(s1=GOOD), message, NOW, is_public_suffix=is_public_suffix))
    return found


@pytest.mark.parametrize("selector", ["victim.com.\x00.any", "s1\x00", "\x00", "s1\x01x"])
def test_authn_03_a_selector_with_nul_asks_nothing(selector):
    dns = zone(s1=GOOD)
    found = result(signed_letter(s=selector), dns)
    assert (found.reason, found.result, dns.asked) == (Reason.TAGS, Result.PERMERROR, [])


@pytest.mark.parametrize(
    "selector", ["s1._domainkey.victim.com.x\u2028", "s1\\x00", "s1/../x", "s1 x", "s1.", "s1'", "s1\\000.x"]
)
def test_authn_03_nor_does_one_with_other_oddities(selector):
    dns = zone(s1=GOOD)
    found = result(signed_letter(s=selector), dns)
    assert (found.reason, found.result, dns.asked) == (Reason.SELECTOR, Result.PERMERROR, [])


@pytest.mark.parametrize(
    "domain",
    [
        "victim.com'a.attacker.com",
        'victim.com"a.attacker.com',
        "victim.com(a.attacker.com",
        "victim.com\x01.attacker.com",
    ],
)
def test_authn_04_a_domain_with_quotes_or_comments_is_none(domain):
    dns = zone(s1=GOOD)
    found = result(signed_letter(d=domain), dns)
    assert (found.result, found.domain, found.aligned_domain, dns.asked) == (Result.PERMERROR, "", "", [])


def test_authn_41_from_not_signed_is_a_permanent_error():
    found = result(signed_letter(h="to:subject:date"))
    assert (found.reason, found.result, found.domain) == (Reason.FROM_UNSIGNED, Result.PERMERROR, "example.com")


@pytest.mark.parametrize("length", [0, 5, len(relaxed_body(BODY)) - 1, len(relaxed_body(BODY))])
def test_authn_42_what_is_appended_behind_l_is_not_signed(length):
    header = HEADER + b'Content-Type: multipart/mixed; boundary="theirs"\r\n'
    signature = signature_field(header=header, l=str(length), h="from:to:subject")
    appended = BODY + b"--theirs\r\nContent-Type: text/html\r\n\r\n<p>Pay here</p>\r\n--theirs--\r\n"
    found = result(letter(signature + header.replace(b"theirs", b"other") + b"\r\n" + appended))
    assert (found.reason, found.result, found.aligned_domain) == (Reason.PARTIAL_BODY, Result.POLICY, "")
    assert found.unsigned_octets == len(relaxed_body(appended)) - length


def test_authn_42_l_over_all_of_the_body_is_no_harm():
    assert result(signed_letter(l=str(len(relaxed_body(BODY))))).result is Result.PASS


@pytest.mark.parametrize("name", ["From", "Subject", "To", "Date"])
def test_authn_43_a_second_field_above_the_signed_one_is_reported(name):
    added = f"{name}: something else <x@attacker.example>\r\n".encode()
    found = result(letter(added + signature_field() + HEADER + b"\r\n" + BODY))
    assert (found.result, found.unsigned_copies) == (Result.PASS, (name.lower(),))


def test_authn_43_where_it_is_oversigned_the_signature_breaks():
    signature = signature_field(h="from:from:subject:subject")
    assert result(letter(signature + HEADER + b"\r\n" + BODY)).result is Result.PASS
    for added in (b"From: x\r\n", b"Subject: x\r\n"):
        assert result(letter(added + signature + HEADER + b"\r\n" + BODY)).reason is Reason.SIGNATURE


def test_authn_43_a_second_field_below_the_signed_one_breaks_the_signature():
    assert result(letter(signature_field() + HEADER + b"From: x\r\n\r\n" + BODY)).reason is Reason.SIGNATURE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (rsa_record((1 << 767) | 1), Reason.SHORT_KEY),
        (rsa_record((1 << 1023) | 1, 1), Reason.BAD_KEY),
        (rsa_record((1 << 1023) | 1, (1 << 900) | 1), Reason.EXPONENT),
        ("v=DKIM1; p=", Reason.REVOKED),
        (f"v=DKIM1; t=y; {KEY}", Reason.TESTING),
        (f"v=DKIM1; t=x:y:z; {KEY}", Reason.TESTING),
        (f"v=DKIM1; h=sha1; {KEY}", Reason.OTHER_HASH),
        (f"v=DKIM1; s=tlsrpt; {KEY}", Reason.OTHER_SERVICE),
        (f"v=DKIM1; g=; {KEY}", Reason.OTHER_LOCAL_PART),
        (f"v=DKIM1; g=bob; {KEY}", Reason.OTHER_LOCAL_PART),
        (f"v=DKIM1; t=s; {KEY}", Reason.STRICT),
        (f"v=DKIM1; k=ed25519; {KEY}", Reason.BAD_KEY),
        (f"v=DKIM1; k=dsa; {KEY}", Reason.OTHER_ALGORITHM),
        (f"v=DKIM2; {KEY}", Reason.BAD_KEY),
        (f"{KEY}; v=DKIM1", Reason.BAD_KEY),
        (f"v=DKIM1; {KEY[:-9]}", Reason.BAD_KEY),
        (f"v=DKIM1; {KEY[:60]}*{KEY[60:]}", Reason.BAD_KEY),
        ("v=DKIM1", Reason.BAD_KEY),
        ("", Reason.BAD_KEY),
        (record(rsa_key(1032)), Reason.SIGNATURE),
    ],
)  # fmt: skip
def test_authn_44_a_bad_key_lets_nothing_pass(text, why):
    message = signed_letter(i="ann@mail.example.com")
    assert result(message, zone(s1=GOOD)).result is Result.PASS
    found = result(message, zone(s1=text))
    assert (found.reason, found.result is Result.PASS, found.aligned_domain) == (why, False, "")


def test_authn_44_a_signature_of_512_bits_that_holds_does_not_pass():
    message = signed_letter(key=weak_key())
    assert result(message, zone(s1=record(weak_key()))).reason is Reason.SHORT_KEY
    dns = zone(s1=record(weak_key()))
    lax = answer(verify(dns, message, NOW, is_public_suffix=is_public_suffix, limits=DkimLimits(shortest=512)))
    assert lax[0].reason is Reason.VERIFIED


def test_authn_44_a_key_in_testing_mode_neither_helps_nor_harms():
    dns = zone(s1=f"v=DKIM1; t=y; {KEY}")
    assert result(signed_letter(), dns).is_testing
    broken = letter(signature_field() + HEADER.replace(b"Ann", b"Eve") + b"\r\n" + BODY)
    assert (result(broken, dns).reason, result(broken, dns).is_testing) == (Reason.SIGNATURE, True)


def test_authn_44_rsa_sha1_is_not_even_verified():
    dns = zone(s1=GOOD)
    assert (result(signed_letter(a="rsa-sha1"), dns).reason, dns.asked) == (Reason.SHA1, [])


def test_authn_47_a_key_of_8_kib_or_16384_bits_is_refused_unverified():
    assert result(signed_letter(), zone(s1=f"{GOOD}; n={'x' * 8192}")).reason is Reason.LONG_KEY
    assert result(signed_letter(), zone(s1=rsa_record((1 << 16383) | 1))).reason is Reason.LONG_KEY


def test_authn_47_5000_names_are_refused():
    dns = zone(s1=GOOD)
    assert (result(signed_letter(h=":".join(["from"] * 5000)), dns).reason, dns.asked) == (Reason.MANY_NAMES, [])


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"t": str(NOW - 99), "x": str(NOW - 1)}, Reason.EXPIRED),
        ({"x": str(NOW - 1)}, Reason.NUMBER),
        ({"t": str(NOW + 3600)}, Reason.FUTURE),
        ({"t": "9" * 12}, Reason.FUTURE),
        ({"i": "ann@example.net"}, Reason.ALIEN_IDENTITY),
        ({"i": "ann@notexample.com"}, Reason.ALIEN_IDENTITY),
        ({"d": "co.uk"}, Reason.PUBLIC_SUFFIX),
        ({"d": "com"}, Reason.DOMAIN),
    ],
)
def test_authn_48_impossible_claims_do_not_pass(changed, why):
    dns = Zone({f"s1._domainkey.{domain}": {"TXT": [GOOD]} for domain in ("example.com", "co.uk", "com")})
    found = result(signed_letter(**changed), dns)
    assert (found.reason, found.result is Result.PASS, dns.asked) == (why, False, [])


NAME = "s1._domainkey.example.com"


ELSEWHERE = {NAME: {"CNAME": ["elsewhere.example"]}}


@pytest.mark.parametrize(
    ("names", "why", "said"),
    [
        ({NAME: {"TIMEOUT": True}}, Reason.NO_ANSWER, Result.TEMPERROR),
        ({**ELSEWHERE, "elsewhere.example": {"TIMEOUT": True}}, Reason.NO_ANSWER, Result.TEMPERROR),
        ({NAME: {"CNAME": [NAME]}}, Reason.NO_ANSWER, Result.TEMPERROR),
        (ELSEWHERE, Reason.NO_KEY, Result.PERMERROR),
        ({**ELSEWHERE, "elsewhere.example": {"TXT": [GOOD]}}, Reason.VERIFIED, Result.PASS),
        ({NAME: {"A": ["192.0.2.1"]}}, Reason.NO_KEY, Result.PERMERROR),
        ({}, Reason.NO_KEY, Result.PERMERROR),
        ({NAME: {"TXT": [[GOOD[:100], GOOD[100:]]]}}, Reason.VERIFIED, Result.PASS),
    ],
)  # fmt: skip
def test_authn_49_no_answer_is_temporary_and_no_key_is_not(names, why, said):
    found = result(signed_letter(), Zone(names))
    assert (found.reason, found.result) == (why, said)


@pytest.mark.parametrize("form", ["simple", "relaxed"])
@pytest.mark.parametrize(
    ("end", "passes_simple"), [(b"\r\n\r\n\r\n", True), (b"", True), (b" \r\n", False), (b"\t\r\n \r\n", False)]
)
def test_authn_50_white_space_at_the_end_of_the_body_counts_as_the_rfc_says(form, end, passes_simple):
    body = b"Hello  Bob,\r\n good bye.\r\n"
    signature = signature_field(body=body, c=f"relaxed/{form}")
    passes = result(letter(signature + HEADER + b"\r\n" + body + end)).result is Result.PASS
    assert passes is (passes_simple or form == "relaxed")


@pytest.mark.parametrize(("form", "passes"), [("simple", False), ("relaxed", True)])
def test_authn_50_runs_of_white_space_count_in_simple_form_only(form, passes):
    body = b"Hello \t Bob, \r\n good bye.\r\n"
    signature = signature_field(body=b"Hello Bob,\r\n good bye.\r\n", c=f"relaxed/{form}")
    assert (result(letter(signature + HEADER + b"\r\n" + body)).result is Result.PASS) is passes


def test_authn_50_white_space_at_the_start_of_a_line_stays_in_both_forms():
    signature = signature_field(body=b"a\r\n b\r\n")
    assert result(letter(signature + HEADER + b"\r\n" + b"a\r\nb\r\n")).reason is Reason.BODY
    assert result(letter(signature + HEADER + b"\r\n" + b"a\r\n\t  b\r\n")).result is Result.PASS


def test_authn_51_a_carriage_return_within_a_line_is_no_line_end():
    """The gateway refuses such content; should any come all the same, it hashes as what it is."""
    signed, sent = b"a\r\nb\r\n", b"a\rb\r\n"
    signature = signature_field(bh=text64(body_hash(signed)))
    assert result(letter(signature + HEADER + b"\r\n" + sent)).reason is Reason.BODY
