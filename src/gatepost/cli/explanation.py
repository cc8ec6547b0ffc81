"""Why did a message get its verdict? A trace, and the rules of today, in; an explanation out (no I/O, no layout).

Who ended it is one of: a `rule` of the policy, the `backend`, the `protocol` (a command or content that broke it),
the `gateway` itself (relay control, routes, limits of a connection), the `client` who went away; or `nobody`.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from gatepost.model.finding import Kind
from gatepost.model.trace import Decision, End, Handover, Outcome, Trace
from gatepost.model.verdict import Action, Verdict
from gatepost.policy.counterfactual import WithoutFinding, counterfactual
from gatepost.policy.decide import decide
from gatepost.policy.recorded import recorded_facts, recorded_findings
from gatepost.policy.ruleset import RuleSet

UNAVAILABLE = "The check gave no answer."
HARD = frozenset({Action.DEFER, Action.REJECT, Action.DROP})
NOT_TAKEN = frozenset({End.REFUSED, End.DEFERRED, End.DROPPED})
NEUTRAL = frozenset({"", "default"})
PROTOCOL_RULES = ("command.", "line.", "content.")  # in the time line, instead of what was not understood
GATEWAY_RULES = {
    "relay": "the recipient's domain is none that this listener relays to",
    "routes": "it goes another way than the recipients before it, or is too large for its domain",
    "backend": "the mail server has refused this recipient within the last hour",
}
"""What stands in place of a rule where no rule of the policy decided (`gatepost.gateway.mail_dialogue`)."""


class Evidence(Struct, frozen=True, kw_only=True):
    """One finding, in words.

    Args:
        decisive: the deciding rule rests on it.
    """

    phase: str
    check: str
    code: str
    detail: str
    says: str
    score: float
    recipient: str = ""
    decisive: bool = False


class Without(Struct, frozen=True, kw_only=True):
    """Had one thing been otherwise."""

    what: str  # "finding" or "rule"
    name: str
    action: str
    reply: str
    rule: str


class Explanation(Struct, frozen=True, kw_only=True):
    """Why.

    Args:
        by: who ended it.
        sentence: one or two sentences for a person.
        reply: what the client heard that decided it for him.
        phase: of the deciding verdict, "" if there is none.
        today: what the rules of today would decide on the same evidence, where that is something else.
        silent: checks that gave no answer, and why.
        shadow: rules in shadow that would have decided.
    """

    by: str
    sentence: str
    reply: str
    phase: str
    rule: str
    recipient: str
    score: float
    evidence: tuple[Evidence, ...]
    without: tuple[Without, ...] = ()
    today: Without | None = None
    silent: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()


def explained(trace: Trace, kinds: Mapping[str, Kind], rules: RuleSet | None = None) -> Explanation:
    """The explanation; without `rules` it says nothing of what would have been."""
    decision = deciding(trace)
    by = who(trace, decision)
    reply = decisive_reply(trace, decision if by == "rule" else None)
    asked = decision is not None and rules is not None and by in ("rule", "nobody")
    return Explanation(
        by=by,
        sentence=sentence(trace, by, decision, reply),
        reply=reply,
        phase=decision.phase.name if decision else "",
        rule=decision.verdict.rule if decision and by in ("rule", "nobody") else "",
        recipient=decision.recipient if decision else "",
        score=sum(f.score for f in recorded_findings(trace, decision)) if decision else 0.0,
        evidence=tuple(evidence(trace, kinds, decision if by == "rule" else None)),
        without=alternatives(trace, decision, rules) if asked and decision and rules else (),
        today=decided_today(trace, decision, rules) if asked and decision and rules else None,
        silent=tuple(dict.fromkeys(silent(trace))),
        shadow=tuple(dict.fromkeys(name for d in trace.decisions for name in d.verdict.shadow)),
    )


def deciding(trace: Trace) -> Decision | None:
    """The verdict that the end rests on; of several, the last. Where none does, the last there was."""
    wanted = [d for d in trace.decisions if is_decisive(trace, d)]
    if not wanted and trace.rule not in NEUTRAL:
        wanted = [d for d in trace.decisions if d.verdict.rule == trace.rule]
    if wanted:
        return wanted[-1]
    return trace.decisions[-1] if trace.decisions else None


def is_decisive(trace: Trace, decision: Decision) -> bool:
    """The client heard it last, or nothing but the 250 to its RSET after it."""
    verdict = decision.verdict
    if trace.end in (End.QUARANTINED, End.DISCARDED):
        return verdict.action in HARD | {Action.QUARANTINE, Action.DISCARD}
    if trace.end not in NOT_TAKEN or verdict.action not in HARD or failed_handover(trace) is not None:
        return False
    return trace.reply[:1] not in ("4", "5") or trace.reply.startswith(str(verdict.reply))


def who(trace: Trace, decision: Decision | None) -> str:
    """See the module's docstring."""
    match trace.end:
        case End.ABANDONED | End.IDLE:
            return "client"
        case End.DELIVERED:
            return "rule" if decision and decision.verdict.rule not in NEUTRAL else "nobody"
        case End.QUARANTINED | End.DISCARDED:
            return "rule"
    if decision is not None and is_decisive(trace, decision):
        return "rule"
    if failed_handover(trace) is not None or any(r.rule == "backend" for r in trace.recipients):
        return "backend"
    return "protocol" if broken_rule(trace) is not None else "gateway"


def failed_handover(trace: Trace) -> Handover | None:
    return next((h for h in trace.handovers if not h.reply.startswith("2")), None)


def broken_rule(trace: Trace) -> str | None:
    """Name of the protocol rule that the last refused command broke; "" where content did."""
    for exchange in reversed(trace.exchanges):
        if exchange.reply[:1] in ("4", "5") and exchange.reply == trace.reply:
            if exchange.verb == "content":
                return exchange.argument
            return exchange.argument if exchange.argument.startswith(PROTOCOL_RULES) else None
    return None


def decisive_reply(trace: Trace, decision: Decision | None) -> str:
    """An abandoned transaction ends with a 250 to RSET; what counted was said before."""
    if trace.end not in NOT_TAKEN or trace.reply[:1] in ("4", "5"):
        return trace.reply
    if decision is not None:
        return str(decision.verdict.reply)
    said = [e.reply for e in trace.exchanges] + [r.reply for r in trace.recipients]
    return next((reply for reply in reversed(said) if reply[:1] in ("4", "5")), trace.reply)


# ── the sentence ─────────────────────────────────────────────────────────────
ENDS = {
    End.DELIVERED: "Delivered",
    End.QUARANTINED: "Held in quarantine",
    End.DISCARDED: "Taken and thrown away",
    End.REFUSED: "Refused",
    End.DEFERRED: "Deferred",
    End.DROPPED: "Refused, and the connection closed",
    End.ABANDONED: "Given up by the client",
    End.IDLE: "Nothing was asked for",
}


def sentence(trace: Trace, by: str, decision: Decision | None, reply: str) -> str:
    """What happened, and who made it so."""
    head = f"{ENDS[trace.end]}{at_phase(decision) if by == 'rule' and trace.end in NOT_TAKEN else ''}"
    match by:
        case "rule" if decision is not None:
            return f"{head} by the rule {decision.verdict.rule}{because(decision.verdict)}."
        case "backend":
            return f"{head}: {backend_said(trace)}."
        case "protocol":
            rule = broken_rule(trace)
            return f"{head}: {f'it broke the protocol rule {rule}' if rule else 'its content broke the protocol'}."
        case "gateway":
            told = [GATEWAY_RULES[r.rule] for r in trace.recipients if r.rule in GATEWAY_RULES]
            return f"{head}: {told[-1] if told else f'the gateway answered {reply}'}."
        case "client":
            return client_left(trace)
    return f"{head}: no rule spoke against it{', and ' + backend_said(trace) if trace.handovers else ''}."


def at_phase(decision: Decision | None) -> str:
    return f" at {decision.phase.name}" if decision else ""


def because(verdict: Verdict) -> str:
    """What the rule rests on; an operator's condition may rest on no finding."""
    found = list(dict.fromkeys(verdict.because))
    if not found:
        return ""
    return f", because {' and '.join(found)} {'was' if len(found) == 1 else 'were'} found"


def backend_said(trace: Trace) -> str:
    handover = failed_handover(trace) or (trace.handovers[-1] if trace.handovers else None)
    if handover is None:
        return GATEWAY_RULES["backend"]
    if not handover.host:
        return f"no host of the backend {handover.backend} could be reached ({handover.reply})"
    return f"the backend {handover.backend} at {handover.host} answered {handover.reply or 'nothing'}"


def client_left(trace: Trace) -> str:
    if trace.end is End.IDLE:
        return f"{ENDS[trace.end]}: the connection ended without a mail transaction."
    accepted = sum(recipient.end not in NOT_TAKEN for recipient in trace.recipients)
    return f"{ENDS[trace.end]} before its message was complete ({accepted} recipients accepted until then)."


# ── evidence ─────────────────────────────────────────────────────────────────
def evidence(trace: Trace, kinds: Mapping[str, Kind], decision: Decision | None) -> Iterator[Evidence]:
    """Every finding, in the order found."""
    resting = set(decision.verdict.because) if decision else set()
    for at in trace.decisions:
        for step in at.steps:
            for finding in step.findings:
                kind = kinds.get(finding.code)
                says = kind.summary if kind else UNAVAILABLE if finding.code.endswith(".unavailable") else ""
                yield Evidence(
                    phase=at.phase.name, check=step.check, code=finding.code, detail=finding.detail, says=says,
                    score=finding.score, recipient=at.recipient,
                    decisive=finding.code in resting and bears_on(at, decision),
                )  # fmt: skip


def bears_on(at: Decision, decision: Decision | None) -> bool:
    """Of its own phase and recipient, or of earlier phases (as `recorded_findings`)."""
    if decision is None or at is decision:
        return decision is not None
    return at.phase < decision.phase and at.recipient in ("", decision.recipient)


def silent(trace: Trace) -> Iterator[str]:
    for decision in trace.decisions:
        for step in decision.steps:
            if step.outcome in (Outcome.TIMEOUT, Outcome.ERROR):
                yield f"{step.check} ({'no answer in time' if step.outcome is Outcome.TIMEOUT else 'failed'})"


# ── what would have been ─────────────────────────────────────────────────────
def alternatives(trace: Trace, decision: Decision, rules: RuleSet) -> tuple[Without, ...]:
    """Each single finding and rule without which the verdict would have been another."""
    found = counterfactual(
        decision.phase, recorded_findings(trace, decision), rules, lambda: recorded_facts(trace, decision)
    )
    return tuple(
        other("finding", item.code, item.verdict)
        if isinstance(item, WithoutFinding)
        else other("rule", item.rule, item.verdict)
        for item in found
    )


def decided_today(trace: Trace, decision: Decision, rules: RuleSet) -> Without | None:
    """None where the rules of today decide as those of then."""
    verdict = decide(decision.phase, recorded_findings(trace, decision), rules, lambda: recorded_facts(trace, decision))
    then = decision.verdict
    return None if (verdict.action, verdict.rule) == (then.action, then.rule) else other("today", "", verdict)


def other(what: str, name: str, verdict: Verdict) -> Without:
    return Without(what=what, name=name, action=verdict.action.value, reply=str(verdict.reply), rule=verdict.rule)
