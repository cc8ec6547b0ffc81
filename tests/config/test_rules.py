"""Rules that cannot be compiled, and names of shipped rules that are none, are mistakes like any other."""

from typing import Any

import pytest

from gatepost.config.rules import known_codes, shipped_names
from gatepost.model.phase import Phase
from gatepost.policy.shipped_rules import LIMITS, RELAY
from tests.config.texts import problems, text, wrong

RULE = {"name": "mine", "phase": "mail", "when": "sender.is_null", "action": "reject"}


def rules(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"policy": {"rules": [{**RULE, **change} for change in changes]}}


def test_a_rule_that_compiles_is_right():
    assert wrong(rules({})) == []


def test_a_condition_that_is_none_is_told_with_its_place():
    (said,) = wrong(rules({"when": "sender.domian == 'x'"}))
    assert said.startswith("policy.rules #1.when: column 7: there is no fact or finding sender.domian")
    assert "sender.domain" in said


def test_a_fact_that_is_not_yet_known_is_told_with_the_right_phase():
    (said,) = wrong(rules({"when": "recipient.domain == 'x'"}))
    assert said.endswith('is not known at mail, only from rcpt on | Set phase = "rcpt".')


def test_every_bad_rule_is_told_with_its_line():
    found = problems(text(rules({}, {"name": "two", "when": "1"}, {"name": "three", "when": "2"})))
    assert [(problem.section, problem.key) for problem in found] == [
        ("policy.rules #2", "when"),
        ("policy.rules #3", "when"),
    ]
    assert found[0].line < found[1].line


def test_a_code_that_no_check_finds_cannot_be_ignored():
    (said,) = wrong(rules({"action": "ignore", "ignore": ["helo.own_nme"]}))
    assert "no check finds helo.own_nme" in said
    assert "helo.own_name" in said


def test_relay_control_cannot_be_ignored():
    (said,) = wrong(rules({"phase": "rcpt", "action": "ignore", "ignore": ["recipient.not_ours"]}))
    assert "cannot be ignored" in said


def test_a_rule_that_cannot_be_read_is_told_once():
    assert [problem.key for problem in problems(text(rules({"action": "explode", "when": "nonsense("})))] == ["action"]


@pytest.mark.parametrize("key", ["shadow", "disabled"])
def test_a_shipped_rule_that_is_none_is_told(key):
    (said,) = wrong({"policy": {key: ["unknown-recipent"]}})
    assert said == f'policy.{key}: no shipped rule is named "unknown-recipent" | Did you mean "unknown-recipient"?'


def test_relay_control_cannot_be_put_in_shadow():
    (said,) = wrong({"policy": {"shadow": [RELAY[0].name]}})
    assert "relay control is always enforced" in said


def test_limits_can_be_put_in_shadow_and_not_left_out():
    assert wrong({"policy": {"shadow": [LIMITS[0].name]}}) == []
    (said,) = wrong({"policy": {"disabled": [LIMITS[0].name]}})
    assert "cannot be left out" in said


def test_every_check_has_a_code_for_no_answer():
    codes = known_codes()
    assert codes["rate.unavailable"] is Phase.CONNECT
    assert codes["recipient.unknown"] is Phase.RCPT


def test_rules_made_from_if_unavailable_are_known_by_name():
    assert "recipient-unavailable" in shipped_names()
