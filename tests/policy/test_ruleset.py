"""Which rules are worth asking, and what the set says of itself."""

import pytest

from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.model.verdict import Action
from gatepost.policy.ruleset import OK_REPLIES, RuleSet, covers

NO = Reply(550, "5.7.1", "No")


def rule(name, phase=Phase.RCPT, **more):
    return Rule(name=name, phase=phase, action=Action.REJECT, reply=NO, **more)


def asked(rules, *codes):
    return [one.name for one in RuleSet(rules).phases[Phase.RCPT].asked([Finding(code) for code in codes])]


def test_only_rules_that_wait_for_a_code_found_are_asked_in_order():
    rules = [rule("one", codes=("a.x",)), rule("two", codes=("b.x",)), rule("three", codes=("b.x", "a.x"))]
    assert asked(rules, "a.x") == ["one", "three"]
    assert asked(rules, "z.z") == []


def test_rules_with_a_condition_are_always_asked():
    assert asked([rule("when", when=lambda known: True)]) == ["when"]


def test_rules_with_a_score_are_asked_as_soon_as_anything_was_found():
    assert asked([rule("score", score=1.0)]) == []
    assert asked([rule("score", score=1.0)], "z.z") == ["score"]


def test_a_rule_for_every_kind_of_a_check_is_asked_for_each():
    assert asked([rule("all", codes=("a.*",)), rule("other", codes=("b.x",))], "a.y", "c.x") == ["all"]


def test_a_rule_is_asked_once_whatever_it_waits_for():
    assert asked([rule("one", codes=("a.x", "a.*", "b.x"), score=1.0)], "a.x", "b.x") == ["one"]


def test_without_leaves_out_one_rule_of_one_phase():
    rules = RuleSet([rule("same"), rule("same", Phase.MAIL), rule("other")])
    assert [(r.name, r.phase) for r in rules.without(Phase.RCPT, "same").rules] == [
        ("same", Phase.MAIL),
        ("other", Phase.RCPT),
    ]


def test_a_condition_that_speaks_of_the_recipient_must_be_decided_for_each():
    message = Phase.MESSAGE
    speaks = rule("one", message, when=lambda known: True, source="recipient.domain == 'x'")
    silent = rule("two", message, when=lambda known: True, source="size(recipients) > 3")
    assert RuleSet([speaks]).reads_recipient(message)
    assert not RuleSet([silent]).reads_recipient(message)
    assert not RuleSet([speaks]).reads_recipient(Phase.RCPT)


@pytest.mark.parametrize("phase", Phase)
def test_acceptance_is_a_positive_reply(phase):
    assert OK_REPLIES[phase].code in {220, 250, 354}


@pytest.mark.parametrize(
    ("patterns", "code", "holds"),
    [
        (("a.x",), "a.x", True),
        (("a.*",), "a.x", True),
        (("a.x",), "a.y", False),
        (("a.*",), "ab.x", False),
        ((), "a.x", False),
    ],
)
def test_covers(patterns, code, holds):
    assert covers(patterns, code) is holds
