"""What do we know of this sender from the mail he has sent before?

Asked at MAIL. Gatepost's own: every finished transaction counts as good (delivered, and nothing gave points), as bad
(refused, held or marked for what it was, unknown recipients, broken content) or as neither. It counts for the client's
network (IPv4 /24, IPv6 /64) and for the domains that SPF or DKIM vouch for; a domain that was only claimed is never
touched. Counts halve in each `half_life`. A domain that SPF vouches for is judged by its own history, and as long as
it has none by the network's bad one; who is vouched for by nobody is judged by his network. The finding gives points,
more the more is known; no rule refuses for it. What is known is lost when the gateway is stopped.
"""

from typing import Self

from pydantic import Field, model_validator

from gatepost.auth.reputation import (
    SLIGHT,
    History,
    Repute,
    domain_key,
    faded,
    network,
    network_key,
    read,
    vouched,
    written,
)
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.model.check import NOTHING_FOUND, Cache, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Findings, Kind
from gatepost.model.samples import mail
from gatepost.model.stage import MailStage
from gatepost.ports.memory import Memory
from gatepost.syntax.units import Duration, duration_text

GOOD = Kind("reputation.good", "The sender is known for good mail.", score=-2.0)
BAD = Kind("reputation.bad", "The sender is known for bad mail.", score=2.0)

REMEMBERED = 10.0  # seconds: a history changes by the message, a name by the day
NOW = 1704103200.0  # of the examples
PASSED = Findings(values=(SpfResult(result=Spf.PASS, domain="example.net"),))


def known(**histories: tuple[float, float]) -> dict[str, dict[str, str]]:
    """A world in which so many good and bad messages came from the network or the domain."""
    keys = {"network": network_key("192.0.2.0/24"), "domain": domain_key("example.net")}
    return {"memory": {keys[of]: written(History(*counts, NOW)) for of, counts in histories.items()}}


class Config(CheckSettings):
    """Section `[checks.reputation]`."""

    half_life: Duration = Field(
        14 * 86_400.0,
        ge=3600,
        le=365 * 86_400.0,
        description="Seconds in which what is known of a sender comes to count half.",
    )
    best: float = Field(2.0, ge=0, le=20, description="Points that a good name takes off at most; 0 = none.")
    worst: float = Field(2.0, ge=0, le=20, description="Points that a bad name gives at most; 0 = none.")

    @model_validator(mode="after")
    def is_good_for_something(self) -> Self:
        if not (self.best or self.worst):
            raise ValueError("best and worst are both 0: to learn nothing, set enabled = false")
        return self


class Reputation(Check[MailStage]):
    """Looks up what is known of the sender's domain and network; leaves the `Repute` for later checks."""

    spec = Spec(
        of_client=True, name="reputation", kinds=(GOOD, BAD), after=("spf",), timeout=1.0,
        cache=Cache(key=lambda at: f"{at.user and 1} {vouched(at.so_far)} {network(at.client_ip)}", ttl=REMEMBERED),
    )  # fmt: skip
    examples = (
        Example(
            says="Most of what came from this network was refused.",
            at=mail(client_ip="192.0.2.99"),
            world=known(network=(2, 40)),
            finds=("reputation.bad",),
        ),
        Example(
            says="SPF vouches for a domain that has sent good mail, from a network of many senders.",
            at=mail(client_ip="192.0.2.99", so_far=PASSED),
            world=known(network=(2, 40), domain=(23, 0)),
            finds=("reputation.good",),
        ),
        Example(
            says="Somebody else writes the same domain.",
            at=mail("ann@example.net", client_ip="192.0.2.99"),
            world=known(domain=(23, 0)),
            finds=(),
        ),
        Example(
            says="A domain nobody has seen, on a network that everybody has.",
            at=mail(client_ip="192.0.2.99", so_far=PASSED),
            world=known(network=(2, 40)),
            finds=("reputation.bad",),
        ),
        Example(says="Two messages are no history.", at=mail(), world=known(network=(0, 2)), finds=()),
    )

    def __init__(self, config: Config, memory: Memory) -> None:
        self.config = config
        self.memory = memory
        self.faded_by = f"half-life {duration_text(config.half_life)}"

    async def __call__(self, at: MailStage) -> Report:
        if at.user:
            return NOTHING_FOUND
        repute = await self.repute(at)
        if not repute.history.weight:
            return NOTHING_FOUND
        return Report(self.found(repute), repute)

    async def repute(self, at: MailStage) -> Repute:
        """Of the domain where SPF vouches for one, else of the network."""
        domain = vouched(at.so_far)
        around = network(at.client_ip)
        if not domain:
            return Repute(around, await self.history(network_key(around), at.now))
        own = await self.history(domain_key(domain), at.now)
        if own.weight < SLIGHT:
            others = await self.history(network_key(around), at.now)
            if others.is_bad:
                return Repute(around, others)
        return Repute(domain, own)

    async def history(self, key: str, now: float) -> History:
        return faded(read(await self.memory.get(key)), now, self.config.half_life)

    def found(self, repute: Repute) -> tuple[Finding, ...]:
        history = repute.history
        if not (history.is_good or history.is_bad):
            return ()
        points = history.score(self.config.best, self.config.worst)
        seen = f"{repute.subject}: {history.good:.0f} good, {history.bad:.0f} bad"
        return (Finding((GOOD if history.is_good else BAD).code, f"{seen}, {self.faded_by}", round(points, 1) + 0.0),)
