"""Does the sender's domain let this client send in its name (RFC 7208)?

Asked at MAIL, of the domain in MAIL FROM; for the null sender of the name in HELO. A domain says so itself in the
DNS. `fail` alone is no reason to refuse: who forwards mail is no client of the sender's domain, and a mailing list that
keeps the sender is none either. DMARC (`dmarc`) puts it together with the signatures; `policy.spf_fail = "reject"`
refuses at once. A pass says who sent, not that he means well; one that half the Internet would have got
(`+all`, a network of millions) is found as `spf.weak` and vouches for nobody. Behind a relay of yours
(`gateway.trusted_relays`) it is asked once the message has told who the client is.
"""

from collections.abc import Mapping
from ipaddress import ip_address

from pydantic import Field

from gatepost.auth.spf.check import check_host
from gatepost.auth.spf.limits import SpfLimits
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import mail, message
from gatepost.model.stage import MailStage, MessageStage
from gatepost.ports.dns import Dns
from gatepost.ports.own_names import OwnNames
from gatepost.ports.unavailable import Unavailable

PASS = Kind("spf.pass", "The sender's domain names this client as one of its own.")
WEAK = Kind("spf.weak", "It does, and would so name a great part of the Internet.", score=1.0)
FAIL = Kind("spf.fail", "The sender's domain says that this client is none of its own.", score=2.0)
SOFTFAIL = Kind("spf.softfail", "The sender's domain says that this client is probably none of its own.", score=1.0)
NEUTRAL = Kind("spf.neutral", "The sender's domain does not say whether this client is its own.")
NONE = Kind("spf.none", "The sender's domain has no SPF record.")
PERMERROR = Kind("spf.permerror", "The SPF record of the sender's domain cannot be evaluated.", score=0.5)
KINDS = {Spf.FAIL: FAIL, Spf.SOFTFAIL: SOFTFAIL, Spf.NEUTRAL: NEUTRAL, Spf.NONE: NONE, Spf.PERMERROR: PERMERROR}
RECORD = {"example.net": {"TXT": ["v=spf1 ip4:192.0.2.99 -all"]}}


def record(text: str) -> dict[str, dict[str, dict[str, list[str]]]]:
    """A world in which example.net has that record."""
    return {"dns": {"example.net": {"TXT": [text]}}}


class Config(CheckSettings):
    """Section `[checks.spf]`."""

    lookups: int = Field(
        10,
        ge=1,
        le=50,
        description="Terms of a record, and of those it includes, that may ask the DNS (RFC 7208 §4.6.4).",
    )
    void_lookups: int = Field(
        2, ge=0, le=50, description="Of these, how many may be answered with nothing (RFC 7208 §4.6.4)."
    )


class SpfCheck(Check[MailStage]):
    """Evaluates the record; leaves the `SpfResult` for later checks."""

    spec = Spec(name="spf", kinds=(PASS, WEAK, FAIL, SOFTFAIL, NEUTRAL, NONE, PERMERROR), timeout=10.0, of_client=True)
    examples = (
        Example(says="The client is listed.", at=mail(), world={"dns": RECORD}, finds=("spf.pass",)),
        Example(
            says="Another client sends in the name of the same domain.",
            at=mail(client_ip="198.51.100.7"),
            world={"dns": RECORD},
            finds=("spf.fail",),
        ),
        Example(says="Everybody may.", at=mail(), world=record("v=spf1 +all"), finds=("spf.pass", "spf.weak")),
        Example(says="Probably not.", at=mail(), world=record("v=spf1 ~all"), finds=("spf.softfail",)),
        Example(says="The domain does not say.", at=mail(), world=record("v=spf1 ?all"), finds=("spf.neutral",)),
        Example(says="The domain has no record.", at=mail(), finds=("spf.none",)),
        Example(says="A mistake in it.", at=mail(), world=record("v=spf1 ip4:1.2 -all"), finds=("spf.permerror",)),
        Example(says="The client has logged in.", at=mail(user="bob"), finds=()),
    )  # fmt: skip

    def __init__(self, config: Config, dns: Dns, own: OwnNames) -> None:
        self.dns, self.receiver = dns, own.hostname
        self.limits = SpfLimits(terms=config.lookups, voids=config.void_lookups)

    async def __call__(self, at: MailStage) -> Report:
        if at.user:
            return NOTHING_FOUND
        found = await check_host(
            self.dns, at.client_ip, at.helo, at.sender, receiver=self.receiver, now=at.now, limits=self.limits
        )
        return report(found, PASS, WEAK, KINDS)


def behind(kind: Kind) -> Kind:
    """The same, where a relay of ours stands before the client."""
    return Kind(kind.code.replace("spf.", "spf_relayed."), kind.summary, kind.score)


BEHIND = {result: behind(kind) for result, kind in KINDS.items()}
PASS_BEHIND, WEAK_BEHIND = behind(PASS), behind(WEAK)
RELAY = ip_address("198.51.100.7")


class SpfRelayed(Check[MessageStage]):
    """The same once the message has told who is behind a relay of ours; the null sender is left out, for HELO was the
    relay's.
    """

    spec = Spec(
        name="spf_relayed",
        kinds=(PASS_BEHIND, WEAK_BEHIND, *BEHIND.values()),
        timeout=10.0,
        section="spf",
        of_client=True,
    )
    examples = (
        Example(
            says="The client behind the relay is listed.",
            at=message(relay=RELAY),
            world={"dns": RECORD},
            finds=("spf_relayed.pass",),
        ),
        Example(
            says="Another client is behind it.",
            at=message(relay=RELAY, client_ip="203.0.113.9"),
            world={"dns": RECORD},
            finds=("spf_relayed.fail",),
        ),
        Example(
            says="Everybody may.",
            at=message(relay=RELAY),
            world=record("v=spf1 +all"),
            finds=("spf_relayed.pass", "spf_relayed.weak"),
        ),
        Example(says="No?", at=message(relay=RELAY), world=record("v=spf1 ~all"), finds=("spf_relayed.softfail",)),
        Example(says="No word.", at=message(relay=RELAY), world=record("v=spf1 ?all"), finds=("spf_relayed.neutral",)),
        Example(says="No record.", at=message(relay=RELAY), finds=("spf_relayed.none",)),
        Example(
            says="Wrong.", at=message(relay=RELAY), world=record("v=spf1 x"), finds=("spf_relayed.permerror",)
        ),
        Example(says="No relay of ours stands before the client.", at=message(), finds=()),
    )  # fmt: skip

    def __init__(self, config: Config, dns: Dns, own: OwnNames) -> None:
        self.dns, self.receiver = dns, own.hostname
        self.limits = SpfLimits(terms=config.lookups, voids=config.void_lookups)

    async def __call__(self, at: MessageStage) -> Report:
        if at.relay is None or at.user or at.sender is None:
            return NOTHING_FOUND
        found = await check_host(
            self.dns, at.client_ip, "", at.sender, receiver=self.receiver, now=at.now, limits=self.limits
        )
        return report(found, PASS_BEHIND, WEAK_BEHIND, BEHIND)


def report(found: SpfResult, passing: Kind, weak: Kind, kinds: Mapping[Spf, Kind]) -> Report:
    """Raises `Unavailable`, with the result in it."""
    if found.result is Spf.TEMPERROR:
        raise Unavailable(found.problem, found)
    if found.result is Spf.PASS:
        passed = passing(detail(found))
        return Report((passed, weak(found.mechanism)) if found.is_weak else (passed,), found)
    return Report((kinds[found.result](detail(found)),), found)


def detail(found: SpfResult) -> str:
    """The domain, and why; on a fail in the domain's own words where it has some."""
    if found.explanation:
        return f"{found.domain} explains: {found.explanation}"
    why = found.problem or (" → ".join(found.matched) if found.matched else "nothing matched")
    return f"{found.domain}: {why}"
