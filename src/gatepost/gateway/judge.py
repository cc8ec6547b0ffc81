"""Evidence, then the decision: the one place where engine and policy meet."""

from collections.abc import Sequence

from gatepost.engine.run import Course, Engine
from gatepost.model.address import Address
from gatepost.model.finding import Finding, Findings
from gatepost.model.phase import Phase
from gatepost.model.stage import ConnectStage
from gatepost.model.trace import Decision, Step
from gatepost.model.verdict import Verdict
from gatepost.policy.decide import decide
from gatepost.policy.facts import facts_of
from gatepost.policy.ruleset import RuleSet


class Judge:
    """One per listener and worker.

    Args:
        engine: the checks of the listener.
        rules: its rules, in order.
    """

    def __init__(self, engine: Engine, rules: RuleSet) -> None:
        self.engine = engine
        self.rules = rules
        self.by_recipient = rules.reads_recipient(Phase.MESSAGE)
        self.quiet_decisions = {
            phase: Decision(phase, rules.phases[phase].default, engine.quiet.get(phase, ()))
            for phase in Phase
            if not rules.phases[phase].always
        }

    def quiet(self, phase: Phase, at: ConnectStage, course: Course) -> Decision | None:
        """What most phases of most messages come to: nothing new is found and no rule matches. None if it is not so."""
        decision = self.quiet_decisions.get(phase) if course.is_quiet else None
        if decision is None:
            return None
        known = at.so_far.items
        if known and decide(phase, known, self.rules, lambda: facts_of(at)) is not decision.verdict:
            return None
        return decision

    def runs(self, check: str) -> bool:
        """That check is among those of the message."""
        return any([one.spec.name == check for one in self.engine.checks(Phase.MESSAGE)])

    def is_trivial(self, phase: Phase) -> bool:
        """No check runs and no rule is asked, whatever is known."""
        return not self.engine.quiet.get(phase) and not self.rules.phases[phase].rules

    async def evidence(self, phase: Phase, at: ConnectStage) -> tuple[tuple[Step, ...], Findings]:
        """Run the checks of the phase; all that is known then."""
        return await self.engine.run(phase, at)

    def verdict(
        self, phase: Phase, at: ConnectStage, findings: Sequence[Finding], recipient: Address | None = None
    ) -> Verdict:
        """Decide on what was found; for the whole message or for one recipient of it."""
        return decide(phase, findings, self.rules, lambda: facts_of(at, recipient))
