"""What a finished transaction says of its sender."""

import pytest

from gatepost.auth.conduct import AUTHENTICATION, SAYS_NOTHING, UNKNOWN, Conduct, conduct
from gatepost.engine.catalogue import check_classes
from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.trace import Decision, End, Exchange, RecipientEnd, Step, Trace
from gatepost.model.verdict import Action, Verdict
from gatepost.policy.shipped_rules import BASICS, FACTS, QUARANTINE, REJECT, TAG

GOOD, BAD, NEITHER = Conduct.GOOD, Conduct.BAD, Conduct.NEITHER
BOB = RecipientEnd("bob@example.com", End.DELIVERED)


def trace(end=End.DELIVERED, *because, action="accept", rule="default", found=(), **more):
    """`found`: code and points of findings at MESSAGE."""
    step = Step("any", findings=tuple(Finding(code, score=score) for code, score in found))
    verdict = Verdict(Action(action), Reply(250, "", "OK"), rule, because)
    start = {
        "id": "t", "session": "s", "node": "n", "worker": 0, "listener": "inbound", "began": 0.0, "elapsed": 1.0,
        "client_ip": "192.0.2.99", "client_port": 1, "server": "198.51.100.25:25", "recipients": (BOB,),
        "decisions": (Decision(Phase.MESSAGE, verdict, (step,)),),
    }  # fmt: skip
    return Trace(end=end, action=action, rule=rule, because=because, **{**start, **more})


def refused(*because, **more):
    return trace(more.pop("end", End.REFUSED), *because, action="reject", rule="any", **more)


def test_what_was_delivered_without_points_speaks_for_him():
    assert conduct(trace()) is GOOD
    assert conduct(trace(found=[("spf.pass", 0.0), ("dkim.pass", 0.0)])) is GOOD


def test_what_was_delivered_with_some_points_says_nothing():
    assert conduct(trace(found=[("header.no_date", 0.5)])) is NEITHER


@pytest.mark.parametrize(
    "code",
    ["header.nul", "dnsbl.listed", "recipient.unknown", "harvest.detected", "early_talker.detected", "helo.loopback",
     "recipient.not_ours", "author.repeated"],
)  # fmt: skip
@pytest.mark.parametrize("end", [End.REFUSED, End.DROPPED])
def test_what_was_refused_for_what_it_was_speaks_against_him(code, end):
    assert conduct(refused(code, end=end)) is BAD


@pytest.mark.parametrize("name", sorted(SAYS_NOTHING))
def test_what_is_about_us_or_about_forwarding_says_nothing(name):
    assert conduct(refused(f"{name}.any")) is NEITHER


def test_one_reason_against_him_is_enough():
    assert conduct(refused("spf.fail", "header.nul")) is BAD


def test_a_check_without_an_answer_says_nothing():
    assert conduct(refused("dnsbl.unavailable")) is NEITHER


def test_a_rule_that_gives_no_reason_says_nothing():
    assert conduct(refused()) is NEITHER


@pytest.mark.parametrize("end", [End.DEFERRED, End.ABANDONED, End.IDLE])
def test_who_may_come_back_or_has_gone_says_nothing(end):
    assert conduct(trace(end, "header.nul", action="reject", rule="any")) is NEITHER


def test_what_is_held_speaks_against_him_where_it_has_a_reason():
    held = trace(End.QUARANTINED, "attachments.office_macro", action="quarantine", rule="any")
    assert conduct(held) is BAD
    assert conduct(trace(End.QUARANTINED, action="quarantine", rule="all-for-bob")) is NEITHER


def test_a_mail_server_that_refuses_says_nothing():
    assert conduct(trace(End.REFUSED)) is NEITHER


@pytest.mark.parametrize(
    ("rule", "seen"), [("content.bare-line-end", BAD), ("content.nul", BAD), ("content.size", NEITHER)]
)
def test_content_that_could_smuggle_speaks_against_him_and_a_large_one_does_not(rule, seen):
    assert conduct(trace(End.REFUSED, exchanges=(Exchange("content", "554", rule),))) is seen


def test_who_guesses_is_not_excused_by_one_good_recipient():
    unknown = RecipientEnd("x@example.com", End.REFUSED, rule="unknown-recipient")
    assert conduct(trace(recipients=(BOB, unknown))) is GOOD
    assert conduct(trace(recipients=(BOB, unknown, unknown))) is BAD


# ── points ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("rule", "action", "end"),
    [(TAG, "tag", End.DELIVERED), (QUARANTINE, "quarantine", End.QUARANTINED), (REJECT, "reject", End.REFUSED)],
)
def test_points_speak_against_him_but_not_those_of_his_reputation(rule, action, end):
    def marked(*found):
        codes = tuple(code for code, score in found if score > 0)
        return conduct(trace(end, *codes, action=action, rule=rule, found=found))

    assert marked(("content.pills", 4.0), ("header.no_date", 1.0)) is BAD
    assert marked(("content.pills", 4.0), ("reputation.bad", 2.0)) is BAD
    assert marked(("content.pills", 2.0), ("reputation.bad", 3.0)) is NEITHER
    assert marked(("reputation.bad", 5.0)) is NEITHER


def test_a_bad_name_does_not_spoil_a_message_that_is_good():
    assert conduct(trace(found=[("reputation.bad", 2.0)])) is GOOD


def test_a_good_name_does_not_make_a_message_good():
    assert conduct(trace(found=[("reputation.good", -2.0), ("header.no_date", 0.5)])) is NEITHER


def test_a_mark_that_says_nothing_of_him_is_none():
    assert conduct(trace(End.DELIVERED, "dmarc.quarantine", action="tag", rule="dmarc-quarantine")) is NEITHER


# ── names ────────────────────────────────────────────────────────────────────
def test_the_names_are_those_of_checks():
    planned = {"arc", "sender_id", "own_author"} & AUTHENTICATION
    assert planned | check_classes().keys() >= SAYS_NOTHING


def test_rules_that_tell_who_guesses_exist():
    assert {rule.name for rule in (*BASICS, *FACTS)} >= UNKNOWN
