"""Which rules are worth asking when these findings are on the table?

The rules of one listener, sorted once by phase and by the codes they wait for, so that a phase in which nothing was
found costs next to nothing. Order stays the operator's: what is asked is asked in the order of the list.
"""

from collections.abc import Iterable, Sequence

from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.model.verdict import Action, Verdict

OK_REPLIES = {
    Phase.CONNECT: Reply(220, "", "ESMTP ready"),
    Phase.HELO: Reply(250, "", "OK"),
    Phase.MAIL: Reply(250, "2.1.0", "Sender OK"),
    Phase.RCPT: Reply(250, "2.1.5", "Recipient OK"),
    Phase.DATA: Reply(354, "", "End data with <CR><LF>.<CR><LF>"),
    Phase.MESSAGE: Reply(250, "2.0.0", "Message accepted"),
}
"""What acceptance sounds like at each phase (RFC 5321 §4.3.2); the gateway may know better (banner, EHLO keywords)."""

DEFAULT_RULE = "default"
EVERY_KIND = ".*"  # at the end of a code: every kind of one check


class PhaseRules:
    """The rules of one phase. Immutable once made.

    Args:
        phase: only rules of this phase are kept.
        rules: in the order in which they are asked.
    """

    __slots__ = ("always", "by_check", "by_code", "default", "rules", "scored")

    def __init__(self, phase: Phase, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rule for rule in rules if rule.phase == phase)
        self.default = Verdict(Action.ACCEPT, OK_REPLIES[phase], DEFAULT_RULE)
        self.by_code: dict[str, list[int]] = {}
        self.by_check: dict[str, list[int]] = {}
        self.always = tuple(i for i, r in enumerate(self.rules) if r.when is not None)
        self.scored = tuple(i for i, r in enumerate(self.rules) if r.score is not None)  # no findings, no points
        for index, rule in enumerate(self.rules):
            for code in rule.codes:
                table, key = (self.by_check, code[:-2]) if code.endswith(EVERY_KIND) else (self.by_code, code)
                table.setdefault(key, []).append(index)

    def asked(self, findings: Sequence[Finding]) -> Sequence[Rule]:
        """The rules that could match, in order: those that wait for one of the codes, and those with a condition."""
        wanted = {*self.always, *(self.scored if findings else ())}
        for finding in findings:
            wanted.update(self.by_code.get(finding.code, ()))
            if self.by_check:
                wanted.update(self.by_check.get(finding.code.partition(".")[0], ()))
        return [self.rules[index] for index in sorted(wanted)]


class RuleSet:
    """All rules of one listener; first match wins. Immutable once made.

    Args:
        rules: in the order in which they are asked.
    """

    __slots__ = ("phases", "rules")

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = tuple(rules)
        self.phases = {phase: PhaseRules(phase, self.rules) for phase in Phase}

    def without(self, phase: Phase, name: str) -> "RuleSet":
        """The same rules but for one; to ask what it was worth."""
        return RuleSet(rule for rule in self.rules if rule.name != name or rule.phase != phase)

    def reads_recipient(self, phase: Phase) -> bool:
        """Some condition of that phase speaks of the single recipient, so each must be decided for himself."""
        return any("recipient." in rule.source for rule in self.phases[phase].rules)


def covers(patterns: Sequence[str], code: str) -> bool:
    """`code` is one of `patterns`, or one of them is `<check>.*` and the code is of that check."""
    return code in patterns or f"{code.partition('.')[0]}{EVERY_KIND}" in patterns
