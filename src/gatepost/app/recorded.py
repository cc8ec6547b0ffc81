"""Under which rules would recorded evidence be decided today? Nothing is connected or opened for it."""

from gatepost.adapters.cel import CelExpressions
from gatepost.config.rules import known_codes
from gatepost.config.settings import Settings
from gatepost.engine.catalogue import check_classes
from gatepost.engine.plan import phase_of
from gatepost.policy.compile import compile_rules
from gatepost.policy.ruleset import RuleSet
from gatepost.policy.shipped import CheckInPlan, rules_for, settled_codes


def rules_on(settings: Settings, listener: str) -> RuleSet | None:
    """The rules of that listener; None if there is no such listener any more."""
    section = settings.listeners.get(listener)
    if section is None:
        return None
    sections = settings.checks.sections()
    planned = [
        CheckInPlan(
            check=name,
            phase=phase_of(cls),
            if_unavailable=sections[cls.spec.settings].if_unavailable or cls.spec.if_unavailable,
            shadow=sections[cls.spec.settings].shadow,
            hard=cls.spec.hard,
        )
        for name, cls in check_classes().items()
        if sections[cls.spec.settings].enabled and section.role.value in cls.spec.roles
    ]
    own = compile_rules(settings.policy.rules, CelExpressions(), known_codes(), settled_codes())
    return RuleSet(rules_for(planned, settings.policy, own, monitor=settings.profile == "monitor"))
