"""In which order the rules of a listener are asked, and what settings do to the shipped ones."""

import pytest

from gatepost.engine.catalogue import check_classes
from gatepost.engine.plan import phase_of
from gatepost.model.check import FailMode, Wish
from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.model.verdict import Action
from gatepost.policy.decide import decide
from gatepost.policy.ruleset import RuleSet
from gatepost.policy.settings import PolicySettings
from gatepost.policy.shipped import CheckInPlan, rules_for, settled_codes
from gatepost.policy.shipped_rules import RELAY

EVERY = tuple(
    CheckInPlan(check=name, phase=phase_of(cls), if_unavailable=cls.spec.if_unavailable, hard=cls.spec.hard)
    for name, cls in check_classes().items()
)
ACCEPT_ALL = tuple(
    Rule(name="mine", phase=p, action=Action.ACCEPT, reply=Reply(250, "", "OK"), when=lambda known: True) for p in Phase
)
CONNECT, RCPT, MESSAGE = Phase.CONNECT, Phase.RCPT, Phase.MESSAGE


def shipped(checks=EVERY, own=(), monitor=False, **settings):
    return RuleSet(rules_for(checks, PolicySettings(**settings), own, monitor=monitor))


def verdict(phase, *codes, score=0.0, **more):
    return decide(phase, [Finding(code, score=score) for code in codes], shipped(**more))


def names(rules):
    return [rule.name for rule in rules.rules]


def only(name, **more):
    return [CheckInPlan(check=name, phase=RCPT, **more)]


def test_relay_control_is_asked_before_an_operators_rule():
    assert verdict(RCPT, "recipient.not_ours", own=ACCEPT_ALL).rule == "relay-denied"
    assert verdict(RCPT, "recipient.routed", own=ACCEPT_ALL).rule == "relay-route"


@pytest.mark.parametrize(
    "harsh",
    [
        "mime.limits", "mime.unscannable", "attachments.a", "attachments.b", "attachments.c", "some_check.unavailable",
        "x.points",
    ],
)  # fmt: skip
def test_a_rule_that_only_marks_never_spares_what_another_refuses_holds_or_strips(harsh):
    outcomes = {"a": "refused", "b": "held", "c": "stripped"}
    wishes = tuple(Wish(codes=(f"attachments.{code}",), outcome=outcome) for code, outcome in outcomes.items())
    checks = [
        *(check for check in EVERY if check.check not in ("attachments", "spam")),
        CheckInPlan(check="attachments", phase=MESSAGE, wishes=wishes),
        CheckInPlan(check="spam", phase=MESSAGE, wishes=(Wish(codes=("spam.likely",), outcome="marked"),)),
        CheckInPlan(check="some_check", phase=MESSAGE, if_unavailable=FailMode.TEMPFAIL),
    ]
    given = {"checks": checks, "reject_score": 8.0, "score": 4.0 if harsh == "x.points" else 0.0}
    alone = verdict(MESSAGE, harsh, harsh, **given)
    assert alone.action not in (Action.ACCEPT, Action.TAG)
    assert verdict(MESSAGE, "spam.likely", "dmarc.quarantine", harsh, harsh, **given).rule == alone.rule


def test_no_rule_that_delivers_stands_before_one_that_does_not():
    marked = Wish(codes=("spam.likely",), outcome="marked")
    stripped = Wish(codes=("spam.odd",), outcome="stripped")
    checks = [
        *EVERY,
        CheckInPlan(check="last", phase=MESSAGE, if_unavailable=FailMode.CLOSED, wishes=(marked, stripped)),
    ]
    actions = [rule.action for rule in shipped(checks, quarantine_score=6, reject_score=8).rules]
    behind = actions[actions.index(Action.STRIP) :]
    assert behind == sorted(behind, key=[Action.STRIP, Action.TAG].index)


def test_limits_are_asked_before_an_operators_rule():
    assert verdict(MESSAGE, "hops.exceeded", own=ACCEPT_ALL).rule == "mail-loop"


def test_an_operators_rule_is_asked_before_all_other_shipped_ones():
    assert verdict(RCPT, "recipient.unknown", "access_recipient.denied", own=ACCEPT_ALL).rule == "mine"


def ignoring(*codes):
    return Rule(
        name="ignoring", phase=MESSAGE, action=Action.IGNORE, reply=Reply(250, "", "OK"), when=lambda known: True,
        ignore=codes,
    )  # fmt: skip


@pytest.mark.parametrize("code", ["antivirus.virus", "antivirus.embedded"])
def test_malware_is_refused_whatever_an_operators_rule_says(code):
    assert verdict(MESSAGE, code, own=ACCEPT_ALL).action is Action.REJECT
    assert verdict(MESSAGE, code, own=(ignoring("antivirus.*"), *ACCEPT_ALL)).action is Action.REJECT
    assert verdict(MESSAGE, code, "access_client.allowed").action is Action.REJECT


@pytest.mark.parametrize("code", ["antivirus.virus", "antivirus.embedded"])
def test_malware_passes_only_by_a_rule_that_ignores_that_very_finding(code):
    assert verdict(MESSAGE, code, own=(*ACCEPT_ALL, ignoring(code))).rule == "mine"
    other = {"antivirus.virus", "antivirus.embedded"} - {code}
    assert verdict(MESSAGE, code, own=(*ACCEPT_ALL, ignoring(*other))).action is Action.REJECT


def test_an_antivirus_engine_must_have_answered_for_allowed_clients_too():
    assert verdict(MESSAGE, "antivirus.unavailable", "access_client.allowed").rule == "antivirus-unavailable"


def test_what_an_engine_could_not_look_into_is_held_unless_it_is_refused_for_something_else():
    assert verdict(MESSAGE, "antivirus.unscannable").action is Action.QUARANTINE
    assert verdict(MESSAGE, "antivirus.unscannable", "dmarc.reject").action is Action.REJECT


@pytest.mark.parametrize("who", ["client", "helo", "sender", "recipient"])
def test_being_allowed_does_not_make_a_recipient_exist(who):
    assert verdict(RCPT, f"access_{who}.allowed", "recipient.unknown").rule == "unknown-recipient"
    assert verdict(RCPT, f"access_{who}.allowed", "recipient.not_ours").rule == "relay-denied"
    assert verdict(RCPT, f"access_{who}.allowed", "recipient.unavailable").rule == "recipient-unavailable"


@pytest.mark.parametrize("who", ["client", "helo", "sender"])
def test_who_is_allowed_skips_hard_facts_of_later_phases(who):
    assert verdict(Phase.MAIL, f"access_{who}.allowed", "own_domain.claimed").rule == f"allowed-{who}"
    assert verdict(RCPT, f"access_{who}.allowed", "access_recipient.denied").rule == f"allowed-{who}"


def test_who_is_allowed_skips_points():
    assert verdict(MESSAGE, "access_client.allowed", score=50.0, reject_score=8).action is Action.ACCEPT


def test_an_allowed_client_is_no_harvester_and_gets_a_plain_answer():
    assert verdict(RCPT, "access_client.allowed", "harvest.detected").rule == "allowed-client"
    got = verdict(RCPT, "access_client.allowed", "recipient.unknown", "harvest.suspected")
    assert (got.rule, got.delay) == ("unknown-recipient", 0.0)


def test_a_forged_sender_does_not_hide_a_harvester():
    assert verdict(RCPT, "access_sender.allowed", "harvest.detected").rule == "harvest-detected"


def test_a_harvester_hears_the_same_of_those_who_exist_and_those_who_do_not():
    exists, does_not = verdict(RCPT, "harvest.detected"), verdict(RCPT, "recipient.unknown", "harvest.detected")
    assert (exists.reply, exists.delay) == (does_not.reply, does_not.delay)


def test_a_suspect_waits_longer_for_the_same_reply():
    plain = verdict(RCPT, "recipient.unknown")
    suspect = verdict(RCPT, "recipient.unknown", "harvest.suspected", harvest_delay="90s")
    assert (suspect.reply, suspect.delay) == (plain.reply, 90.0)


def test_a_directory_outage_is_never_an_unknown_user():
    got = verdict(RCPT, "recipient.unavailable")
    assert (got.action, str(got.reply)[:9]) == (Action.DEFER, "451 4.4.3")


@pytest.mark.parametrize(
    ("mode", "phase", "action", "reply"),
    [
        (FailMode.TEMPFAIL, Phase.MAIL, Action.DEFER, (451, "4.3.0")),
        (FailMode.CLOSED, Phase.MAIL, Action.REJECT, (550, "5.3.0")),
        (FailMode.TEMPFAIL, Phase.CONNECT, Action.DEFER, (421, "")),
        (FailMode.CLOSED, Phase.CONNECT, Action.REJECT, (554, "")),
        (FailMode.TEMPFAIL, Phase.HELO, Action.DEFER, (451, "")),
        (FailMode.OPEN, Phase.MAIL, Action.ACCEPT, (250, "2.1.0")),
    ],
)
def test_a_check_without_an_answer_is_treated_as_set(mode, phase, action, reply):
    plan = [CheckInPlan(check="some_check", phase=phase, if_unavailable=mode)]
    got = verdict(phase, "some_check.unavailable", checks=plan)
    assert (got.action, (got.reply.code, got.reply.enhanced)) == (action, reply)
    assert got.rule == ("default" if mode is FailMode.OPEN else "some-check-unavailable")


def test_rules_of_checks_that_do_not_run_are_left_out():
    assert names(shipped(checks=only("access_recipient"), tag_score=0)) == [
        "relay-denied", "relay-route", "allowed-recipient", "allowed-recipient", "allowed-recipient",
        "denied-recipient",
    ]  # fmt: skip


def test_a_rule_can_be_put_in_shadow_by_name():
    got = verdict(RCPT, "recipient.unknown", shadow=("unknown-recipient",))
    assert (got.action, got.shadow) == (Action.ACCEPT, ("unknown-recipient",))


def test_a_rule_can_be_left_out_by_name():
    assert verdict(RCPT, "recipient.unknown", disabled=("unknown-recipient",)).shadow == ()


def test_a_check_in_shadow_has_its_rules_in_shadow():
    got = verdict(RCPT, "recipient.unknown", checks=only("recipient", shadow=True))
    assert (got.action, got.shadow) == (Action.ACCEPT, ("unknown-recipient",))


def test_a_limit_can_be_put_in_shadow_but_not_left_out():
    assert verdict(MESSAGE, "hops.exceeded", shadow=("mail-loop",)).shadow == ("mail-loop",)
    assert verdict(MESSAGE, "hops.exceeded", disabled=("mail-loop",)).rule == "mail-loop"


def test_relay_control_is_in_force_whatever_is_set():
    names_of_relay = tuple(rule.name for rule in RELAY)
    got = shipped(checks=only("recipient", shadow=True), monitor=True, shadow=names_of_relay, disabled=names_of_relay)
    assert got.rules[: len(RELAY)] == RELAY


def test_monitor_refuses_nothing_but_relaying_and_excess():
    enforced = {rule.name for rule in shipped(monitor=True, reject_score=9).rules if not rule.shadow}
    assert enforced == {
        "relay-denied", "relay-route", "declared-size", "messages-per-connection", "session-size", "recipient-flood",
        "too-many-recipients", "mail-loop", "allowed-client-may-guess", "allowed-client", "allowed-helo",
        "allowed-sender", "allowed-recipient", "exempt-from-block-lists", "exempt-from-spam-filter", "spam-trap",
    }  # fmt: skip


def test_monitor_puts_an_operators_refusal_in_shadow():
    mine = Rule(name="mine", phase=RCPT, action=Action.REJECT, reply=Reply(550, "", "No"), when=lambda known: True)
    got = verdict(RCPT, own=(mine,), monitor=True)
    assert (got.action, got.shadow) == (Action.ACCEPT, ("mine",))


def test_points_are_asked_last_and_harshest_first():
    asked = names(shipped(quarantine_score=6, reject_score=8))
    assert asked[-4:] == ["score-reject", "score-quarantine", "dmarc-quarantine", "score-tag"]
    assert verdict(MESSAGE, "x.y", score=7.0, quarantine_score=6, reject_score=8).action is Action.QUARANTINE
    assert verdict(MESSAGE, "x.y", score=5.0).action is Action.TAG


def test_no_points_no_rule():
    assert not {"score-reject", "score-quarantine", "score-tag"} & set(names(shipped(tag_score=0)))


def test_what_no_operator_decides_is_known():
    assert {"recipient.not_ours", "hops.exceeded"} <= settled_codes()
    assert "recipient.unknown" not in settled_codes()


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("impersonation.person", "impersonated-person"),
        ("impersonation.own_address", "impersonated-person"),
        ("impersonation.reply_to", "impersonated-person"),
        ("lookalike.homograph", "lookalike-domain"),
        ("lookalike.embedded", "lookalike-domain"),
        ("lookalike.typo", "lookalike-domain"),
    ],
)
def test_impersonation_comes_to_points_or_to_quarantine_as_set(code, rule):
    assert verdict(MESSAGE, code, score=4.9).action is Action.ACCEPT
    got = verdict(MESSAGE, code, impersonation="quarantine")
    assert (got.action, got.rule) == (Action.QUARANTINE, rule)


def test_a_domain_in_disguise_is_refused_whatever_is_set():
    assert verdict(MESSAGE, "lookalike.disguised").rule == "disguised-domain"


def test_nothing_found_is_accepted_at_every_phase():
    assert all(decide(phase, (), shipped()).action is Action.ACCEPT for phase in Phase)


def test_what_a_check_in_shadow_finds_gives_no_points():
    checks = [CheckInPlan(check="a", phase=MESSAGE, shadow=True), CheckInPlan(check="b", phase=MESSAGE)]
    two = {"checks": checks, "score": 2.0, "reject_score": 3.0, "tag_score": 0, "quarantine_score": 0}
    assert verdict(MESSAGE, "a.x", "b.x", **two).action is Action.ACCEPT
    assert verdict(MESSAGE, "a.x", "b.x", "b.y", **two).because == ("b.x", "b.y")
