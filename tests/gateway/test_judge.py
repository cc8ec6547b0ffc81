"""Where evidence and decision meet."""

import pytest

from gatepost.engine.run import Engine
from gatepost.gateway.judge import Judge
from gatepost.model.check import NOTHING_FOUND, Check, Report, Spec
from gatepost.model.finding import Kind
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.model.samples import address, data, found, mail, message
from gatepost.model.stage import MailStage
from gatepost.model.verdict import Action
from gatepost.policy.ruleset import RuleSet
from gatepost.testing.fakes import FakeClock
from tests.gateway.house import HandLoop, rule

ODD = Kind("odd.sender", "The sender is odd.", score=3.0)


class Odd(Check[MailStage]):
    spec = Spec(name="odd", kinds=(ODD,))

    def __call__(self, at: MailStage) -> Report:
        return Report((ODD(),)) if at.sender is None else NOTHING_FOUND


def judge(*rules, checks=None):
    engine = Engine({Phase.MAIL: (Odd(),) if checks is None else checks}, FakeClock(), lambda where, error: None)
    return Judge(engine, RuleSet(rules))


def quiet(one, at):
    return one.quiet(Phase.MAIL, at, one.engine.begin(Phase.MAIL, at))


def test_a_phase_in_which_nothing_is_found_is_quiet_and_its_steps_are_known():
    decision = quiet(judge(), mail())
    assert (decision.verdict.action, decision.verdict.rule) == (Action.ACCEPT, "default")
    assert [step.check for step in decision.steps] == ["odd"]


def test_a_phase_in_which_something_is_found_is_not_quiet():
    assert quiet(judge(), mail("")) is None


def test_a_phase_with_a_rule_that_always_asks_is_never_quiet():
    always = Rule(name="r", phase=Phase.MAIL, action=Action.REJECT, reply=Reply(550, "", "x"), when=lambda facts: True)
    assert quiet(judge(always), mail()) is None


def test_what_was_found_earlier_counts_only_where_a_rule_waits_for_it():
    earlier = mail(so_far=found("early.talker"))
    assert quiet(judge(), earlier) is not None
    assert quiet(judge(rule(Action.REJECT, "early.talker", Phase.MAIL)), earlier) is None


@pytest.mark.parametrize("rules", [(), (rule(Action.REJECT, "odd.sender", Phase.MAIL),)])
def test_a_phase_is_trivial_without_checks_and_rules(rules):
    assert judge(*rules, checks=()).is_trivial(Phase.MAIL) == (not rules)
    assert not judge(*rules).is_trivial(Phase.MAIL)
    assert judge(*rules).is_trivial(Phase.DATA)


def test_what_is_found_is_decided_on():
    one, at = judge(rule(Action.REJECT, "odd.sender", Phase.MAIL)), mail("")
    steps, known = HandLoop().run(one.evidence(Phase.MAIL, at))
    verdict = one.verdict(Phase.MAIL, at, known.items)
    assert (verdict.action, verdict.because, steps[0].findings) == (Action.REJECT, ("odd.sender",), (ODD(),))


def test_facts_are_of_the_recipient_that_is_asked_for():
    asks = Rule(
        name="r", phase=Phase.MESSAGE, action=Action.REJECT, reply=Reply(550, "", "x"),
        source='recipient.local == "bob"',
        when=lambda facts: facts["recipient.local"] == "bob",
    )  # fmt: skip
    one, at = judge(asks), message(recipients=("ann@example.com", "bob@example.com"))
    assert one.by_recipient and not judge().by_recipient
    assert one.verdict(Phase.MESSAGE, at, (), address("bob@example.com")).action is Action.REJECT
    assert one.verdict(Phase.MESSAGE, at, (), address("ann@example.com")).action is Action.ACCEPT
    assert one.verdict(Phase.MESSAGE, at, ()).action is Action.ACCEPT
    assert one.verdict(Phase.DATA, data(), ()).action is Action.ACCEPT
