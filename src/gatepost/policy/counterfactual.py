"""Without what would the verdict have been another, and which one?"""

from collections.abc import Sequence

from msgspec import Struct

from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.verdict import Verdict
from gatepost.policy.decide import Facts, decide, no_facts
from gatepost.policy.ruleset import RuleSet


class WithoutFinding(Struct, frozen=True):
    """Had `code` not been found, the verdict would have been `verdict`."""

    code: str
    verdict: Verdict


class WithoutRule(Struct, frozen=True):
    """Had there been no rule `rule`, the verdict would have been `verdict`."""

    rule: str
    verdict: Verdict


def counterfactual(
    phase: Phase, findings: Sequence[Finding], rules: RuleSet, facts: Facts = no_facts
) -> tuple[WithoutFinding | WithoutRule, ...]:
    """Every single finding, then every single rule, without which action, reply or deciding rule would change."""
    actual = decide(phase, findings, rules, facts)
    found: list[WithoutFinding | WithoutRule] = []
    for code in dict.fromkeys(finding.code for finding in findings):
        other = decide(phase, tuple(f for f in findings if f.code != code), rules, facts)
        if differs(actual, other):
            found.append(WithoutFinding(code, other))
    for name in dict.fromkeys(rule.name for rule in rules.phases[phase].asked(findings)):
        other = decide(phase, findings, rules.without(phase, name), facts)
        if differs(actual, other):
            found.append(WithoutRule(name, other))
    return tuple(found)


def differs(one: Verdict, other: Verdict) -> bool:
    return (one.action, one.reply, one.rule) != (other.action, other.reply, other.rule)
