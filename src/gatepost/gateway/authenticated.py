"""What of sender authentication goes into the record?"""

from enum import Enum

from msgspec import structs

from gatepost.auth.arc.chain import ArcChain
from gatepost.auth.author import Author
from gatepost.auth.dkim.result import DkimResults, Result
from gatepost.auth.dmarc.evaluate import DmarcResult, Method
from gatepost.auth.dmarc.judged import DmarcJudged, authenticated
from gatepost.auth.dmarc.report import Override
from gatepost.auth.spf.result import Identity, SpfResult
from gatepost.model.authentication import Authentication, DkimFound, DmarcFound, SpfFound
from gatepost.model.finding import Findings

SIGNATURES_KEPT = 10


def authentication(known: Findings) -> Authentication | None:
    """What SPF, DKIM, ARC and DMARC found; None where none of them looked."""
    spf, dkim = known.value(SpfResult), known.value(DkimResults)
    chain, judged = known.value(ArcChain), known.value(DmarcJudged)
    if spf is None and dkim is None and chain is None and judged is None:
        return None
    return Authentication(
        spf=None if spf is None else spf_found(spf),
        dkim=() if dkim is None else dkim_found(dkim),
        arc="" if chain is None else chain.result.value,
        dmarc=() if judged is None else tuple([dmarc_found(each, judged.overrides) for each in judged.results]),
    )


def vouchers(known: Findings) -> tuple[str, ...]:
    """Domains that SPF or DKIM vouch for, the author's first."""
    author = known.value(Author)
    domains = author.domains if author is not None else ()
    return authenticated(known.value(SpfResult), known.value(DkimResults), domains)


def spf_found(spf: SpfResult) -> SpfFound:
    return SpfFound(spf.domain, spf.result.value, "helo" if spf.identity is Identity.HELO else "mfrom")


def dkim_found(dkim: DkimResults) -> tuple[DkimFound, ...]:
    return tuple([
        DkimFound(each.domain, each.selector, each.result.value, "" if each.result is Result.PASS else each.reason.text)
        for each in dkim.items[:SIGNATURES_KEPT]
    ])  # fmt: skip


def dmarc_found(result: DmarcResult, overrides: tuple[Override, ...]) -> DmarcFound:
    record = result.record
    said = DmarcFound(
        author=result.author,
        result=result.outcome.value,
        asked=result.policy.value,
        record_domain=result.record_domain,
        discovery=result.discovery.value,
        spf_aligned=result.has_aligned(Method.SPF),
        dkim_aligned=result.has_aligned(Method.DKIM),
        overrides=tuple([f"{each.reason.value}: {each.comment}" for each in overrides]),
    )
    if record is None:
        return said
    return structs.replace(
        said,
        p=value(record.p),
        sp=value(record.sp),
        np=value(record.np),
        adkim=value(record.adkim),
        aspf=value(record.aspf),
        fo=":".join([option.value for option in record.fo]),
        testing=record.testing,
    )


def value(member: Enum | None) -> str:
    return "" if member is None else str(member.value)
