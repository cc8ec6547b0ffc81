"""Does a message pass DMARC, and if not, what does the owner of its author's domain ask for (RFC 9989 §5.3)?

Only one clear author can be asked about (`gatepost.auth.author`). What is done with the answer is policy's business.
"""

from collections.abc import Iterable
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from gatepost.auth.dmarc.discovery import Discovery, Found, Records
from gatepost.auth.dmarc.record import Alignment, Policy, Record
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable

IDENTIFIERS_LIMIT = 20  # different ones, ours: each may cost a walk

SOFTENED = {
    Policy.NONE: Policy.NONE,
    Policy.QUARANTINE: Policy.NONE,
    Policy.REJECT: Policy.QUARANTINE,
}
"""What `t=y` makes of a policy."""


class Method(Enum):
    """What authenticated a domain."""

    SPF = "spf"
    DKIM = "dkim"


class Authenticated(Enum):
    """How that went."""

    YES = "pass"
    UNKNOWN = "temperror"
    NO = "fail"


class Identifier(Struct, frozen=True):
    """A domain that SPF or a DKIM signature stands for.

    Args:
        domain: of MAIL FROM, that of HELO for the null sender (RFC 7208 §2.4), or `d=` of a signature; lower-case
            A-labels.
    """

    method: Method
    domain: str
    authenticated: Authenticated = Authenticated.YES


class Outcome(Enum):
    """The result, in the words of RFC 8601 §2.7.

    PERMERROR is a record that has no valid policy: as with NONE, DMARC does not apply to the message.
    """

    NONE = "none"
    PASS = "pass"  # noqa: S105 - a result, no password
    FAIL = "fail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class DmarcResult(Struct, frozen=True, kw_only=True):
    """What DMARC says of one message.

    Args:
        author: the author's domain.
        reason: one phrase of ours.
        policy: what the owner asks to be done now: NONE unless it failed; `t=y` has softened it.
        published: the policy for this author's domain as published: p, sp or np. With PASS it was not asked whether
            the domain exists, and np does not count.
        record_domain: where the record was found.
        organizational: the organizational domain of the author's.
        aligned: identifiers that are authenticated and aligned.
    """

    outcome: Outcome
    author: str
    reason: str
    policy: Policy = Policy.NONE
    published: Policy | None = None
    record: Record | None = None
    record_domain: str = ""
    organizational: str = ""
    aligned: tuple[Identifier, ...] = ()
    discovery: Discovery = Discovery.TREE_WALK

    def has_aligned(self, method: Method) -> bool:
        """The message passes by this method alone."""
        return any([identifier.method is method for identifier in self.aligned])


async def evaluate(
    dns: Dns, author: str, identifiers: Iterable[Identifier], *, discovery: Discovery = Discovery.TREE_WALK
) -> DmarcResult:
    """The result for an author's domain. Never raises `Unavailable`: that is TEMPERROR.

    Args:
        author: domain of the one From address: lower-case A-labels, or an address literal, which has no policy.
        identifiers: what SPF and DKIM have looked at, passed or not.
    """
    known = DmarcResult(outcome=Outcome.NONE, author=author, reason="no policy record", discovery=discovery)
    if author.startswith("["):
        return replace(known, reason="address literal")
    records = Records(dns, discovery)
    try:
        found, top = await records.policy(author)
        if found is None:
            return replace(known, organizational=top)
        known = replace(known, record=found.record, record_domain=found.domain, organizational=top)
        if found.record.p is None:
            return replace(known, outcome=Outcome.PERMERROR, reason="policy record without a valid policy")
        evaluation = Evaluation(records, found, known)
        return await evaluation.judged(tuple(dict.fromkeys(identifiers))[:IDENTIFIERS_LIMIT])
    except Unavailable:
        return replace(known, outcome=Outcome.TEMPERROR, reason="no answer to a policy lookup")


class Evaluation:
    """One message for which a policy was found, while it is evaluated; owned by `evaluate`."""

    def __init__(self, records: Records, found: Found, known: DmarcResult) -> None:
        self.records = records
        self.record = found.record
        self.is_below = found.domain != known.author
        self.known = known
        self.aligned: list[Identifier] = []

    async def judged(self, identifiers: tuple[Identifier, ...]) -> DmarcResult:
        """The result."""
        unknown = False
        for identifier in identifiers:
            if identifier.authenticated is Authenticated.YES:
                unknown |= not await self.is_decided(identifier)
        if self.aligned:
            published = self.policy(exists=True)
            return self.result(Outcome.PASS, "aligned", published)
        for identifier in identifiers:
            if identifier.authenticated is Authenticated.UNKNOWN and not unknown:
                unknown = await self.may_align(identifier)
        published = self.policy(exists=await self.exists())
        if unknown:
            return self.result(Outcome.TEMPERROR, "no answer to a lookup that may let it pass", published)
        policy = SOFTENED[published] if self.record.testing else published
        return self.result(Outcome.FAIL, "nothing aligned", published, policy)

    def result(self, outcome: Outcome, reason: str, published: Policy, policy: Policy = Policy.NONE) -> DmarcResult:
        return replace(
            self.known,
            outcome=outcome,
            reason=reason,
            published=published,
            policy=policy,
            aligned=tuple(self.aligned),
        )

    async def is_decided(self, identifier: Identifier) -> bool:
        """Takes the identifier if it is aligned; False if nobody can say."""
        try:
            if await self.is_aligned(identifier):
                self.aligned.append(identifier)
        except Unavailable:
            return False
        return True

    async def may_align(self, identifier: Identifier) -> bool:
        try:
            return await self.is_aligned(identifier)
        except Unavailable:
            return True

    async def is_aligned(self, identifier: Identifier) -> bool:
        """Alignment as the record wants it (RFC 9989 §4.10.2).

        A domain outside the organizational domain has another one, whatever its owner publishes: it is not asked for.
        """
        domain, top = identifier.domain, self.known.organizational
        if domain == self.known.author:
            return True
        mode = self.record.aspf if identifier.method is Method.SPF else self.record.adkim
        if mode is Alignment.STRICT or not f".{domain}".endswith(f".{top}"):
            return False
        return await self.records.organizational(domain) == top

    async def exists(self) -> bool:
        """False if the author's domain does not exist: NXDOMAIN (RFC 9989 §3.2.13). Asked only if it counts."""
        if self.record.np is None or not self.is_below:
            return True
        return (await self.records.dns.a(self.known.author)).exists

    def policy(self, *, exists: bool) -> Policy:
        """p, sp or np (RFC 9989 §4.10.1)."""
        record = self.record
        order = [record.sp, record.p] if self.is_below else [record.p]
        if not exists:
            order.insert(0, record.np)
        return next((policy for policy in order if policy is not None), Policy.NONE)
