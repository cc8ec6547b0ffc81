"""AUTHN-08 to AUTHN-26, AUTHN-30: a message that two programs may read as two people's is nobody's, and is refused."""

import re

import pytest

from tests.attacks.authn import ATTACKER, VICTIM, letter, outcomes, passed_on, properties, said
from tests.auth.test_author import MAILSPLOIT, SHAPES, in_plain_sight

UNCLEAR = "554 5.6.0 From must name one clear mailbox: "
FROM_VICTIM, FROM_ATTACKER = b"From: " + VICTIM, b"From: " + ATTACKER
EVERY = 19  # of the machine-made shapes one in so many goes through the gateway; all of them through the reader


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param((FROM_VICTIM, FROM_ATTACKER), id="08"),
        pytest.param((FROM_ATTACKER, b"fRoM: " + VICTIM), id="08-any-case"),
        pytest.param((FROM_ATTACKER, b"X: y", FROM_ATTACKER), id="08-twice-the-same"),
        pytest.param((b"From : " + VICTIM, FROM_ATTACKER), id="10"),
        pytest.param((FROM_ATTACKER, b"From\t: " + VICTIM), id="10-tab"),
        pytest.param((b"From\r\n : " + VICTIM, FROM_ATTACKER), id="11"),
        pytest.param((FROM_ATTACKER, b"From\r\n\t: " + VICTIM), id="11-tab"),
        pytest.param((b"Sender: " + VICTIM,), id="12"),
        pytest.param((b"Resent-From: " + VICTIM,), id="13"),
        pytest.param((b"Resent-From: " + VICTIM, b"Sender: " + ATTACKER), id="12-13"),
        pytest.param((b"From: %s, %s" % (VICTIM, ATTACKER),), id="14"),
        pytest.param((b"From: %s, <%s>" % (ATTACKER, VICTIM),), id="14-angle"),
    ],
)
def test_authn_08_10_11_12_13_14_there_is_one_author(checked, fields):
    assert said(checked, letter(*fields)).startswith(UNCLEAR)
    checked.assert_nothing_passed()


def test_authn_09_a_header_does_not_begin_with_a_blank(checked):
    assert said(checked, letter(b" " + FROM_VICTIM, FROM_ATTACKER)).startswith("554 5.6.0 ")
    checked.assert_nothing_passed()


def test_authn_09_a_from_that_is_the_fold_of_another_field_is_no_from(checked):
    content = letter(b"X-Y: z\r\n " + FROM_VICTIM, FROM_ATTACKER)
    assert said(checked, content).startswith("250 ")
    assert outcomes(checked)["dmarc"] == "none", "the attacker's domain was asked, which has no policy"
    checked.assert_backend_saw(content)


def test_authn_14_several_authors_have_to_pass_each(checked):
    two = letter(b"From: %s, %s" % (ATTACKER, VICTIM), b"Sender: " + ATTACKER)
    assert said(checked, two).startswith("550 5.7.26 ")
    assert said(checked, two.replace(VICTIM, b"y@mail.attacker.test")).startswith("250 ")


@pytest.mark.parametrize(
    "word", [b"=?utf-8?B?PGFkbWluQHZpY3RpbS50ZXN0Pg==?=", b"=?utf-8?q?=3Cadmin=40victim.test=3E=2C?="]
)
def test_authn_15_an_encoded_word_is_no_address_and_is_named(checked, word):
    content = letter(b"From: %s <%s>" % (word, ATTACKER))
    assert said(checked, content, helo=b"word.attacker.test").startswith("250 ")
    assert outcomes(checked) == {"spf": "pass", "dkim": "none", "dmarc": "none"}
    assert not [value for value in properties(checked) if "victim" in value]


def test_authn_16_a_route_leads_to_its_end(checked):
    assert said(checked, letter(b"From: <@attacker.test,@x.test:%s>" % VICTIM)).startswith("550 5.7.26 ")
    checked.assert_nothing_passed()


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"<%s>\\,<%s>" % (VICTIM, ATTACKER), id="17"),
        pytest.param(VICTIM + b",<%s>" % ATTACKER, id="18"),
        pytest.param(b"x %s <%s>" % (VICTIM, ATTACKER), id="18-no-comma"),
        pytest.param(b"<%s>%s" % (ATTACKER, VICTIM), id="19"),
        pytest.param(b"<%s> Victim" % ATTACKER, id="19-word"),
        pytest.param(b"x:<%s>,<%s>;" % (VICTIM, ATTACKER), id="21"),
        pytest.param(b"%s:<%s>;" % (VICTIM, ATTACKER), id="21-name"),
        pytest.param(b"undisclosed:;", id="21-empty"),
        pytest.param(b"<a@gm@ail.com>", id="25"),
        pytest.param(b"<%s@%s>" % (ATTACKER, b"victim.test"), id="25-both"),
        pytest.param(b"alice@victim.test)bob@attacker.test", id="26"),
        pytest.param(b"alice@victim.test,(<bob@attacker.test>", id="26-comment"),
        pytest.param(b"alice@victim.test]bob@attacker.test", id="26-bracket"),
        pytest.param(b'"alice@victim.test <bob@attacker.test>', id="26-quote"),
        pytest.param("<ad\u202emin@victim.test>".encode(), id="30"),
        pytest.param("<admin@\u202evictim.test>".encode(), id="30-domain"),
        pytest.param("<admin@victim.test\u202e>".encode(), id="30-end"),
    ],
)
def test_authn_17_18_19_21_25_26_30_what_can_be_read_in_two_ways_is_refused(checked, value):
    assert said(checked, letter(b"From: " + value)).startswith(UNCLEAR)
    checked.assert_nothing_passed()


def test_authn_18_a_comma_in_a_name_is_real_mail(checked):
    content = letter(b"From: Doe, John <%s>" % ATTACKER)
    assert said(checked, content).startswith("250 ")
    checked.assert_backend_saw(content)


def test_authn_22_nothing_hidden_in_from_passes(checked):
    for value in MAILSPLOIT:
        reply = said(checked, letter(b"From: " + value))
        assert reply.startswith("550 5.6.11 " if b"\0" in value else UNCLEAR), value
    checked.assert_nothing_passed()


def test_authn_23_no_machine_made_from_passes_with_two_addresses_or_a_nul(checked):
    passed = []
    for value in SHAPES[::EVERY]:
        reply = said(checked, letter(b"From: " + value))
        assert re.match(r"250 |554 5\.6\.0 |550 5\.6\.11 ", reply), (value, reply)
        if reply.startswith("250 "):
            passed.append(value)
            assert b"\0" not in value and in_plain_sight(value).count(b"@") == 1, value
    assert 10 < len(passed) < len(SHAPES) / EVERY / 4
    for taken in checked.messages():
        assert taken.octets.lower().count(b"\r\nfrom:") == 1, taken.octets


@pytest.mark.parametrize("octets", [b"\xff", "\uffff".encode(), b"}", b"\x80", b"\x7f", b"\x01"])
def test_authn_24_nothing_cuts_an_address_short(checked, octets):
    assert said(checked, letter(b"From: <%s%s%s>" % (VICTIM, octets, b"attacker.test"))).startswith(UNCLEAR)
    checked.assert_nothing_passed()


def test_authn_24_nor_does_a_nul(checked):
    assert said(checked, letter(b"From: <%s\0attacker.test>" % VICTIM)).startswith("550 5.6.11 ")
    checked.assert_nothing_passed()


def test_authn_08_with_the_check_off_dmarc_still_finds_no_author_to_vouch_for(checking):
    target = checking({"checks": {"author": {"enabled": False}}})
    assert said(target, letter(FROM_ATTACKER, FROM_VICTIM)).startswith("250 ")
    assert "dmarc" not in outcomes(target)
    assert [field.name for field in passed_on(target)][:2] == ["From", "From"]
