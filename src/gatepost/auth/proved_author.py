"""Whose message is this, where somebody vouches for it?"""

from gatepost.auth.author import Author, Standing
from gatepost.auth.dkim.result import DkimResults
from gatepost.auth.dmarc.judged import DmarcJudged, authenticated
from gatepost.auth.spf.result import SpfResult
from gatepost.model.address import Address
from gatepost.model.finding import Findings


def proved_author(known: Findings) -> Address | None:
    """The one mailbox in From, if DMARC passes, or SPF or DKIM vouch for its very domain."""
    author = known.value(Author)
    if author is None or author.standing is not Standing.ONE:
        return None
    address = author.mailboxes[0].address
    judged = known.value(DmarcJudged)
    if judged is not None and judged.passes:
        return address
    proved = authenticated(known.value(SpfResult), known.value(DkimResults))
    return address if address.domain in proved else None
