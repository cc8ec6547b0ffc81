"""Whose name a message shows, beyond the worked examples: AUTHN-22, AUTHN-30, AUTHN-31, AUTHN-32."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gatepost.auth.author import Author, Standing
from gatepost.auth.dmarc.evaluate import DmarcResult, Outcome
from gatepost.auth.dmarc.judged import DmarcJudged
from gatepost.auth.dmarc.report import Override, OverrideReason
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.checks.impersonation import Config, Impersonation
from gatepost.model.samples import found, message
from gatepost.ports.own_names import OwnNames
from gatepost.syntax.address import address
from gatepost.syntax.mailbox_list import Mailbox
from gatepost.testing.fakes import FakeLists

OWN = OwnNames("mx1.example.com", frozenset({"example.com", "b\u00fccher-bus.test", "xn--bcher-kva.test", "abc.test"}))
ANNA = {"name": "Anna Smith", "addresses": ["anna@example.com"]}
FILES = {"/known": (".service.test",)}


def check(**settings):
    return Impersonation(Config.model_validate({"people": [ANNA], **settings}), OWN, FakeLists(FILES))


PLAIN = check()


def codes(header, *values, asked=PLAIN, user=""):
    at = message(header.encode(), so_far=found(values=values), user=user)
    return [finding.code.partition(".")[2] for finding in asked(at).findings]


def judged(outcome=Outcome.FAIL, overrides=()):
    return DmarcJudged((DmarcResult(outcome=outcome, author="example.com", reason=""),), overrides)


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("Anna Smith <anna@example.com>", []),
        ("Anna Smith <ANNA@Example.com>", []),
        ("Anna Smith <anna@example.net>", ["person"]),
        ("=?utf-8?q?Smith=2C_=C3=81nna?= <x@example.net>", ["person"]),
        ("Anna =?utf-8?q?Sm=D1=96th?= <x@example.net>", ["person"]),
        ("x@example.net (Anna Smith)", ["person"]),
        ("Anna Smith <anna.smith@example.com>", ["person"]),
        ("Bob Jones <x@example.net>", []),
        ("x@example.net", []),
    ],
)
def test_a_protected_name_needs_its_own_address(sender, expected):
    assert codes(f"From: {sender}\r\n") == expected


def test_who_is_there_twice_has_the_addresses_of_both():
    twice = check(people=[ANNA, {"name": "smith, ANNA", "addresses": ["anna@example.net"]}])
    assert codes("From: Anna Smith <anna@example.net>\r\n", asked=twice) == []
    assert codes("From: Anna Smith <anna@example.com>\r\n", asked=twice) == []
    assert codes("From: Anna Smith <anna@example.org>\r\n", asked=twice) == ["person"]


COLLEAGUE = "From: Anna Smith <anna.smith@example.com>\r\n"


@pytest.mark.parametrize(
    ("value", "is_vouched"),
    [
        (judged(Outcome.PASS), True),
        (judged(overrides=(Override(OverrideReason.TRUSTED_FORWARDER),)), True),
        (judged(), False),
        (SpfResult(result=Spf.PASS, domain="mail.example.com"), True),
        (SpfResult(result=Spf.PASS, domain="example.com", is_weak=True), False),
        (SpfResult(result=Spf.PASS, domain="example.net"), False),
        (SpfResult(result=Spf.FAIL, domain="example.com"), False),
    ],
)
def test_a_proved_message_of_ours_claims_nobody(value, is_vouched):
    assert codes(COLLEAGUE, value) == ([] if is_vouched else ["person"])


def test_a_proved_message_of_a_stranger_does():
    passed = DmarcJudged((DmarcResult(outcome=Outcome.PASS, author="example.net", reason=""),))
    assert codes("From: Anna Smith <anna@example.net>\r\n", passed) == ["person"]


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("Example <x@other.test>", ["own_name"]),
        ("EXAMPLE Support <x@other.test>", ["own_name"]),
        ("mail.example.com <x@other.test>", ["own_name"]),
        ("Examples <x@other.test>", []),
        ("B\u00fccher Bus <x@other.test>", ["own_name"]),
        ("Bucher <x@other.test>", ["own_name"]),
        ("ABC <x@other.test>", ["own_name"]),
        ("ABC Tools <x@other.test>", []),
        ("Example <x@example.com>", []),
        ("Example <x@mail.example.com>", []),
    ],
)
def test_names_of_our_domains_are_ours(sender, expected):
    assert codes(f"From: {sender}\r\n") == expected
    assert codes(f"From: {sender}\r\n", asked=check(own_names=False)) == []


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("bob@example.com", ["own_address"]),
        ("x@third.test bob@mail.example.com", ["own_address"]),
        ("bob@third.test", ["other_address"]),
        ("x@other.test", []),
        ("x@mail.other.test", []),
        ("John @ home", []),
    ],
)
def test_AUTHN_31_an_address_in_the_name_is_not_the_author(shown, expected):
    assert codes(f'From: "{shown}" <x@other.test>\r\n', asked=check(own_names=False)) == expected


@pytest.mark.parametrize(
    ("reply_to", "expected"),
    [
        ("ceo@other.test", ["reply_to"]),
        ("Somebody <ceo@other.test>", ["reply_to"]),
        ("anna@example.com", []),
        ("desk@mail.example.com", []),
        ("desk@x.service.test", []),
        ("anna@example.com, ceo@other.test", ["reply_to"]),
        ("anna@example.com\r\nReply-To: ceo@other.test", ["reply_to"]),
        ("undisclosed:;", []),
        ("<", []),
        ("", []),
    ],
)
def test_AUTHN_32_replies_leave_under_a_protected_name(reply_to, expected):
    forged = f"From: Anna Smith <anna@example.com>\r\nReply-To: {reply_to}\r\n"
    assert codes(forged, asked=check(known_file="/known")) == expected


def test_AUTHN_32_our_own_name_is_protected_too():
    header = "From: Bob <bob@other.test>\r\nReply-To: Example Support <x@third.test>\r\n"
    assert codes(header) == ["reply_to"]
    assert codes(header, asked=check(own_names=False)) == []


def test_AUTHN_32_a_thousand_fields_are_not_all_read():
    header = "From: Anna Smith <anna@example.com>\r\n" + "Reply-To: anna@example.com\r\n" * 1000
    assert codes(header + "Reply-To: ceo@other.test\r\n") == []


@pytest.mark.parametrize("mark", ["\u202e", "\u200f", "\u200b", "\u00ad", "\u0007"])
def test_AUTHN_22_30_what_is_not_seen_in_a_name_is_named(mark):
    word = b64encode(f"Anna{mark} Smith".encode()).decode()
    assert codes(f"From: =?utf-8?b?{word}?= <x@other.test>\r\n") == ["hidden", "person"]


def test_a_known_service_may_show_any_name():
    listed = check(known=("docusign.test",), known_file="/known")
    for domain in ("docusign.test", "x.service.test", "service.test"):
        assert codes(f"From: Anna Smith (Example) <x@{domain}>\r\n", asked=listed) == []
    assert codes("From: Anna Smith <x@sub.docusign.test>\r\n", asked=listed) == ["person"]


def test_each_author_is_looked_at_and_each_kind_told_once():
    two = Author(
        Standing.AMBIGUOUS,
        (Mailbox("Bob", address("bob@a.test")), *[Mailbox("Anna Smith", address(f"{x}@b.test")) for x in "xy"]),
    )
    assert codes("From: nobody@example.net\r\n", two) == ["person"]


def test_who_has_logged_in_is_not_asked():
    assert codes("From: Anna Smith <x@other.test>\r\n", user="bob") == []


def test_without_anybody_to_protect_addresses_in_names_are_still_found():
    nobody = Impersonation(Config(), OwnNames("mx1.example.com"), FakeLists())
    assert codes('From: "bob@third.test" <x@other.test>\r\n', asked=nobody) == ["other_address"]
    assert codes("From: Anna Smith <x@other.test>\r\nReply-To: y@third.test\r\n", asked=nobody) == []


def test_what_is_said_of_it_is_printable():
    report = PLAIN(message('From: "Anna Smith" <\u00e4\u200bb@other.test>\r\n'.encode()))
    assert [finding.detail for finding in report.findings] == ['"Anna Smith" with ??b@other.test']


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ({"name": ""}, "at least 1 character"),
        ({"name": "!?"}, "letters or digits"),
        ({"name": "x" * 101}, "at most 100"),
        ({"name": "Anna", "addresses": ["anna"]}, "no domain"),
        ({"name": "Anna", "address": "anna@example.com"}, "Extra inputs"),
    ],
)
def test_a_person_has_a_name_and_addresses(person, why):
    with pytest.raises(ValidationError, match=why):
        Config.model_validate({"people": [person]})


FROM = st.lists(
    st.sampled_from(["Anna", "Smith", " ", "<", ">", '"', "@", "x@other.test", "bob@example.com", ",",
                     "=?utf-8?q?Anna?=", "\u202e", "(", ")", ":", ";", "example", "\u0430"]),
    max_size=15,
).map("".join)  # fmt: skip


@given(FROM, FROM)
def test_any_message_is_judged_without_an_error(sender, reply_to):
    codes(f"From: {sender}\r\nReply-To: {reply_to}\r\n")
