"""Who ended it, and because of what?"""

import pytest
from msgspec.structs import replace

from gatepost.app.recorded import rules_on
from gatepost.cli.explain import all_kinds
from gatepost.cli.explanation import explained
from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.trace import Decision, End, Exchange, Handover, Outcome, RecipientEnd, Step
from gatepost.model.verdict import Action, Verdict
from tests.cli.journal_cli import ACCEPTED, CONTENT, DOWN, HELO, MAIL, NOBODY, OK, RCPT, UNKNOWN
from tests.config.texts import loaded

KINDS = all_kinds()


def why(trace, **change):
    return explained(trace, KINDS, rules_on(loaded(change).settings, "inbound"))


def test_a_delivered_message():
    assert why(ACCEPTED).sentence == (
        "Delivered: no rule spoke against it, and the backend inside at 192.0.2.5:25 "
        "answered 250 2.0.0 Ok: queued as 4F3A."
    )


def test_an_unknown_recipient():
    found = why(NOBODY)
    assert (found.by, found.rule, found.reply) == ("rule", "unknown-recipient", "550 5.1.1 User unknown")
    assert found.sentence == "Refused at RCPT by the rule unknown-recipient, because recipient.unknown was found."


def test_evidence_that_decided_is_marked_and_said_in_words():
    marked = [(e.code, e.decisive, e.says) for e in why(NOBODY).evidence]
    assert marked == [
        ("helo.single_label", False, "The HELO name has no dot: it is not fully qualified."),
        ("recipient.unknown", True, "The directory answers that there is no such recipient."),
    ]


def test_without_the_finding_it_would_have_been_accepted():
    found = why(NOBODY).without
    assert ("finding", "recipient.unknown", "accept") in [(w.what, w.name, w.action) for w in found]
    assert ("rule", "unknown-recipient", "accept") in [(w.what, w.name, w.action) for w in found]


def test_without_a_finding_that_did_not_matter_nothing_is_said():
    assert "helo.single_label" not in [w.name for w in why(NOBODY).without]


def test_what_the_rules_of_today_would_say_is_said_where_it_differs():
    assert why(NOBODY).today is None
    today = why(NOBODY, policy={"disabled": ["unknown-recipient"]}).today
    assert today is not None and today.action == "accept"


def test_an_operators_rule_is_asked_with_its_facts():
    rule = {"name": "mine", "phase": "rcpt", "when": "client.ip == '192.0.2.9'", "action": "reject"}
    today = why(NOBODY, policy={"rules": [rule]}).today
    assert today is not None and today.rule == "mine"


def test_without_rules_nothing_is_said_of_what_would_have_been():
    found = explained(NOBODY, KINDS, None)
    assert (found.without, found.today, found.rule) == ((), None, "unknown-recipient")


def test_refused_content():
    found = why(CONTENT)
    assert (found.by, found.phase, found.score) == ("rule", "MESSAGE", 5.5)


def test_a_backend_that_is_away():
    found = why(DOWN)
    assert (found.by, found.rule) == ("backend", "")
    assert found.sentence == (
        "Deferred: no host of the backend inside could be reached (192.0.2.5:25: connection refused)."
    )


def test_a_backend_that_refuses():
    refused = replace(
        DOWN, end=End.REFUSED, reply="554 5.7.1 No", handovers=(Handover("inside", "192.0.2.5:25", "554 5.7.1 No"),)
    )
    assert why(refused).sentence == "Refused: the backend inside at 192.0.2.5:25 answered 554 5.7.1 No."


def test_the_backend_has_the_last_word_over_recipients_refused_before():
    mixed = replace(DOWN, decisions=(*DOWN.decisions, NOBODY.decisions[-1]))
    assert why(mixed).by == "backend"


def test_a_recipient_the_backend_refused_before():
    told = RecipientEnd("bob@example.com", End.REFUSED, "550 5.1.1 No mailbox", "backend")
    found = why(replace(NOBODY, recipients=(told,), decisions=NOBODY.decisions[:1], rule="default"))
    assert (found.by, found.reply) == ("backend", "550 5.1.1 No mailbox")
    assert "within the last hour" in found.sentence


def test_relay_control():
    told = RecipientEnd("x@elsewhere.example", End.REFUSED, "550 5.7.1 Relaying denied", "relay")
    found = why(replace(NOBODY, recipients=(told,), decisions=NOBODY.decisions[:1], rule="default"))
    assert (found.by, found.reply) == ("gateway", "550 5.7.1 Relaying denied")
    assert found.sentence == "Refused: the recipient's domain is none that this listener relays to."


def test_content_that_broke_the_protocol():
    said = "554 5.6.0 Bare line feed"
    found = why(
        replace(DOWN, end=End.REFUSED, reply=said, handovers=(), exchanges=(MAIL, RCPT, Exchange("content", said)))
    )
    assert (found.by, found.sentence) == ("protocol", "Refused: its content broke the protocol.")


def test_a_command_that_broke_the_protocol():
    said = "502 5.5.1 Command not implemented"
    gone = replace(
        DOWN, end=End.REFUSED, reply=said, handovers=(), sender=None, recipients=(),
        exchanges=(HELO, Exchange("TURN", said, "command.disabled")),
    )  # fmt: skip
    assert why(gone).sentence == "Refused: it broke the protocol rule command.disabled."


def test_a_limit_of_the_gateway():
    gone = replace(DOWN, end=End.DROPPED, reply="421 4.7.0 Too many errors", handovers=(), exchanges=(HELO,))
    assert why(gone).sentence == ("Refused, and the connection closed: the gateway answered 421 4.7.0 Too many errors.")


def test_a_refusal_that_was_not_the_last_word_is_not_the_reason():
    gone = replace(NOBODY, end=End.DROPPED, reply="421 4.7.0 Too many errors")
    assert why(gone).by == "gateway"


def test_a_client_that_went_away():
    found = why(replace(ACCEPTED, end=End.ABANDONED, handovers=()))
    assert found.by == "client" and "1 recipients accepted" in found.sentence


def test_a_connection_without_a_mail():
    idle = replace(ACCEPTED, end=End.IDLE, sender=None, recipients=(), decisions=(), exchanges=())
    assert why(idle).sentence == "Nothing was asked for: the connection ended without a mail transaction."


def test_an_allow_list():
    allowed = Verdict(
        Action.ACCEPT, Reply(250, "2.0.0", "Message accepted"), "allowed-client", ("access_client.allowed",)
    )
    listed = (
        Decision(
            Phase.CONNECT, OK, (Step("access_client", findings=(Finding("access_client.allowed", "192.0.2.9"),)),)
        ),
        Decision(Phase.MESSAGE, allowed, (Step("header", findings=(Finding("header.nul", "", 5.0),)),), 0.2),
    )
    found = why(replace(ACCEPTED, rule="allowed-client", because=("access_client.allowed",), decisions=listed))
    assert found.sentence.startswith("Delivered by the rule allowed-client, because access_client.allowed was found")
    assert [(w.name, w.action) for w in found.without if w.what == "finding"] == [("access_client.allowed", "reject")]


def test_what_was_held():
    held = Verdict(Action.QUARANTINE, Reply(250, "2.0.0", "OK"), "score-quarantine")
    found = why(
        replace(
            ACCEPTED,
            end=End.QUARANTINED,
            rule="score-quarantine",
            decisions=(Decision(Phase.MESSAGE, held),),
            handovers=(),
        )
    )
    assert found.sentence == "Held in quarantine by the rule score-quarantine."


def test_checks_without_an_answer_are_named():
    steps = (Step("recipient", Outcome.TIMEOUT), Step("rate", Outcome.ERROR), Step("helo", Outcome.CACHED))
    found = why(replace(DOWN, decisions=(Decision(Phase.RCPT, OK, steps),)))
    assert found.silent == ("recipient (no answer in time)", "rate (failed)")


def test_rules_in_shadow_are_named_once():
    shadowed = replace(OK, shadow=("try-out", "helo-own-name"))
    found = why(replace(ACCEPTED, decisions=(Decision(Phase.MAIL, shadowed), Decision(Phase.RCPT, shadowed))))
    assert found.shadow == ("try-out", "helo-own-name")


def test_findings_of_another_recipient_are_evidence_but_not_decisive():
    other = replace(NOBODY.decisions[-1], verdict=OK, recipient="else@example.com")
    found = why(replace(NOBODY, decisions=(other, NOBODY.decisions[-1])))
    assert [(e.recipient, e.decisive) for e in found.evidence if e.code == "recipient.unknown"] == [
        ("else@example.com", False),
        ("nobody@example.com", True),
    ]


@pytest.mark.parametrize("end", End)
def test_every_end_has_its_sentence_even_where_nothing_else_is_known(end):
    bare = replace(
        ACCEPTED,
        end=end,
        decisions=(),
        exchanges=(),
        handovers=(),
        recipients=(),
        reply="",
        rule="",
        action="",
        because=(),
    )
    assert why(bare).sentence.endswith(".")


def test_a_rule_that_is_gone_is_still_named():
    gone = replace(UNKNOWN, rule="of-last-year")
    found = why(replace(NOBODY, decisions=(*NOBODY.decisions[:-1], replace(NOBODY.decisions[-1], verdict=gone))))
    assert "of-last-year" in found.sentence and found.today is not None
