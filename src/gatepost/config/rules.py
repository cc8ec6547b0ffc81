"""Can the policy be compiled? Conditions, codes and names of rules, each mistake with its line.

Works on the tables as they were read: a rule that cannot even be read is left to the validator.
"""

import json
from collections.abc import Iterator

from pydantic import ValidationError

from gatepost.adapters.cel import CelExpressions
from gatepost.config.explain import nearest
from gatepost.config.problems import Found, one_of
from gatepost.config.profiles import Data
from gatepost.config.source import Path
from gatepost.engine.catalogue import check_classes
from gatepost.engine.plan import phase_of
from gatepost.model.phase import Phase
from gatepost.policy.compile import BadRule, compile_rule
from gatepost.policy.ruleset import DEFAULT_RULE
from gatepost.policy.settings import RuleSettings
from gatepost.policy.shipped import settled_codes
from gatepost.policy.shipped_rules import LIMITS, RELAY, SHIPPED_NAMES, UNAVAILABLE

NAMES_SHOWN = 8


def known_codes() -> dict[str, Phase]:
    """Every code that some check declares, and the phase from which on it is known."""
    codes: dict[str, Phase] = {}
    for name, check in check_classes().items():
        codes |= dict.fromkeys((*(kind.code for kind in check.spec.kinds), f"{name}.unavailable"), phase_of(check))
    return codes


def bad_conditions(raw: Data) -> Iterator[Found]:
    """Rules of the operator that cannot be compiled."""
    policy = raw.get("policy")
    rules = policy.get("rules") if isinstance(policy, dict) else None
    if not isinstance(rules, list) or not rules:
        return
    expressions, codes, settled = CelExpressions(), known_codes(), settled_codes()
    for index, table in enumerate(rules):
        try:
            rule = RuleSettings.model_validate_json(json.dumps(table, default=str), strict=True)
        except ValidationError:
            continue
        try:
            compile_rule(index, rule, expressions, codes, settled)
        except BadRule as error:
            reason, semicolon, advice = error.reason.rpartition("; ")
            message, fix = (reason, advice) if semicolon else (advice, "")
            path: Path = ("policy", "rules", index, error.key)
            yield Found(path, "policy.rule", message, sentence(fix))


def sentence(text: str) -> str:
    whole = text[:1].upper() + text[1:] if "/" not in text.partition(" ")[0] else text
    return whole if not whole or whole.endswith((".", "?")) else f"{whole}."


def unknown_rules(raw: Data) -> Iterator[Found]:
    """Names in `policy.shadow` and `policy.disabled` that are not those of shipped rules, or of those that stay."""
    policy = raw.get("policy")
    if not isinstance(policy, dict):
        return
    relay, limits = {rule.name for rule in RELAY}, {rule.name for rule in LIMITS}
    known = sorted(shipped_names())
    for key, fixed, why in (
        ("shadow", relay, "relay control is always enforced"),
        ("disabled", relay | limits, "relay control and limits cannot be left out"),
    ):
        names = policy.get(key)
        for i, name in enumerate(names if isinstance(names, list) else ()):
            path: Path = ("policy", key, i)
            if not isinstance(name, str):
                continue
            if name in fixed:
                yield Found(path, "policy.fixed", why, f'Take "{name}" out.')
            elif name not in known:
                fix = nearest(name, known) or f"Shipped rules are {one_of(known[:NAMES_SHOWN])} and others."
                yield Found(path, "policy.unknown", f'no shipped rule is named "{name}"', fix)


def shipped_names() -> set[str]:
    """Names of all rules that come with the gateway, on any listener."""
    unanswered = {f"{name.replace('_', '-')}{UNAVAILABLE}" for name in check_classes()}
    return unanswered | (SHIPPED_NAMES - {DEFAULT_RULE})
