"""Every check and every shipped rule, as pages: `python -m gatepost.engine.reference checks` (or `rules`) prints one.

Made from the declarations alone, so the pages and the program cannot differ; a test compares them.
"""

import sys
from collections.abc import Iterator, Sequence
from inspect import iscoroutinefunction
from typing import get_type_hints

from gatepost.engine.catalogue import AnyCheck, check_classes, config_class
from gatepost.engine.plan import phase_of
from gatepost.model.check import FailMode, Report
from gatepost.model.finding import Kind
from gatepost.model.phase import Phase
from gatepost.model.rule import Rule
from gatepost.model.verdict import Action
from gatepost.policy.facts import DESCRIPTIONS
from gatepost.policy.ruleset import OK_REPLIES
from gatepost.policy.settings import PolicySettings
from gatepost.policy.shipped import CheckInPlan, rules_for
from gatepost.policy.shipped_rules import LIMITS, RELAY

CHECKS_HEAD = """# Checks

<!-- Made by `python -m gatepost.engine.reference checks`. Do not edit: change the check's own file. -->

A check gathers evidence and decides nothing; what follows from a finding is a rule's business
([rules](rules.md)), and how a check is set is on the page of [settings](settings.md). Findings have points towards
a message's score, and codes that rules name. A check that got no answer reports `<check>.unavailable`.
"""

RULES_HEAD = """# Rules

<!-- Made by `python -m gatepost.engine.reference rules`. Do not edit: change `gatepost.policy`. -->

At each phase the rules are asked in this order, and the first that matches decides. Those above *your own rules*
protect the mail server: no rule of yours undoes them. A shipped rule is only recorded where its name stands in
`policy.shadow` or its check has `shadow = true`, and left out where it stands in `policy.disabled`; relay control
knows neither, limits only the shadow. The profile `monitor` has every rule in shadow but those two and what only
accepts. A 5xx reply to an anonymous client waits in the tar pit of the listener.
"""

CONDITIONS_HEAD = """## Conditions

`when` of a rule of your own is an expression in [CEL](https://cel.dev). It may name every finding code of its phase
and of earlier ones (true where found) and these facts. Beside CEL's own functions there is
`client.ip.inNetwork('192.0.2.0/24')`. A condition that cannot be evaluated, such as a division by zero, does not
hold; the trace says so.

| fact | type | from | |
|---|---|---|---|
"""

TYPES = {str: "string", int: "int", bool: "bool", list: "list of strings"}
FAILURES = {
    FailMode.OPEN: "mail flows as if it had found nothing",
    FailMode.TEMPFAIL: "4xx, the client comes back",
    FailMode.CLOSED: "5xx",
}
OWN_RULES = "*your own rules*"


def checks_page() -> str:
    """Every check with its findings and examples, by phase."""
    by_phase = sorted(check_classes().values(), key=lambda cls: (phase_of(cls), cls.spec.name))
    return "\n".join((CHECKS_HEAD, *(check_section(cls) for cls in by_phase)))


def check_section(cls: type[AnyCheck]) -> str:
    spec = cls.spec
    question, _, rest = (sys.modules[cls.__module__].__doc__ or "").strip().partition("\n")
    runs = f"Phase {phase_of(cls).name}, listeners: {', '.join(spec.roles)}"
    if spec.after:
        runs += f"; after {', '.join(f'`{name}`' for name in spec.after)}"
    if spec.records:
        runs += "; counts, so offline commands leave it out"
    failure = f"Without an answer within {spec.timeout:g} s: {FAILURES[spec.if_unavailable]}.\n"
    shown = (f"- {example.says} → {finds(example.finds)}" for example in cls.examples)
    return "\n".join(
        (
            f"## `{spec.name}`\n",
            f"**{question}** {runs}.\n",
            rest.strip(),
            "\n| finding | | points | rule |\n|---|---|---|---|",
            *(kind_row(kind) for kind in spec.kinds),
            f"\n{failure if may_wait(cls) else ''}",
            *shown,
            "",
        )
    )


def may_wait(cls: type[AnyCheck]) -> bool:
    return iscoroutinefunction(cls.__call__) or get_type_hints(cls.__call__)["return"] is not Report


def kind_row(kind: Kind) -> str:
    rules = dict.fromkeys(f"`{rule.name}`" for rule in every_rule() if kind.code in rule.codes)
    return f"| `{kind.code}` | {kind.summary} | {kind.score:g} | {', '.join(rules) or 'evidence only'} |"


def finds(codes: Sequence[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes) or "nothing"


def rules_page() -> str:
    """Every shipped rule in the order asked, and what conditions may read."""
    sections = (phase_section(phase) for phase in Phase)
    return "\n".join((RULES_HEAD, *sections, CONDITIONS_HEAD + "\n".join(fact_rows()), ""))


def phase_section(phase: Phase) -> str:
    rows = "\n".join(rule_row(rule) for rule in every_rule() if rule.phase == phase)
    default = f"| `default` | nothing else | accept | {OK_REPLIES[phase]} |"
    return f"## {phase.name}\n\n| rule | if | action | reply |\n|---|---|---|---|\n{rows}\n{default}\n"


def every_rule() -> tuple[Rule, ...]:
    """As they are asked where every check runs and all points are in use; each phase has one rule of an operator."""
    checks = tuple(
        CheckInPlan(
            check=name,
            phase=phase_of(cls),
            if_unavailable=cls.spec.if_unavailable,
            hard=cls.spec.hard,
            wishes=cls.wishes(config_class(cls)()),
        )
        for name, cls in check_classes().items()
    )
    own = (Rule(name=OWN_RULES, phase=p, action=Action.ACCEPT, reply=OK_REPLIES[p]) for p in Phase)
    scores = PolicySettings.model_validate(
        {
            "tag_score": 1,
            "quarantine_score": 1,
            "reject_score": 1,
            "spf_fail": "reject",
            "unknown_sender": "reject",
            "impersonation": "quarantine",
            "ambiguous_mime": "reject",
        }
    )
    return rules_for(checks, scores, tuple(own))


def rule_row(rule: Rule) -> str:
    if rule.name == OWN_RULES:
        return f"| {OWN_RULES} | their `when` holds | | |"
    name = f"`{rule.name}`"
    if rule in RELAY:
        name += " (always)"
    elif rule.name in {limit.name for limit in LIMITS}:
        name += " (limit)"
    wanted = finds(rule.codes)
    if rule.score is not None:
        wanted = f"points reach `policy.{rule.name.partition('-')[2]}_score`"
    action, reply = rule.action.value, str(rule.reply)
    if rule.action is Action.IGNORE:
        action, reply = f"ignore {finds(rule.ignore)}", "decides on"
    if rule.delay is not None:
        reply += ", after `policy.harvest_delay`"
    return f"| {name} | {wanted} | {action} | {reply} |"


def fact_rows() -> Iterator[str]:
    for phase, facts in DESCRIPTIONS.items():
        for name, (kind, says) in facts.items():
            yield f"| `{name}` | {TYPES[kind]} | {phase.name.lower()} | {says} |"


PAGES = {"checks": checks_page, "rules": rules_page}

if __name__ == "__main__":
    sys.stdout.write(PAGES[sys.argv[1]]())
