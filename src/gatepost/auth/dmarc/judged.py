"""What does DMARC come to for one message, and what speaks against acting on it (RFC 9989, RFC 9990 §3.1.6)?"""

from collections.abc import Iterable

from msgspec import Struct

from gatepost.auth.dkim.result import DkimResults, Result
from gatepost.auth.dmarc.evaluate import Authenticated, DmarcResult, Identifier, Method, Outcome
from gatepost.auth.dmarc.record import Policy
from gatepost.auth.dmarc.report import Override
from gatepost.auth.spf.result import Spf, SpfResult

SEVERITY = (Policy.NONE, Policy.QUARANTINE, Policy.REJECT)
BY_SPF = {Spf.PASS: Authenticated.YES, Spf.TEMPERROR: Authenticated.UNKNOWN}
BY_DKIM = {Result.PASS: Authenticated.YES, Result.TEMPERROR: Authenticated.UNKNOWN}


class DmarcJudged(Struct, frozen=True):
    """One message.

    Args:
        results: one for each domain of its authors.
        overrides: why a failure is not held against it; () if nothing speaks for it.
    """

    results: tuple[DmarcResult, ...]
    overrides: tuple[Override, ...] = ()

    @property
    def worst(self) -> DmarcResult:
        """The one whose owner asks for the most; the first of those alike."""
        return max(self.results, key=lambda result: SEVERITY.index(result.policy))

    @property
    def passes(self) -> bool:
        """For every author."""
        return all([result.outcome is Outcome.PASS for result in self.results])


def identifiers(spf: SpfResult | None, dkim: DkimResults | None) -> list[Identifier]:
    """What SPF and DKIM have looked at."""
    found = []
    if spf is not None and spf.domain:
        found.append(Identifier(Method.SPF, spf.domain, BY_SPF.get(spf.result, Authenticated.NO)))
    for each in dkim.items if dkim is not None else ():
        if each.domain:
            found.append(Identifier(Method.DKIM, each.domain, BY_DKIM.get(each.result, Authenticated.NO)))
    return found


def authenticated(spf: SpfResult | None, dkim: DkimResults | None, first: Iterable[str] = ()) -> tuple[str, ...]:
    """Domains that vouch for the message, those in `first` first. An SPF pass that means nothing is left out."""
    domains = list(dkim.domains) if dkim is not None else []
    if spf is not None and spf.result is Spf.PASS and not spf.is_weak:
        domains.append(spf.domain)
    wanted = tuple(first)
    return tuple(dict.fromkeys(sorted(domains, key=lambda domain: domain not in wanted)))


def is_within(domain: str, others: frozenset[str]) -> bool:
    """It is one of them, or a name below one."""
    labels = domain.split(".")
    return any([".".join(labels[at:]) in others for at in range(len(labels))])
