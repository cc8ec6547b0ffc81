"""Under which rules would recorded evidence be decided today? Nothing is connected or opened for it."""

from gatepost.app.policy import rules_of
from gatepost.config.settings import Settings
from gatepost.engine.catalogue import check_classes
from gatepost.policy.ruleset import RuleSet


def rules_on(settings: Settings, listener: str) -> RuleSet | None:
    """The rules of that listener; None if there is no such listener any more."""
    section = settings.listeners.get(listener)
    if section is None:
        return None
    sections = settings.checks.sections()
    checks = check_classes().values()
    role = section.role.value
    return rules_of(settings, [cls for cls in checks if sections[cls.spec.settings].enabled and role in cls.spec.roles])
