"""In which order are the rules of a listener asked, its operator's and the shipped ones?

The order of ARCHITECTURE §4 with two precisions: relay control and limits, which no rule of an operator undoes;
malware, which only a rule undoes that ignores just that; the operator's rules; what holds for allowed clients too (a
recipient must exist, agreed TLS must be used, an antivirus engine must have answered: an allow list vouches for a good
name, and senders and HELO names can be forged); allow lists; hard facts; what checks' own settings want; checks without
an answer; points; acceptance. From the hard facts on, what only marks comes after all that holds or refuses: a forged
author must not spare what he attached.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from gatepost.model.check import FailMode, Wish
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.model.verdict import Action
from gatepost.policy.ruleset import OK_REPLIES
from gatepost.policy.settings import PolicySettings
from gatepost.policy.shipped_rules import (
    ALLOWED,
    AMBIGUOUS,
    BASICS,
    FACTS,
    HARVEST,
    IMPERSONATION,
    LIMITS,
    MALWARE,
    NEEDED,
    OUTCOMES,
    QUARANTINE,
    RECIPIENT,
    REJECT,
    RELAY,
    SPF_FAIL,
    TAG,
    UNAVAILABLE,
    UNKNOWN_SENDER,
    UNSCANNABLE,
)

TEMPORARY = Reply(451, "4.3.0", "Temporary failure, try again later")
DIRECTORY_DOWN = Reply(451, "4.4.3", "Recipients cannot be looked up now, try again later")
CLOSED = Reply(550, "5.3.0", "Not accepted: a required check gave no answer")
TOO_MANY_POINTS = Reply(550, "5.7.1", "Message refused because of its content")
OK = OK_REPLIES[Phase.MESSAGE]
DELIVERING = {Action.STRIP: 1, Action.TAG: 2}  # asked after all others, in this order
MALWARE_CODES = frozenset(code for rule in MALWARE for code in rule.codes)


class CheckInPlan(Struct, frozen=True, kw_only=True):
    """What policy must know of one check that runs on the listener.

    Args:
        check: its name.
        phase: when it runs.
        if_unavailable: of its section, else of its spec.
        shadow: of its section: the rules that rest on its findings are only recorded.
        hard: of its spec: the `monitor` profile does not put its rules in shadow.
        wishes: what its own settings want done.
    """

    check: str
    phase: Phase
    if_unavailable: FailMode = FailMode.OPEN
    shadow: bool = False
    hard: bool = False
    wishes: tuple[Wish, ...] = ()


def rules_for(
    checks: Sequence[CheckInPlan], settings: PolicySettings, own: Sequence[Rule] = (), *, monitor: bool = False
) -> tuple[Rule, ...]:
    """All rules of a listener in the order in which they are asked.

    Args:
        own: the operator's rules, compiled.
        monitor: the profile of that name: all but relay control, limits and what only accepts is in shadow.
    """
    plan = {check.check: check for check in checks}
    judging = (
        *FACTS,
        *wished(checks),
        *UNSCANNABLE,
        *unavailable_rules(check for check in checks if check.check not in NEEDED),
        *score_rules(settings, tuple(f"{check.check}.*" for check in checks if check.shadow)),
    )
    shipped = (
        *BASICS,
        *unavailable_rules(check for check in checks if check.check in NEEDED),
        *ALLOWED,
        *sorted(judging, key=lambda rule: DELIVERING.get(rule.action, 0)),
    )
    fixed, malware = adjusted(LIMITS, plan, settings), adjusted(MALWARE, plan, settings)
    spared = tuple(rule for rule in own if spares_malware(rule))
    others = (rule for rule in own if rule not in spared)
    rules = (*RELAY, *fixed, *spared, *malware, *others, *adjusted(shipped, plan, settings))
    return tuple(watched(rule, plan) for rule in rules) if monitor else rules


def adjusted(rules: Iterable[Rule], plan: Mapping[str, CheckInPlan], settings: PolicySettings) -> Iterator[Rule]:
    """Those whose checks run here, with shadow and delay as the settings have them."""
    for rule in rules:
        names = checks_of(rule)
        disabled = rule.name in settings.disabled and rule not in LIMITS
        disabled |= rule.name == SPF_FAIL and settings.spf_fail == "score"
        disabled |= rule.name in UNKNOWN_SENDER and settings.unknown_sender == "score"
        disabled |= rule.name in IMPERSONATION and settings.impersonation == "score"
        disabled |= rule.name == AMBIGUOUS and settings.ambiguous_mime == "score"
        if disabled or not names <= plan.keys():
            continue
        shadow = rule.name in settings.shadow or any(plan[name].shadow for name in names)
        delay = settings.harvest_delay if rule.name in HARVEST else rule.delay
        yield structs.replace(rule, shadow=shadow, delay=delay) if shadow or delay is not None else rule


def wished(checks: Sequence[CheckInPlan]) -> Iterator[Rule]:
    """Rules of what checks' own settings want, the harshest of all checks first."""
    for outcome, (action, reply) in OUTCOMES.items():
        for check in checks:
            for wish in check.wishes:
                if wish.outcome == outcome:
                    said = structs.replace(reply, text=wish.text) if wish.text else reply
                    name = f"{check.check}-{outcome}"
                    yield Rule(name=name, phase=check.phase, action=action, reply=said, codes=wish.codes)


def spares_malware(rule: Rule) -> bool:
    """It says in so many words that malware is to be overlooked; `antivirus.*` is not clear enough."""
    return rule.action is Action.IGNORE and any(code in rule.ignore for code in MALWARE_CODES)


def checks_of(rule: Rule) -> set[str]:
    """Names of the checks whose findings it waits for."""
    return {code.partition(".")[0] for code in rule.codes}


def unavailable_rules(checks: Iterable[CheckInPlan]) -> Iterator[Rule]:
    """What becomes of a check that gave no answer; no rule where it fails open."""
    for check in checks:
        if check.if_unavailable is FailMode.OPEN:
            continue
        later = check.if_unavailable is FailMode.TEMPFAIL
        reply = TEMPORARY if later else CLOSED
        if later and check.check == RECIPIENT:
            reply = DIRECTORY_DOWN
        if check.phase <= Phase.HELO:  # no enhanced code, and no greeting but 220, 421 and 554 (RFC 5321 §4.3.2)
            code = {451: 421, 550: 554}[reply.code] if check.phase is Phase.CONNECT else reply.code
            reply = Reply(code, "", reply.text)
        yield Rule(
            name=check.check.replace("_", "-") + UNAVAILABLE,
            phase=check.phase,
            codes=(f"{check.check}.unavailable",),
            action=Action.DEFER if later else Action.REJECT,
            reply=reply,
        )


def score_rules(settings: PolicySettings, uncounted: tuple[str, ...] = ()) -> tuple[Rule, ...]:
    """Harshest first; 0 points = no rule. What checks in shadow find gives no points."""
    wanted = (
        (REJECT, settings.reject_score, Action.REJECT, TOO_MANY_POINTS),
        (QUARANTINE, settings.quarantine_score, Action.QUARANTINE, OK),
        (TAG, settings.tag_score, Action.TAG, OK),
    )
    return tuple(
        Rule(name=name, phase=Phase.MESSAGE, action=action, reply=reply, score=score, uncounted=uncounted)
        for name, score, action, reply in wanted
        if score
    )


def watched(rule: Rule, plan: Mapping[str, CheckInPlan]) -> Rule:
    """As `monitor` has it."""
    mild = rule.action in (Action.IGNORE, Action.ACCEPT)
    if mild or rule in RELAY or any(plan[name].hard for name in checks_of(rule) & plan.keys()):
        return rule
    return structs.replace(rule, shadow=True)


def settled_codes() -> frozenset[str]:
    """Codes that are decided before any rule of an operator is asked."""
    return frozenset(code for rule in (*RELAY, *LIMITS) for code in rule.codes)
