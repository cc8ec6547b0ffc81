"""Does the author's domain stand behind this message, and if not, what does its owner want done (RFC 9989)?

Asked when the whole message is there. DMARC passes if SPF or a DKIM signature passes for the author's own domain or
one of the same organization; the owner says in the DNS what to do with what fails. A message that failed only because
a mailing list or a forwarder changed it is not refused where that can be known: a trusted sealer has seen it pass
(`trusted_sealers`, RFC 8617), or it comes from a list of yours (`mailing_lists`), proved by SPF or DKIM. Such an
override is recorded. A message of several authors has to pass for each. Without a clear author nothing is found; see
`author`.
"""

from enum import Enum

from pydantic import Field

from gatepost.auth.arc.chain import ArcChain
from gatepost.auth.arc.trust import vouching
from gatepost.auth.author import Author, Standing
from gatepost.auth.budget import Budgeted
from gatepost.auth.dkim.result import DkimResults
from gatepost.auth.dmarc.discovery import Discovery
from gatepost.auth.dmarc.evaluate import DmarcResult, Outcome, evaluate
from gatepost.auth.dmarc.judged import DmarcJudged, authenticated, identifiers, is_within
from gatepost.auth.dmarc.record import Policy
from gatepost.auth.dmarc.report import Override, OverrideReason
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.model.address import Address, Domain
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Findings, Kind
from gatepost.model.samples import found, message
from gatepost.model.stage import MessageStage
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.mailbox_list import Mailbox

PASS = Kind("dmarc.pass", "The author's domain stands behind the message.")
NONE = Kind("dmarc.none", "The author's domain has no DMARC policy.")
PERMERROR = Kind("dmarc.permerror", "The DMARC policy of the author's domain cannot be read.", score=0.5)
FAIL = Kind("dmarc.fail", "The author's domain does not stand behind the message; its owner only watches.", score=2.0)
QUARANTINE = Kind("dmarc.quarantine", "It does not, and its owner asks to keep the message out of the inbox.")
REJECT = Kind("dmarc.reject", "It does not, and its owner asks to refuse the message.")
OVERRIDDEN = Kind("dmarc.overridden", "It does not, but the message came by a way that explains it.")
BY_OUTCOME = {Outcome.PASS: PASS, Outcome.NONE: NONE, Outcome.PERMERROR: PERMERROR}
BY_POLICY = {Policy.NONE: FAIL, Policy.QUARANTINE: QUARANTINE, Policy.REJECT: REJECT}


class Search(Enum):
    """How the organizational domain is found."""

    TREE_WALK = "tree-walk"
    SUFFIX_LIST = "public-suffix-list"


DISCOVERY = {Search.TREE_WALK: Discovery.TREE_WALK, Search.SUFFIX_LIST: Discovery.SUFFIX_LIST}
ANN = Mailbox("Ann", Address("ann", Domain("example.net")))
PASSED = SpfResult(result=Spf.PASS, domain="example.net")
LIST = SpfResult(result=Spf.PASS, domain="lists.example.org")


def after(*values: object) -> Findings:
    """What the checks before it have left: one clear author, and these."""
    return found(values=(Author(Standing.ONE, (ANN,)), *values))


def policy(text: str) -> dict[str, dict[str, dict[str, list[str]]]]:
    """A world in which example.net asks for that."""
    return {"dns": {"_dmarc.example.net": {"TXT": [text]}}}


class Config(CheckSettings):
    """Section `[checks.dmarc]`."""

    organizational_domain: Search = Field(
        Search.TREE_WALK,
        description="How the organizational domain is found: tree-walk (RFC 9989) or public-suffix-list (RFC 7489).",
    )
    trusted_sealers: tuple[str, ...] = Field(
        (), description="Domains whose ARC seals are believed, such as that of a mailing list's host."
    )
    mailing_lists: tuple[str, ...] = Field(
        (),
        description="Domains of mailing lists and forwarders: what SPF or DKIM proves to come from one of them, or "
        "from a name below it, is not held to the author's policy.",
    )
    lookups: int = Field(40, ge=8, le=200, description="Questions to the DNS for one message, at most.")


class Dmarc(Check[MessageStage]):
    """Evaluates the policy of each author; leaves the `DmarcJudged`."""

    spec = Spec(
        name="dmarc",
        kinds=(PASS, NONE, PERMERROR, FAIL, QUARANTINE, REJECT, OVERRIDDEN),
        after=("author", "spf_relayed", "dkim", "arc"),
        timeout=10.0,
    )
    examples = (
        Example(
            says="SPF passed for the author's domain.",
            at=message(so_far=after(PASSED)),
            world=policy("v=DMARC1; p=reject"),
            finds=("dmarc.pass",),
        ),
        Example(
            says="Nothing passed.",
            at=message(so_far=after()),
            world=policy("v=DMARC1; p=reject"),
            finds=("dmarc.reject",),
        ),
        Example(
            says="The owner is testing, so that the milder policy holds.",
            at=message(so_far=after()),
            world=policy("v=DMARC1; p=reject; t=y"),
            finds=("dmarc.quarantine",),
        ),
        Example(
            says="The owner only watches.",
            at=message(so_far=after()),
            world=policy("v=DMARC1; p=none"),
            finds=("dmarc.fail",),
        ),
        Example(
            says="It comes from a mailing list of ours.",
            at=message(so_far=after(LIST)),
            world=policy("v=DMARC1; p=reject"),
            config={"mailing_lists": ("example.org",)},
            finds=("dmarc.overridden",),
        ),
        Example(says="There is no policy.", at=message(so_far=after()), finds=("dmarc.none",)),
        Example(
            says="The policy is none that is known.",
            at=message(so_far=after()),
            world=policy("v=DMARC1; p=burn"),
            finds=("dmarc.permerror",),
        ),
        Example(
            says="Two authors and no policy can be asked about.",
            at=message(so_far=found(values=(Author(Standing.REPEATED),))),
            finds=(),
        ),
    )

    def __init__(self, config: Config, dns: Dns) -> None:
        self.config, self.dns = config, dns
        self.discovery = DISCOVERY[config.organizational_domain]
        self.sealers = frozenset(name.lower() for name in config.trusted_sealers)
        self.lists = frozenset(name.lower() for name in config.mailing_lists)

    async def __call__(self, at: MessageStage) -> Report:
        author = at.so_far.value(Author)
        if author is None or not author.domains or at.user:
            return NOTHING_FOUND
        spf, dkim = at.so_far.value(SpfResult), at.so_far.value(DkimResults)
        dns = Budgeted(self.dns, self.config.lookups)
        looked_at = identifiers(spf, dkim)
        results = tuple([await evaluate(dns, d, looked_at, discovery=self.discovery) for d in author.domains])
        judged = DmarcJudged(results)
        if judged.worst.policy is not Policy.NONE:
            judged = DmarcJudged(results, self.overrides(at, judged.worst, authenticated(spf, dkim)))
        if any([result.outcome is Outcome.TEMPERROR for result in results]) and judged.worst.policy is Policy.NONE:
            raise Unavailable(f"{judged.worst.author}: {judged.worst.reason}", judged)
        return Report((finding(judged),), judged)

    def overrides(self, at: MessageStage, result: DmarcResult, domains: tuple[str, ...]) -> tuple[Override, ...]:
        """Why the failure is not held against the message."""
        reasons = []
        chain = at.so_far.value(ArcChain)
        sealer = vouching(chain, self.sealers, result.author) if chain is not None and self.sealers else None
        if sealer is not None:
            reasons.append(Override(OverrideReason.TRUSTED_FORWARDER, f"ARC seal of {sealer.domain}"))
        listed = [domain for domain in domains if self.lists and is_within(domain, self.lists)]
        if listed:
            reasons.append(Override(OverrideReason.MAILING_LIST, f"comes from {listed[0]}"))
        return tuple(reasons)


def finding(judged: DmarcJudged) -> Finding:
    worst = judged.worst
    if judged.overrides:
        return OVERRIDDEN(f"{worst.author}: {judged.overrides[0].comment}")
    if judged.passes:
        return PASS(worst.author)
    failed = next((r for r in judged.results if r.policy is worst.policy and r.outcome is not Outcome.PASS), worst)
    kind = BY_OUTCOME.get(failed.outcome) or BY_POLICY[failed.policy]
    return kind(failed.author if kind is not FAIL else f"{failed.author}: {failed.reason}")
