"""The spam confidence level, and what moves it."""

import pytest
from pydantic import ValidationError

from gatepost.auth.dkim.result import DkimResult, DkimResults, Reason
from gatepost.checks.spam import LEVELS, WORTH, Config, Spam, SpamRecipient, phishing
from gatepost.model.finding import Finding, Findings
from gatepost.model.inspection import Inspection, Link, Text
from gatepost.model.samples import message, rcpt
from gatepost.model.spam import BYPASSED, SpamLevel
from gatepost.ports.spam_filter import Opinion
from gatepost.testing.fake_spam_filter import FakeSpamFilter
from gatepost.testing.fakes import FakeLists

LONG = "word " * 30
SIGNED = DkimResults((DkimResult(reason=Reason.VERIFIED, domain="example.net"),))


def asked(score=0.0, *, config=None, points=0.0, values=(), texts=(), header=b"Subject: Hi\r\n", taught=True, **more):
    check = Spam(Config(**(config or {})), FakeSpamFilter(Opinion(score=score, is_taught=taught)), FakeLists())
    items = (Finding("odd.thing", score=points), *more.pop("items", ()))
    seen = Inspection(texts=tuple(Text(path="1", kind="plain", text=text) for text in texts or (LONG,)))
    return check(message(header, so_far=Findings(items, (*values, seen)), **more))


def scl(*arguments, **more):
    return asked(*arguments, **more).value.scl


def test_the_level_is_that_of_the_score_and_the_finding_says_it():
    report = asked(7.0)
    assert report.value == SpamLevel(scl=7) and [f.code for f in report.findings] == ["spam.scl_seven"]
    assert asked(-3.0).value.scl == 0 and not asked(-3.0).findings


def test_points_of_other_checks_move_it_within_bounds():
    assert scl(1.0, points=4 / WORTH) == 5 and scl(5.0, points=-2 / WORTH) == 3
    assert scl(0.0, points=1000) == int(12 * WORTH) and scl(9.0, points=-1000) == int(9 - 4 * WORTH)


def test_a_few_words_without_a_link_say_little_against_a_message_and_all_for_it():
    assert scl(8.0, texts=("Hello.",)) == 0 and scl(8.0, texts=("word " * 25,)) == 8
    assert scl(-4.0, texts=("Hello.",), points=5 / WORTH) == 1


def test_before_it_is_taught_words_alone_go_no_higher_than_six_and_evidence_does():
    assert scl(9.0, taught=False) == 6
    assert "no higher until the site has taught it" in asked(9.0, taught=False).findings[0].detail
    assert "until" not in asked(5.0, taught=False).findings[0].detail
    assert scl(9.0, taught=False, points=5.0) == 9


def test_what_was_not_looked_into_is_not_judged():
    assert not Spam(Config(), FakeSpamFilter(Opinion(score=9.0)), FakeLists())(message()).findings


@pytest.mark.parametrize("code", ["access_client.allowed", "access_sender.allowed"])
def test_who_is_allowed_is_not_asked_about(code):
    assert scl(9.0, items=(Finding(code),)) == BYPASSED


def test_who_has_logged_in_is_not_asked_about():
    assert scl(9.0, user="ann") == BYPASSED


def test_a_safe_sender_must_prove_it():
    safe = {"safe_senders": ("@example.net",)}
    assert scl(9.0, config=safe, values=(SIGNED,)) == BYPASSED
    assert scl(9.0, config=safe) == 9 and scl(9.0, config=safe, values=(SIGNED,), sender="") == 9


def test_a_blocked_sender_need_not():
    assert scl(-9.0, config={"blocked_senders": ("ann@example.net",)}) == 9


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("hi", "subject", 3)], 5), ([("hi", "body", 3)], 2), ([("won", "body", 3)], 5), ([("won", "both", -9)], 0),
        ([("won", "both", 99)], 9), ([("won", "both", "max")], 9), ([("won", "both", "min")], 0),
        ([("won", "both", "max"), ("hi", "both", "min")], 0), ([("won", "both", 2), ("hi", "both", 2)], 6),
        ([("absent", "both", "max")], 2),
    ],
)  # fmt: skip
def test_the_weighting_list_adds_as_the_filter_of_exchange_did(changes, expected):
    weights = [{"text": text, "where": where, "change": change} for text, where, change in changes]
    assert scl(2.0, config={"weights": weights}, texts=("You have WON. " + LONG,)) == expected


def test_phishing_is_who_one_claims_to_be_and_where_links_lead():
    link = Link(url="http://x", traits=("userinfo", "ip-host"))
    assert phishing((), ()) == 1 and phishing((), (link, link)) == 4
    assert phishing((Finding("impersonation.person", score=5.0), Finding("header.no_date", score=5.0)), ()) == 6
    assert phishing((Finding("lookalike.homograph", score=50.0),), ()) == 8


def test_what_is_wanted_follows_the_thresholds():
    def wishes(**config):
        return [(wish.outcome, len(wish.codes)) for wish in Spam.wishes(Config(**config))]

    assert wishes() == [("refused", 2), ("marked", 3)]
    assert wishes(gateway_action="quarantine", gateway_threshold=9) == [("held", 1), ("marked", 4)]
    assert wishes(gateway_action="none") == [("marked", 5)]
    assert wishes(gateway_threshold=10, store_threshold=10) == []
    assert Spam.wishes(Config())[0].codes[0] == LEVELS[8].code, "at the threshold, not above it"


def test_a_store_threshold_that_is_never_reached_is_an_error():
    with pytest.raises(ValidationError, match="store_threshold is above"):
        Config(gateway_threshold=5, store_threshold=6)


@pytest.mark.parametrize(
    ("recipient", "is_exempt"),
    [
        ("abuse@example.com", True),
        ("Postmaster@example.com", True),
        ("bob@example.com", False),
        ("x@free.example", True),
    ],
)
def test_some_get_mail_of_any_level(recipient, is_exempt):
    check = SpamRecipient(Config(exempt_recipients=("abuse@", "postmaster@", "@free.example")), FakeLists())
    assert bool(check(rcpt(recipient)).findings) is is_exempt
