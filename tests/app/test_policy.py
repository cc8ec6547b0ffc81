"""Settings to judges: which checks run on a listener, under which rules."""

import pytest

from gatepost.app.policy import checks_for, judge_for, rules_of
from gatepost.engine.catalogue import check_classes
from gatepost.gateway.clock import SystemClock
from gatepost.model.phase import Phase
from gatepost.model.samples import found, mail, rcpt
from gatepost.model.stage import Role
from gatepost.model.verdict import Action
from gatepost.testing.stages import ports_in
from tests.config.texts import loaded

PORTS = ports_in({})


def names(change=None, role=Role.INBOUND, records=True):
    checks = checks_for(loaded(change or {}).settings, role, PORTS, records=records)
    return {check.spec.name for check in checks}


def judge(change=None, role=Role.INBOUND):
    return judge_for(loaded(change or {}).settings, role, PORTS, SystemClock(), lambda where, error: None)


def test_the_checks_of_a_listeners_role_run():
    assert "recipient" in names() and "harvest" in names()
    assert names(role=Role.INTERNAL) <= {n for n, cls in check_classes().items() if "internal" in cls.spec.roles}


def test_a_check_that_is_switched_off_does_not():
    assert "helo" in names() and "helo" not in names({"checks": {"helo": {"enabled": False}}})


def test_a_check_with_nothing_to_look_for_does_not_either():
    assert "access_client" not in names()
    assert "access_client" in names({"checks": {"access_client": {"deny": ["192.0.2.0/24"]}}})


def test_offline_nothing_that_counts_runs():
    left_out = names() - names(records=False)
    assert left_out and all(check_classes()[name].spec.records for name in left_out)


def test_a_denied_sender_is_refused():
    change = {"checks": {"access_sender": {"deny": ["@example.net"]}}}
    denied = mail(so_far=found("access_sender.denied"))
    verdict = judge(change).verdict(Phase.MAIL, denied, denied.so_far.items)
    assert (verdict.action, verdict.rule) == (Action.REJECT, "denied-sender")


@pytest.mark.parametrize("change", [{"profile": "monitor"}, {"checks": {"helo": {"shadow": True}}}])
def test_what_is_in_shadow_is_noted_and_not_enforced(change):
    at = mail(so_far=found("helo.own_name"))
    verdict = judge(change).verdict(Phase.HELO, at, at.so_far.items)
    assert verdict.action is Action.ACCEPT and verdict.shadow == ("helo-own-name",)


def test_relay_control_is_never_in_shadow():
    at = rcpt(so_far=found("recipient.not_ours"))
    verdict = judge({"profile": "monitor"}).verdict(Phase.RCPT, at, at.so_far.items)
    assert (verdict.action, verdict.rule) == (Action.REJECT, "relay-denied")


@pytest.mark.parametrize(
    ("mode", "action"), [("open", Action.ACCEPT), ("tempfail", Action.DEFER), ("closed", Action.REJECT)]
)
def test_what_a_check_that_gave_no_answer_means_is_the_operators_to_say(mode, action):
    at = mail(so_far=found("helo.unavailable"))
    made = judge({"checks": {"helo": {"if_unavailable": mode}}})
    assert made.verdict(Phase.HELO, at, at.so_far.items).action is action


def test_the_operators_rules_stand_among_the_shipped_ones():
    rule = {"name": "mine", "phase": "mail", "when": "sender.domain == 'example.net'", "action": "reject"}
    change = {"policy": {"rules": [{**rule, "reply": {"text": "No"}}]}}
    settings = loaded(change).settings
    rules = rules_of(settings, checks_for(settings, Role.INBOUND, PORTS, records=True))
    order = [r.name for r in rules.rules if r.phase == Phase.MAIL]
    assert "mine" in order and order.index("mine") > order.index("declared-size")
    assert judge(change).verdict(Phase.MAIL, mail(), ()).rule == "mine"
