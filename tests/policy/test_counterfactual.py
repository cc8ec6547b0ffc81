"""Without what would it have been another verdict?"""

from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.model.verdict import Action
from gatepost.policy.counterfactual import WithoutFinding, WithoutRule, counterfactual
from gatepost.policy.ruleset import RuleSet

AT = Phase.MESSAGE


def rule(name, action=Action.REJECT, **more):
    return Rule(name=name, phase=AT, action=action, reply=Reply(550, "5.7.1", "No"), **more)


def found(*pairs):
    return tuple(Finding(code, score=score) for code, score in pairs)


def shown(findings, *rules):
    return [
        (
            what.code if isinstance(what, WithoutFinding) else what.rule,
            type(what),
            what.verdict.action,
            what.verdict.rule,
        )
        for what in counterfactual(AT, findings, RuleSet(rules))
    ]


def test_what_was_accepted_anyway_depends_on_nothing():
    assert shown(found(("a.x", 0.0)), rule("other", codes=("b.x",))) == []


def test_the_single_reason_is_named_as_finding_and_as_rule():
    assert shown(found(("a.x", 0.0), ("b.x", 0.0)), rule("hit", codes=("a.x",))) == [
        ("a.x", WithoutFinding, Action.ACCEPT, "default"),
        ("hit", WithoutRule, Action.ACCEPT, "default"),
    ]


def test_of_two_reasons_for_one_rule_neither_alone_matters():
    assert [what for what, *_ in shown(found(("a.x", 0.0), ("b.x", 0.0)), rule("hit", codes=("a.x", "b.x")))] == ["hit"]


def test_behind_the_first_rule_the_second_shows():
    first, second = rule("first", Action.QUARANTINE, codes=("a.x",)), rule("second", codes=("b.x",))
    assert shown(found(("a.x", 0.0), ("b.x", 0.0)), first, second) == [
        ("a.x", WithoutFinding, Action.REJECT, "second"),
        ("first", WithoutRule, Action.REJECT, "second"),
    ]


def test_points_that_tip_the_scales_are_named():
    findings = found(("a.x", 3.0), ("b.x", 2.5), ("c.x", 0.1))
    assert [what for what, *_ in shown(findings, rule("score", score=5.0))] == ["a.x", "b.x", "score"]


def test_an_exception_is_named_with_what_it_prevented():
    ignore = rule("exception", Action.IGNORE, codes=("b.x",), ignore=("a.x",))
    assert shown(found(("a.x", 0.0), ("b.x", 0.0)), ignore, rule("hit", codes=("a.x",))) == [
        ("b.x", WithoutFinding, Action.REJECT, "hit"),
        ("exception", WithoutRule, Action.REJECT, "hit"),
    ]


def test_a_code_found_twice_is_taken_away_as_a_whole():
    assert [what for what, *_ in shown(found(("a.x", 0.0), ("a.x", 0.0)), rule("hit", codes=("a.x",)))] == [
        "a.x",
        "hit",
    ]
