"""AUTHN-03, AUTHN-04, AUTHN-41 to AUTHN-54, AUTHN-61: signatures and seals that do not hold what they seem to."""

import time

import pytest

from gatepost.auth.samples import BODY, PRIVATE, sealed
from tests.attacks.authn import ATTACKER, VICTIM, codes, letter, outcomes, passed_on, properties, said
from tests.auth.dkim.workshop import ed25519_key, signature_field, weak_key

REFUSED = "550 5.7.26 "  # signer.test asks to refuse what it has not signed
PASSED = {"spf": "pass", "dkim": "pass", "dmarc": "pass"}
PLAIN = letter(b"From: a@signer.test").partition(b"\r\n\r\n")[0] + b"\r\n"


NAMES = "from:from:to:to:subject:subject:date:date"


def signature(key=PRIVATE, header=PLAIN, **tags):
    """One that holds as far as these tags let it."""
    return signature_field(header, BODY, key, **{"d": "signer.test", "s": "s", "h": NAMES, **tags})


def signed(on_top=None, body=BODY):
    return (signature() if on_top is None else on_top) + PLAIN + b"\r\n" + body


def test_authn_45_what_is_signed_well_passes(checked):
    content = signed()
    assert said(checked, content).startswith("250 ")
    assert outcomes(checked) == PASSED
    checked.assert_backend_saw(content)


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param({"s": "victim.test.\x01.any"}, id="03-control"),
        pytest.param({"s": "victim.test\\000.any"}, id="03-escape"),
        pytest.param({"s": "s/../x"}, id="03-path"),
        pytest.param({"d": "victim.test'a.signer.test"}, id="04-quote"),
        pytest.param({"d": "victim.test(.signer.test"}, id="04-comment"),
        pytest.param({"h": "to:subject:date"}, id="41"),
        pytest.param({"l": "2"}, id="42"),
        pytest.param({"l": "0"}, id="42-all"),
        pytest.param({"a": "rsa-sha1"}, id="44-sha1"),
        pytest.param({"a": "rsa-sha256"}, id="44-other-algorithm"),
        pytest.param({"key": weak_key(), "s": "weak"}, id="44-512-bits"),
        pytest.param({"s": "revoked"}, id="44-revoked"),
        pytest.param({"s": "testing"}, id="44-testing"),
        pytest.param({"s": "tls"}, id="44-other-service"),
        pytest.param({"s": "sha1"}, id="44-other-hash"),
        pytest.param({"h": "from:" + "x:" * 5000 + "to"}, id="47-names"),
        pytest.param({"s": "huge"}, id="47-record"),
        pytest.param({"x": "1704103201"}, id="48-expired"),
        pytest.param({"t": "9999999999"}, id="48-future"),
        pytest.param({"i": "@victim.test"}, id="48-identity"),
        pytest.param({"d": "test"}, id="48-suffix"),
        pytest.param({"s": "gone"}, id="49-no-key"),
    ],
)
def test_authn_03_04_41_42_44_47_48_49_what_must_not_pass_does_not(checked, attacked_names, tags):
    before = len(attacked_names.asked)
    assert said(checked, signed(signature(**tags))).startswith(REFUSED)
    asked = [question.name for question in attacked_names.asked[before:]]
    assert not [name for name in asked if "victim" in name or not name.isprintable()], asked
    checked.assert_nothing_passed()


def test_authn_03_a_selector_with_nul_does_not_even_arrive(checked):
    assert said(checked, signed(signature(s="victim.test.\0.any"))).startswith("550 5.6.11 ")
    checked.assert_nothing_passed()


def test_authn_04_an_odd_domain_is_not_repeated_in_our_results(checked):
    odd = signature(d="victim.test'a.attacker.test") + letter(b"From: " + ATTACKER)
    assert said(checked, odd).startswith("250 ")
    assert outcomes(checked)["dkim"] == "permerror"
    assert not [value for value in properties(checked) if "victim" in value]


def test_authn_42_what_is_appended_is_not_signed(checked):
    assert said(checked, signed(signature(l=str(len(BODY))), BODY + b"<p>Pay here</p>\r\n")).startswith(REFUSED)
    assert said(checked, signed(body=BODY + b"<p>Pay here</p>\r\n")).startswith(REFUSED)
    checked.assert_nothing_passed()


def test_authn_43_a_second_from_is_refused_and_another_second_field_breaks_the_signature(checked):
    assert said(checked, b"From: " + VICTIM + b"\r\n" + signed()).startswith("554 5.6.0 ")
    assert said(checked, b"Subject: Win\r\n" + signed()).startswith(REFUSED)
    checked.assert_nothing_passed()


def test_authn_43_where_the_signer_left_room_the_second_field_is_named(checked):
    loose = signature(h="from:to:subject:date")
    reply = said(checked, b"Subject: Win\r\n" + signed(loose))
    assert reply.startswith("250 ")
    assert {"dkim.unsigned_copy", "header.duplicate"} <= codes(checked, reply)


def test_authn_46_of_500_signatures_few_are_verified(checked, attacked_names):
    bad = b"".join(signature(ed25519_key(), s=f"n{number}") for number in range(500))
    before, began = len(attacked_names.asked), time.monotonic()
    assert said(checked, bad + PLAIN + b"\r\n" + BODY).startswith(REFUSED)
    asked = [question.name for question in attacked_names.asked[before:] if "_domainkey" in question.name]
    assert 0 < len(asked) <= 8 and time.monotonic() - began < 5, asked
    checked.assert_nothing_passed()


def test_authn_46_unparsable_ones_first_do_not_hide_the_good_one(checked):
    unparsable = b"DKIM-Signature: v=1; d=signer.test; nonsense\r\n" * 100
    assert said(checked, unparsable + signed()).startswith("250 ")
    assert outcomes(checked)["dmarc"] == "pass"


def test_authn_49_a_key_that_nobody_can_ask_for_is_a_temporary_error(checked):
    assert said(checked, signed(signature(s="mute"))).startswith("250 ")
    assert (outcomes(checked)["dkim"], outcomes(checked)["dmarc"]) == ("temperror", "temperror")


@pytest.mark.parametrize("body", [BODY + b"\r\n\r\n", BODY.replace(b"\r\n", b" \t\r\n"), BODY[:-2] + b"\r\n"])
def test_authn_50_white_space_that_the_form_forgives_is_forgiven(checked, body):
    assert said(checked, signed(body=body)).startswith("250 ")
    assert outcomes(checked) == PASSED


def test_authn_50_white_space_that_it_does_not_breaks_the_signature(checked):
    for body in (b"\r\n" + BODY, b" " + BODY, BODY.replace(b"i", b"i ")):
        assert said(checked, signed(body=body)).startswith(REFUSED)


@pytest.mark.parametrize("body", [b"Hi.\r\r\n", b"Hi.\n", b"Hi.\r", b"H\ri.\r\n"])
def test_authn_51_line_ends_that_only_some_verifiers_see_are_refused_before(checked, body):
    with checked.connect() as client:
        client.data()
        client.send(signature() + PLAIN + b"\r\n" + body + b"\r\n.\r\n")
        assert str(client.reply()).startswith("550 5.6.11 ")
    checked.assert_nothing_passed()


def arc_set(number):
    return (
        b"ARC-Seal: i=%d; a=rsa-sha256; b=x; cv=pass; d=sealer%d.test; s=s\r\n"
        b"ARC-Message-Signature: i=%d; a=rsa-sha256; b=x; bh=x; d=sealer%d.test; s=s; h=from\r\n"
        b"ARC-Authentication-Results: i=%d; victim.test; dmarc=pass header.from=victim.test\r\n"
    ) % (number, number, number, number, number)


@pytest.mark.parametrize("numbers", [range(100, 0, -1), (51, *range(50, 0, -1)), (3, 1), (1, 1), (0,), (2,)], ids=str)
def test_authn_52_53_what_is_no_chain_fails_and_asks_nobody(checked, attacked_names, numbers):
    before = len(attacked_names.asked)
    content = b"".join(map(arc_set, numbers)) + letter(b"From: " + ATTACKER)
    assert said(checked, content).startswith("250 ")
    assert outcomes(checked)["arc"] == "fail"
    assert not [question for question in attacked_names.asked[before:] if "sealer" in question.name]


def test_authn_54_a_seal_of_somebody_who_is_not_trusted_helps_nobody(checked):
    forged = letter(b"From: " + VICTIM).partition(b"\r\n\r\n")[0] + b"\r\n"
    content = sealed("attacker.test", "dmarc=pass header.from=victim.test", forged) + b"\r\n" + BODY
    assert said(checked, content).startswith(REFUSED)
    checked.assert_nothing_passed()


def test_authn_61_one_signed_message_over_and_over_is_evidence(checking):
    target = checking({"checks": {"dkim_replay": {"messages_per_hour": 5}}})
    replies = [said(target, signed(), sender=b"x%d@attacker.test" % number) for number in range(6)]
    assert all(reply.startswith("250 ") for reply in replies)
    assert "dkim_replay.many" not in codes(target, replies[4])
    assert "dkim_replay.many" in codes(target, replies[5])
    assert passed_on(target)[0].name == "DKIM-Signature"
