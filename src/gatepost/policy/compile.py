"""What do `[[policy.rules]]` mean, and what is wrong with them? Every mistake is found before any port is bound."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Condition, Rule
from gatepost.model.verdict import Action
from gatepost.policy.facts import facts_at
from gatepost.policy.ruleset import EVERY_KIND, OK_REPLIES
from gatepost.policy.settings import RuleSettings
from gatepost.ports.expressions import BadExpression, Expressions

STRINGS = re.compile(
    r"""
    [bB]?[rR][bB]?(?:'''.*?'''|\"\"\".*?\"\"\"|'[^'\n]*'|"[^"\n]*")             # raw: a backslash is a backslash
    |[bB]?(?:'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")
    |//[^\n]*
    """,
    re.DOTALL | re.VERBOSE,
)
"""What in a CEL expression is no name: strings in all their spellings, comments."""

CHAINS = re.compile(r"[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*")
"""Names with dots in a CEL expression, once strings and comments are out."""

REPLIES = {
    Action.DEFER: Reply(451, "4.7.1", "Not accepted now by policy, try again later"),
    Action.REJECT: Reply(550, "5.7.1", "Not accepted by policy"),
    Action.DROP: Reply(421, "4.7.0", "Not accepted by policy, closing connection"),
}
GREETING_REPLIES = {
    Action.DEFER: Reply(421, "", "Not accepted now by policy, try again later"),
    Action.REJECT: Reply(554, "", "Not accepted by policy"),
    Action.DROP: Reply(421, "", "Not accepted by policy, closing connection"),
}
"""Instead of a greeting RFC 5321 §4.3.2 knows 554 and 421 only, and RFC 2034 §4 forbids enhanced codes."""


class BadRule(ValueError):
    """A rule cannot be used: where it stands, which key is wrong, and what would be right."""

    def __init__(self, index: int, name: str, key: str, reason: str) -> None:
        super().__init__(f'rule {index + 1} ("{name}"), {key}: {reason}')
        self.index = index
        self.name = name
        self.key = key
        self.reason = reason


def compile_rules(
    rules: Sequence[RuleSettings],
    expressions: Expressions,
    codes: Mapping[str, Phase],
    settled: frozenset[str] = frozenset(),
) -> tuple[Rule, ...]:
    """Rules in the order written.

    Args:
        codes: every code that some check declares, switched on or not, and the phase from which on it is known.
        settled: codes that are decided before any rule of an operator is asked (relay control, limits).

    Raises:
        BadRule: the first one that is wrong.
    """
    return tuple(compile_rule(i, rule, expressions, codes, settled) for i, rule in enumerate(rules))


def compile_rule(
    index: int,
    rule: RuleSettings,
    expressions: Expressions,
    codes: Mapping[str, Phase],
    settled: frozenset[str],
) -> Rule:
    for code in rule.ignore:
        if reason := bad_ignore(code, codes, settled):
            raise BadRule(index, rule.name, "ignore", reason)
    try:
        condition, mentions = condition_of(rule.when, rule.at, expressions, codes)
    except BadExpression as error:
        raise BadRule(index, rule.name, "when", str(error)) from error
    return Rule(
        name=rule.name,
        phase=rule.at,
        action=rule.action,
        reply=reply_of(rule),
        when=condition,
        source=rule.when,
        mentions=mentions,
        ignore=rule.ignore,
        delay=rule.delay,
        shadow=rule.shadow,
    )


def condition_of(
    source: str, phase: Phase, expressions: Expressions, codes: Mapping[str, Phase]
) -> tuple[Condition, tuple[str, ...]]:
    """The compiled condition, and the codes it names."""
    named = frozenset(names_in(source))
    for later in Phase:
        if later <= phase:
            continue
        known = set(facts_at(later)) - set(facts_at(phase)) | {code for code, p in codes.items() if p == later}
        if too_early := sorted(named & known):
            raise BadExpression(
                f"{too_early[0]} is not known at {phase.name.lower()}, only from {later.name.lower()} on; "
                f'set phase = "{later.name.lower()}"'
            )
    known_codes = sorted(code for code, p in codes.items() if p <= phase)
    condition = expressions.compile(source, facts_at(phase), known_codes)
    return condition, tuple(code for code in known_codes if code in named)


def names_in(source: str) -> Iterator[str]:
    """Every name with dots that occurs, and every beginning of one: `a.b.size()` gives a, a.b and a.b.size."""
    for chain in CHAINS.findall(STRINGS.sub(" ", source)):
        parts = [part.strip() for part in chain.split(".")]
        for end in range(1, len(parts) + 1):
            yield ".".join(parts[:end])


def bad_ignore(code: str, codes: Mapping[str, Phase], settled: frozenset[str]) -> str:
    """What is wrong with a code to be ignored; "" if nothing."""
    if code in settled:
        return f"{code} is decided before your rules are asked (relay control, limits) and cannot be ignored"
    every_check = {known.partition(".")[0] + EVERY_KIND for known in codes}
    if code in codes or code in every_check:
        return ""
    near = get_close_matches(code, [*codes, *every_check], n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "docs/reference/checks.md lists the codes"
    return f"no check finds {code}; {hint}"


def reply_of(rule: RuleSettings) -> Reply:
    """The action's own reply with what the rule says otherwise; an enhanced code follows the code's class."""
    own = GREETING_REPLIES if rule.at is Phase.CONNECT else REPLIES
    if rule.action not in own:
        return OK_REPLIES[rule.at]
    base = own[rule.action]
    given = rule.reply
    code = given.code if given and given.code else class_of(given.enhanced if given else None, base)
    enhanced = given.enhanced if given and given.enhanced else f"{code // 100}{base.enhanced[1:]}"
    if rule.at <= Phase.HELO:  # neither greeting nor the answer to EHLO has one (RFC 2034 §4)
        enhanced = ""
    return Reply(code, enhanced, given.text if given and given.text else base.text)


def class_of(enhanced: str | None, base: Reply) -> int:
    """The reply code for an enhanced code of another class than the base reply's: 421 becomes 554."""
    if enhanced is None or enhanced[0] == str(base.code)[0]:
        return base.code
    return 554 if enhanced[0] == "5" else 421
