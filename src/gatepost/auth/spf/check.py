"""May this client send in this name: check_host() (RFC 7208 §4)?

Raises nothing: what goes wrong is a result. How long it may take is for the caller to say; how much is asked of DNS
is bounded here. Answers that are in a cache keep no coroutine waiting.
"""

from gatepost.auth.spf.errors import SpfError
from gatepost.auth.spf.evaluate import Evaluation, Outcome
from gatepost.auth.spf.explain import explanation
from gatepost.auth.spf.limits import RFC_LIMITS, SpfLimits
from gatepost.auth.spf.lookups import Lookups
from gatepost.auth.spf.names import is_domain
from gatepost.auth.spf.result import Identity, Spf, SpfResult
from gatepost.auth.spf.select import Select, spf_records
from gatepost.auth.spf.subject import Subject, subject
from gatepost.model.address import Address
from gatepost.model.stage import IPAddress
from gatepost.ports.dns import Dns

BAD_DOMAIN = "no domain that could have a record"
# Wider networks than these are weak (AUTHN-39). The widest that big senders use for themselves are a /14 and a /32.
WEAK_BELOW = {4: 14, 6: 32}


async def check_host(
    dns: Dns,
    ip: IPAddress,
    helo: str,
    sender: Address | str | None,
    *,
    receiver: str,
    now: float,
    limits: SpfLimits = RFC_LIMITS,
) -> SpfResult:
    """The MAIL FROM identity (§2.4).

    Args:
        helo: the HELO name as sent.
        sender: reverse-path without brackets; None or "" for the null one.
        receiver: our host name, for explanations.
        now: Unix time in seconds, for explanations.
    """
    checked = subject(ip, helo, sender, receiver=receiver, now=now)
    return await result_of(dns, checked, Identity.MAILFROM, spf_records, limits)


async def check_helo(
    dns: Dns, ip: IPAddress, helo: str, *, receiver: str, now: float, limits: SpfLimits = RFC_LIMITS
) -> SpfResult:
    """The HELO identity (§2.3); an address literal or a single label is NONE."""
    checked = subject(ip, helo, None, receiver=receiver, now=now)
    return await result_of(dns, checked, Identity.HELO, spf_records, limits)


async def result_of(dns: Dns, checked: Subject, identity: Identity, select: Select, limits: SpfLimits) -> SpfResult:
    domain = checked.domain
    if not is_domain(domain):
        return SpfResult(result=Spf.NONE, domain=domain, identity=identity, problem=BAD_DOMAIN)
    lookups = Lookups(dns, limits)
    evaluation = Evaluation(checked, lookups, select)
    try:
        outcome = await evaluation.outcome(domain)
    except SpfError as error:
        return SpfResult(
            result=error.result, domain=domain, identity=identity, problem=error.problem, lookups=lookups.asked
        )
    explained = await explanation(evaluation, outcome) if outcome.result is Spf.FAIL else ""
    return SpfResult(
        result=outcome.result,
        domain=domain,
        identity=identity,
        matched=outcome.matched,
        explanation=explained,
        problem=outcome.problem,
        lookups=lookups.asked,
        width=outcome.width,
        is_weak=is_weak(outcome, checked.ip.version),
    )


def is_weak(outcome: Outcome, version: int) -> bool:
    return outcome.result is Spf.PASS and outcome.width is not None and outcome.width < WEAK_BELOW[version]
