"""What was known when a recorded verdict was given, so that it can be decided again from the trace alone?"""

from ipaddress import ip_address

from gatepost.model.address import Address, Domain
from gatepost.model.client import network_of
from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.trace import Decision, Trace
from gatepost.model.verdict import TAKING
from gatepost.policy.facts import client_facts, helo_facts, recipient_facts, sender_facts


def recorded_findings(trace: Trace, decision: Decision) -> tuple[Finding, ...]:
    """The evidence of earlier phases and of the decision's own; of another recipient's, nothing.

    What was asked anew (a second HELO, a MAIL after one that was refused) takes the place of what was found before.
    What was found on the message stands beside the first of its verdicts, and holds for all.
    """
    evidence: dict[tuple[Phase, str], Decision] = {}
    for d in trace.decisions:
        if d is decision:
            break
        earlier = d.phase < decision.phase and (not d.recipient or d.recipient == decision.recipient)
        if earlier or d.phase == decision.phase == Phase.MESSAGE:
            evidence[d.phase, d.recipient] = d
    return tuple(finding for d in (*evidence.values(), decision) for step in d.steps for finding in step.findings)


def recorded_facts(trace: Trace, decision: Decision) -> dict[str, object]:
    """The facts of the decision's phase, as `gatepost.policy.facts` names them."""
    phase = decision.phase
    facts = client_facts(trace.listener, trace.client_ip, network_of(ip_address(trace.client_ip)))
    if phase >= Phase.HELO:
        facts |= helo_facts(trace.helo, trace.tls)
    if phase >= Phase.MAIL:
        facts |= {"client.user": trace.user} | sender_facts(address_of(trace.sender or ""))
    if phase == Phase.RCPT:
        facts |= recipient_facts(address_of(decision.recipient))
    if phase >= Phase.DATA:
        accepted = accepted_recipients(trace)
        only = accepted[0] if len(accepted) == 1 else ""
        facts |= recipient_facts(address_of(decision.recipient or only)) | {"recipients": accepted}
    if phase == Phase.MESSAGE:
        facts["message.size"] = trace.size
    return facts


def accepted_recipients(trace: Trace) -> list[str]:
    return [d.recipient for d in trace.decisions if d.phase == Phase.RCPT and d.verdict.action in TAKING]


def address_of(recorded: str) -> Address | None:
    """As it was written by `str(Address)`: a domain holds no @, whatever the local part does."""
    local, at, domain = recorded.rpartition("@")
    if not at:
        return Address(domain, Domain("")) if domain else None
    return Address(local, Domain(domain))
