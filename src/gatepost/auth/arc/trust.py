"""Does somebody whom we believe say that this message was in order when it came to him (RFC 8617 §7.2, §11.3)?

A chain that holds proves who sealed, not that he told the truth. Results are read from the newest seal backwards, as
far as every sealer is trusted: beyond one who is not, everything may have been made up.
"""

from collections.abc import Iterable

from gatepost.auth.arc.chain import ArcChain, ArcResult, Sealer
from gatepost.auth.results import MethodResult
from gatepost.auth.results_reader import read_results
from gatepost.syntax.bad_syntax import BadSyntax

PASS = "pass"  # noqa: S105 - a result, no password


def vouching(chain: ArcChain, trusted: frozenset[str], author: str) -> Sealer | None:
    """The trusted sealer who found that the message of this author's domain passes DMARC; None if nobody did.

    Args:
        trusted: domains of sealers, lower-case A-labels.
    """
    if chain.result is not ArcResult.PASS:
        return None
    for sealer in reversed(chain.sealers):
        if sealer.domain not in trusted:
            return None
        if passes(results_of(sealer), author):
            return sealer
    return None


def results_of(sealer: Sealer) -> tuple[MethodResult, ...]:
    try:
        return read_results(sealer.results.encode()).results
    except BadSyntax:
        return ()


def passes(results: Iterable[MethodResult], author: str) -> bool:
    """DMARC passed for that very domain."""
    for result in results:
        if result.method == "dmarc" and result.result == PASS:
            said = [p.value.lower() for p in result.properties if (p.kind, p.name) == ("header", "from")]
            if said == [author]:
                return True
    return False
