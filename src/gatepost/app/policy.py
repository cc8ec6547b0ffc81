"""Settings to judges: which checks run on a listener, under which rules."""

from collections.abc import Iterable, Mapping

from gatepost.adapters.cel import CelExpressions
from gatepost.config.rules import known_codes
from gatepost.config.settings import Settings
from gatepost.engine.catalogue import AnyCheck, build, check_classes
from gatepost.engine.plan import phase_of, plan
from gatepost.engine.run import Bug, Engine
from gatepost.gateway.judge import Judge
from gatepost.model.stage import Role
from gatepost.policy.compile import compile_rules
from gatepost.policy.ruleset import RuleSet
from gatepost.policy.shipped import CheckInPlan, rules_for, settled_codes
from gatepost.ports.clock import Clock

Ports = Mapping[type, object]


def judge_for(
    settings: Settings, role: Role, ports: Ports, clock: Clock, on_bug: Bug, *, records: bool = True
) -> Judge:
    """The judge of a listener.

    Args:
        records: whether checks that write (counters) run; offline commands leave them out.

    Raises:
        BadPlan, BadRule: a start-up error, which the configuration's check finds first.
    """
    checks = checks_for(settings, role, ports, records=records)
    engine = Engine(plan(checks, frozenset(check_classes())), clock, on_bug)
    return Judge(engine, rules_of(settings, map(type, checks)))


def checks_for(settings: Settings, role: Role, ports: Ports, *, records: bool) -> list[AnyCheck]:
    """Every check that is switched on for such a listener and has something to look for."""
    found = []
    sections = settings.checks.sections()
    for cls in check_classes().values():
        config = sections[cls.spec.settings]
        if not config.enabled or role.value not in cls.spec.roles or (cls.spec.records and not records):
            continue
        check = build(cls, config, ports)
        if not check.is_idle():
            found.append(check)
    return found


def rules_of(settings: Settings, checks: Iterable[type[AnyCheck]]) -> RuleSet:
    """The operator's rules and the shipped ones, in the order in which they are asked.

    Args:
        checks: those that run on the listener.
    """
    planned = [in_plan(settings, check) for check in checks]
    own = compile_rules(settings.policy.rules, CelExpressions(), known_codes(), settled_codes())
    return RuleSet(rules_for(planned, settings.policy, own, monitor=settings.profile == "monitor"))


def in_plan(settings: Settings, check: type[AnyCheck]) -> CheckInPlan:
    spec = check.spec
    section = settings.checks.sections()[spec.settings]
    return CheckInPlan(
        check=spec.name,
        phase=phase_of(check),
        if_unavailable=section.if_unavailable or spec.if_unavailable,
        shadow=section.shadow,
        hard=spec.hard,
        wishes=check.wishes(section),
    )
