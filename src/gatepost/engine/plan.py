"""Declarations to order: the checks of one phase, each behind those whose results it reads."""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Any, get_type_hints

from gatepost.engine.catalogue import AnyCheck
from gatepost.model.check import Check
from gatepost.model.phase import Phase
from gatepost.model.stage import (
    ConnectStage,
    DataStage,
    HeloStage,
    MailStage,
    MessageStage,
    RcptStage,
)

PHASES: dict[type[ConnectStage], Phase] = {
    ConnectStage: Phase.CONNECT,
    HeloStage: Phase.HELO,
    MailStage: Phase.MAIL,
    RcptStage: Phase.RCPT,
    DataStage: Phase.DATA,
    MessageStage: Phase.MESSAGE,
}


class BadPlan(ValueError):
    """The declarations contradict each other; a start-up error."""


def phase_of(check: type[Check[Any]]) -> Phase:
    """By the annotation of `at`: the one place that says when a check runs."""
    stage = get_type_hints(check.__call__).get("at")
    if stage not in PHASES:
        raise BadPlan(f"{check.spec.name}: `at` must be annotated with a stage")
    return PHASES[stage]


def plan(checks: Iterable[AnyCheck], known: frozenset[str]) -> dict[Phase, tuple[AnyCheck, ...]]:
    """Every phase's checks in order.

    Args:
        known: names of all checks there are; what is switched off may be named in `after`.

    Raises:
        BadPlan: a cycle, or an unknown name in `after`.
    """
    by_phase: dict[Phase, dict[str, AnyCheck]] = {phase: {} for phase in Phase}
    for check in checks:
        by_phase[phase_of(type(check))][check.spec.name] = check
    return {phase: in_order(mine, known) for phase, mine in by_phase.items()}


def in_order(mine: dict[str, AnyCheck], known: frozenset[str]) -> tuple[AnyCheck, ...]:
    for name, check in mine.items():
        if unknown := set(check.spec.after) - known:
            raise BadPlan(f"{name}: after unknown check {', '.join(sorted(unknown))}")
    graph = {name: [n for n in mine[name].spec.after if n in mine] for name in sorted(mine)}
    try:
        return tuple(mine[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise BadPlan(f"checks wait for each other: {' → '.join(error.args[1])}") from error
