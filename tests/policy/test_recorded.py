"""A recorded decision can be taken again from the trace alone."""

import pytest

from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.samples import TLS13, connect, data, helo, mail, message, rcpt
from gatepost.model.trace import Decision, End, Step, Trace
from gatepost.model.verdict import Action, Verdict
from gatepost.policy.facts import facts_of
from gatepost.policy.recorded import recorded_facts, recorded_findings

BOB, CAROL, DAVE = "bob@example.com", "carol@example.com", "dave@example.com"


def decision(phase, *codes, recipient="", action=Action.ACCEPT):
    steps = tuple(Step("check", findings=(Finding(code),)) for code in codes)
    return Decision(phase, Verdict(action, Reply(250, "", "OK"), "default"), steps, recipient=recipient)


DECISIONS = (
    decision(Phase.CONNECT, "connect.x"),
    decision(Phase.HELO),
    decision(Phase.MAIL, "mail.x", "mail.y"),
    decision(Phase.RCPT, "rcpt.bob", recipient=BOB),
    decision(Phase.RCPT, "rcpt.dave", recipient=DAVE, action=Action.REJECT),
    decision(Phase.RCPT, "rcpt.carol", recipient=CAROL, action=Action.TAG),
    decision(Phase.DATA),
    decision(Phase.MESSAGE, "message.x", recipient=BOB),
)


def trace(**more):
    start = {
        "id": "t-1", "session": "s-1", "node": "n", "worker": 0, "listener": "inbound", "began": 0.0, "elapsed": 0.0,
        "client_ip": "192.0.2.99", "client_port": 1, "server": "x", "end": End.DELIVERED, "helo": "client.example.net",
        "tls": TLS13, "sender": "ann@example.net", "size": message().message.size, "decisions": DECISIONS,
    }  # fmt: skip
    return Trace(**{**start, **more})


def at(phase, recipient=""):
    return next(d for d in DECISIONS if d.phase == phase and d.recipient == recipient)


def codes(which):
    return [finding.code for finding in recorded_findings(trace(), which)]


def test_evidence_is_that_of_earlier_phases_and_its_own():
    assert codes(at(Phase.MAIL)) == ["connect.x", "mail.x", "mail.y"]


def test_evidence_about_other_recipients_is_left_out():
    assert codes(at(Phase.RCPT, DAVE)) == ["connect.x", "mail.x", "mail.y", "rcpt.dave"]
    assert codes(at(Phase.MESSAGE, BOB)) == ["connect.x", "mail.x", "mail.y", "rcpt.bob", "message.x"]


@pytest.mark.parametrize(
    ("which", "stage"),
    [
        (at(Phase.CONNECT), connect()),
        (at(Phase.HELO), helo(tls=TLS13)),
        (at(Phase.MAIL), mail(tls=TLS13)),
        (at(Phase.RCPT, BOB), rcpt(BOB, tls=TLS13)),
        (at(Phase.DATA), data((BOB, CAROL), tls=TLS13)),
        (at(Phase.MESSAGE, BOB), message(recipients=(BOB, CAROL), tls=TLS13)),
    ],
)
def test_facts_are_those_of_the_stage(which, stage):
    recipient = stage.recipients[0] if which.phase == Phase.MESSAGE else None
    assert recorded_facts(trace(), which) == facts_of(stage, recipient)


def test_the_null_sender_is_told_from_none():
    facts = recorded_facts(trace(sender=""), at(Phase.MAIL))
    assert facts == facts_of(mail("", tls=TLS13))


def test_a_single_recipient_is_the_recipient_of_the_message():
    only = trace(decisions=(at(Phase.RCPT, BOB), decision(Phase.MESSAGE)))
    assert recorded_facts(only, only.decisions[1])["recipient.address"] == BOB


def test_the_bare_postmaster_has_no_domain():
    facts = recorded_facts(trace(), decision(Phase.RCPT, recipient="postmaster"))
    assert facts == facts_of(rcpt("postmaster", tls=TLS13))


def test_a_decision_that_is_not_of_the_trace_rests_on_all_that_was_found_before_its_phase():
    new = decision(Phase.DATA, "data.x")
    assert [f.code for f in recorded_findings(trace(), new)] == ["connect.x", "mail.x", "mail.y", "data.x"]
