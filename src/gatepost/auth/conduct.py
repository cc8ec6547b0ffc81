"""Does a finished transaction speak for its sender, against him, or neither?

Gatepost's own reading of a trace. For him: all was delivered and nothing gave points. Against him: a check of what he
does or sends made us refuse, hold or mark it. Neither: whatever is about us (limits, lists that the operator keeps, a
mail server that was away), and failures of sender authentication, for the network of every forwarder would pay for
them. What reputation itself adds is left out, or a bad name would prove itself.
"""

from collections.abc import Iterator, Sequence
from enum import Enum

from gatepost.model.finding import Finding
from gatepost.model.trace import End, RecipientEnd, Trace

OURS = frozenset("session_limits recipient_limit hops rate rate_messages rate_recipients greylist".split())
OPERATORS = frozenset("access_client access_helo access_sender access_recipient".split())
AUTHENTICATION = frozenset("spf spf_helo sender_id dkim dmarc arc own_domain own_author".split())
BOUNCES = frozenset("bounce blank_sender blank_sender_recipients".split())  # honest servers send them to forged senders
REPUTATION = "reputation"
SAYS_NOTHING = OURS | OPERATORS | AUTHENTICATION | BOUNCES | {REPUTATION}
"""Names of checks whose findings are no reason to think worse of a sender."""

UNKNOWN = frozenset(("unknown-recipient", "harvest-suspected", "harvest-detected"))  # rules
FRAUD = frozenset(("content.bare-line-end", "content.nul"))  # what content was refused for before any check saw it
SCORED = "score-"  # how the rules that count points begin
NO_ANSWER = ".unavailable"


class Conduct(Enum):
    """What it says of the sender."""

    GOOD = "good"
    BAD = "bad"
    NEITHER = "neither"


def conduct(trace: Trace) -> Conduct:
    """Of one transaction, or of a connection that had none."""
    match trace.end:
        case End.DELIVERED:
            return conduct_of_delivered(trace)
        case End.QUARANTINED | End.DISCARDED:
            return Conduct.BAD if is_his_fault(trace) else Conduct.NEITHER
        case End.REFUSED | End.DROPPED:
            return Conduct.BAD if is_his_fault(trace) or is_fraud(trace) else Conduct.NEITHER
        case _:  # he may come back, or has gone
            return Conduct.NEITHER


def conduct_of_delivered(trace: Trace) -> Conduct:
    if len(trace.recipients) > 1 and guesses(trace.recipients):
        return Conduct.BAD
    if trace.action != "accept":
        return Conduct.BAD if is_his_fault(trace) else Conduct.NEITHER
    return Conduct.NEITHER if points(findings(trace)) > 0 else Conduct.GOOD


def guesses(recipients: Sequence[RecipientEnd]) -> bool:
    """Most of them do not exist."""
    return 2 * sum([recipient.rule in UNKNOWN for recipient in recipients]) > len(recipients)


def is_his_fault(trace: Trace) -> bool:
    """Some check that looks at what he does has decided, and not by his reputation alone."""
    if trace.action == "accept" or not any([tells(code) for code in trace.because]):
        return False
    return not trace.rule.startswith(SCORED) or not owes_it_to_reputation(trace)


def tells(code: str) -> bool:
    return code.partition(".")[0] not in SAYS_NOTHING and not code.endswith(NO_ANSWER)


def owes_it_to_reputation(trace: Trace) -> bool:
    """As many points came from his reputation as from all else."""
    every = tuple(findings(trace))
    total = sum([finding.score for finding in every])
    return points(every) <= total / 2


def is_fraud(trace: Trace) -> bool:
    """Line ends or NULs by which a second message could have been smuggled in."""
    return any([said.verb == "content" and said.argument in FRAUD for said in trace.exchanges])


def findings(trace: Trace) -> Iterator[Finding]:
    for decision in trace.decisions:
        for step in decision.steps:
            yield from step.findings


def points(found: Iterator[Finding] | Sequence[Finding]) -> float:
    """Of all but reputation."""
    return sum([f.score for f in found if f.score and f.code.partition(".")[0] != REPUTATION])
