"""Findings in, one verdict out. The only place where Gatepost decides.

Pure: the same findings, rules and facts give the same verdict, today and when recorded traffic is decided again.
First match wins; a rule with action IGNORE takes findings out and deciding goes on; a rule in shadow is noted and
passed over.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import structs

from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Condition, Rule
from gatepost.model.verdict import Action, Verdict
from gatepost.policy.ruleset import PhaseRules, RuleSet, covers
from gatepost.ports.expressions import ConditionFailed

DETAIL = "{detail}"
DETAIL_LIMIT = 250  # characters: with the rest one reply line (RFC 5321 §4.5.3.1.5)
Facts = Callable[[], Mapping[str, object]]
"""Called only if some rule has a condition; see `gatepost.policy.facts`."""


def no_facts() -> Mapping[str, object]:
    """For rules without conditions."""
    return {}


def decide(phase: Phase, findings: Sequence[Finding], rules: RuleSet, facts: Facts = no_facts) -> Verdict:
    """The verdict of the first rule of this phase that matches; acceptance if none does.

    Args:
        findings: of this phase and of all earlier ones; of RCPT only those of the recipient in question.
        facts: what conditions may read, by the names in `gatepost.policy.facts`.
    """
    table = rules.phases[phase]
    if not findings and not table.always:
        return table.default
    asked = table.asked(findings)
    return Case(findings, facts).judge(asked, table) if asked else table.default


class Case:
    """What is on the table while one verdict is found; made and dropped by `decide`."""

    __slots__ = ("facts", "failed", "findings", "known", "shadow")

    def __init__(self, findings: Sequence[Finding], facts: Facts) -> None:
        self.findings = findings
        self.facts = facts
        self.known: dict[str, object] | None = None
        self.shadow: list[str] = []
        self.failed: list[str] = []

    def judge(self, asked: Sequence[Rule], table: PhaseRules) -> Verdict:
        for rule in asked:
            because = self.match(rule)
            if because is None:
                continue
            if rule.shadow:
                self.shadow.append(rule.name)
            elif rule.action is Action.IGNORE:
                self.take_out(rule.ignore)
            else:
                return Verdict(
                    rule.action,
                    filled(rule.reply, because, self.findings),
                    rule.name,
                    because,
                    rule.delay or 0.0,
                    tuple(self.shadow),
                    tuple(self.failed),
                )
        if self.shadow or self.failed:
            return structs.replace(table.default, shadow=tuple(self.shadow), failed=tuple(self.failed))
        return table.default

    def match(self, rule: Rule) -> tuple[str, ...] | None:
        """Codes of the findings that make `rule` match, in order found; None if it does not match."""
        if rule.codes and (named := tuple(f.code for f in self.findings if covers(rule.codes, f.code))):
            return named
        if rule.when is not None and self.holds(rule.when, rule.name):
            return tuple(f.code for f in self.findings if f.code in rule.mentions)
        if rule.score is not None:
            counted = [f for f in self.findings if not covers(rule.uncounted, f.code)]
            if sum(f.score for f in counted) >= rule.score:
                return tuple(f.code for f in counted if f.score > 0)
        return None

    def holds(self, condition: Condition, name: str) -> bool:
        """A condition that cannot be evaluated is taken as not holding, and noted."""
        if self.known is None:
            self.known = {**self.facts(), **{f.code: True for f in self.findings}}
        try:
            return condition(self.known)
        except ConditionFailed:
            self.failed.append(name)
            return False

    def take_out(self, codes: Sequence[str]) -> None:
        self.findings = tuple(f for f in self.findings if not covers(codes, f.code))
        self.known = None


def filled(reply: Reply, because: Sequence[str], findings: Sequence[Finding]) -> Reply:
    """The reply with `DETAIL` in its text replaced by what was seen, of the first finding that decided."""
    if DETAIL not in reply.text:
        return reply
    detail = next((f.detail for f in findings if f.code in because), "")
    return structs.replace(reply, text=reply.text.replace(DETAIL, detail[:DETAIL_LIMIT]).strip())
