"""Has this sender come back after it was asked to, as a mail server does?

Asked at RCPT, off by default; RFC 6647. Who is not known is told to try again later (`greylist.delayed`, the rule
`greylisted`): much spam is sent once and never again. A sender is known by the domain that SPF vouches for, so that
one with many servers waits once and not at each of them; where nobody vouches, by the network around the client (IPv4
/24, IPv6 /64). He who comes back after `delay` and within `window`, for the same sender and recipient, has passed;
after `passes` of these he is known, and never delayed again, whatever he sends, as long as he is heard of once in
`remembered`. So is everybody whom `reputation` knows for good mail. Never delayed are the null sender, for that is how
other servers ask whether our users exist (callbacks would fail, and our own mail with them); clients that have logged
in or are on a list of allowed ones; and recipients who do not exist. If the memory gives no answer nobody is delayed;
what is remembered is lost when the gateway is stopped.
"""

import hashlib
from enum import Enum
from typing import Self

from msgspec import Struct
from pydantic import Field, model_validator

from gatepost.auth.reputation import Repute, network, vouched
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Findings, Kind
from gatepost.model.samples import found, rcpt
from gatepost.model.stage import RcptStage
from gatepost.ports.counters import Counters
from gatepost.ports.lists import Entries, Lists
from gatepost.ports.memory import Memory
from gatepost.syntax.units import Duration

DELAYED = Kind("greylist.delayed", "The sender is not known yet, and has not come back after the delay.")

SETTLED = frozenset(
    "access_client.allowed access_helo.allowed access_sender.allowed access_recipient.allowed "
    "recipient.unknown recipient.not_ours recipient.routed access_recipient.denied".split()
)
"""Findings after which the answer is known without this check."""

PASSED = "passed"  # in place of the time at which it was first seen
DAY = 86_400.0  # seconds
HOUR = 3600.0  # seconds
FIRST_CONTACTS = 100  # of one sender in an hour that are remembered: one flood must not push out all others

NOW = 1704103200.0  # of the examples
OF_NETWORK, OF_DOMAIN = "192.0.2.0/24", "example.net"
VOUCHED = Findings(values=(SpfResult(result=Spf.PASS, domain="example.net"),))


def contact_key(who: str, sender: str, recipient: str) -> str:
    """Of a first contact; case does not matter."""
    return f"greylist:{hashed(f'{who} {sender} {recipient}'.lower())}"


def sender_key(who: str) -> str:
    """Of a sender: a domain that SPF vouches for, or a network."""
    return f"greylist:{hashed(who)}"


def hashed(text: str) -> str:
    """Addresses are long, and nobody else's business."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


class By(Enum):
    """What of the recipient belongs to a first contact."""

    DOMAIN = "domain"
    ADDRESS = "address"


class Config(CheckSettings):
    """Section `[checks.greylist]`."""

    enabled: bool = Field(False, description="Whether senders that are not known are asked to come back.")
    delay: Duration = Field(60.0, ge=1, le=6 * 3600, description="Seconds before which coming back does not count.")
    window: Duration = Field(
        2 * DAY, ge=600, le=7 * DAY, description="Seconds within which a sender has to come back; then it begins anew."
    )
    remembered: Duration = Field(
        36 * DAY, ge=DAY, le=365 * DAY, description="Seconds for which a sender that has passed is known."
    )
    passes: int = Field(
        1,
        ge=1,
        le=20,
        description="First contacts that must pass before the sender is known, whatever he sends to whom "
        "(RFC 6647 §5: one).",
    )
    recipient: By = Field(
        By.DOMAIN,
        description="What of the recipient belongs to a first contact: domain (all recipients there together) or "
        "address (each for himself).",
    )
    exempt_clients: tuple[str, ...] = Field((), description="Clients never delayed: addresses and networks.")
    exempt_clients_file: str | None = Field(
        None, description="File with further ones, one a line, `#` for comments; read again when it changes."
    )
    exempt_senders: tuple[str, ...] = Field(
        (), description="Envelope senders never delayed: addresses, `@domain`, `@.domain`; anybody may write them."
    )
    exempt_senders_file: str | None = Field(
        None, description="File with further ones, one a line, `#` for comments; read again when it changes."
    )
    exempt_recipients: tuple[str, ...] = Field(
        (), description="Recipients whose mail is never delayed: addresses, `@domain`, `@.domain`."
    )
    exempt_recipients_file: str | None = Field(
        None, description="File with further ones, one a line, `#` for comments; read again when it changes."
    )

    @model_validator(mode="after")
    def leaves_time_to_come_back(self) -> Self:
        if self.window < self.delay + 600:
            raise ValueError("window must be 10 minutes longer than delay at least, or nobody can come back in time")
        return self


class Familiar(Struct, frozen=True):
    """How often a sender has passed, and when that was last written down (Unix time in seconds)."""

    passes: int = 0
    noted: float = 0.0


class Greylist(Check[RcptStage]):
    """Remembers first contacts, and who has passed."""

    spec = Spec(
        of_client=True,
        name="greylist",
        kinds=(DELAYED,),
        after=("access_recipient", "recipient", "harvest"),
        timeout=1.0,
        records=True,
    )
    examples = (
        Example(says="The first contact.", at=rcpt(), config={"enabled": True}, finds=("greylist.delayed",)),
        Example(
            says="It comes back after half a minute.",
            at=rcpt(),
            world={"memory": {contact_key(OF_NETWORK, "ann@example.net", "example.com"): f"{NOW - 30:.0f}"}},
            config={"enabled": True},
            finds=("greylist.delayed",),
        ),
        Example(
            says="It comes back after a quarter of an hour.",
            at=rcpt(),
            world={"memory": {contact_key(OF_NETWORK, "ann@example.net", "example.com"): f"{NOW - 900:.0f}"}},
            config={"enabled": True},
            finds=(),
        ),
        Example(
            says="Another server of a domain that SPF vouches for comes back.",
            at=rcpt(client_ip="198.51.100.7", so_far=VOUCHED),
            world={"memory": {contact_key(OF_DOMAIN, "ann@example.net", "example.com"): f"{NOW - 900:.0f}"}},
            config={"enabled": True},
            finds=(),
        ),
        Example(
            says="The network is known, the sender is new.",
            at=rcpt(sender="new@example.org"),
            world={"memory": {sender_key(OF_NETWORK): f"1 {NOW - 900:.0f}"}},
            config={"enabled": True},
            finds=(),
        ),
        Example(says="Another server asks for a callback.", at=rcpt(sender=""), config={"enabled": True}, finds=()),
        Example(
            says="The client is on the list of allowed ones.",
            at=rcpt(so_far=found("access_client.allowed")),
            config={"enabled": True},
            finds=(),
        ),
    )

    def __init__(self, config: Config, memory: Memory, counters: Counters, lists: Lists) -> None:
        self.config = config
        self.memory = memory
        self.counters = counters
        self.clients = lists.open(config.exempt_clients, config.exempt_clients_file, Entries.NETWORKS)
        self.senders = lists.open(config.exempt_senders, config.exempt_senders_file, Entries.ADDRESSES)
        self.recipients = lists.open(config.exempt_recipients, config.exempt_recipients_file, Entries.ADDRESSES)

    async def __call__(self, at: RcptStage) -> Report:
        if at.sender is None or at.user or self.is_spared(at):
            return NOTHING_FOUND
        who = vouched(at.so_far) or network(at.client_ip)
        familiar = read(await self.memory.get(sender_key(who)))
        if familiar.passes >= self.config.passes:
            if familiar.noted < at.now - DAY:
                await self.note(who, familiar.passes, at.now)
            return NOTHING_FOUND
        to = at.recipient.domain if self.config.recipient is By.DOMAIN else str(at.recipient)
        wait = await self.wait(who, familiar, contact_key(who, str(at.sender), to), at.now)
        return Report((DELAYED(f"{wait:.0f} s ({who} is not known yet)"),)) if wait else NOTHING_FOUND

    def is_spared(self, at: RcptStage) -> bool:
        """Somebody else's business, or an exception."""
        if any([finding.code in SETTLED for finding in at.so_far]):
            return True
        repute = at.so_far.value(Repute)
        if repute is not None and repute.is_good:
            return True
        return bool(
            self.clients.has_network(at.client_ip)
            or self.senders.has_address(at.sender)
            or self.recipients.has_address(at.recipient)
        )

    async def wait(self, who: str, familiar: Familiar, key: str, now: float) -> float:
        """Seconds it has to wait yet; 0 where it has passed, now or before."""
        kept = await self.memory.get(key)
        if kept == PASSED:
            return 0.0
        age = now - float(kept) if kept else self.config.window + 1
        if age > self.config.window:
            if await self.counters.hit(sender_key(who), window=HOUR) <= FIRST_CONTACTS:
                await self.memory.put(key, f"{now:.0f}", ttl=self.config.window)
            return self.config.delay
        if age < self.config.delay:
            return max(1.0, self.config.delay - age)
        await self.memory.put(key, PASSED, ttl=self.config.remembered)
        await self.note(who, familiar.passes + 1, now)
        return 0.0

    async def note(self, who: str, passes: int, now: float) -> None:
        await self.memory.put(sender_key(who), f"{passes} {now:.0f}", ttl=self.config.remembered)


def read(kept: str | None) -> Familiar:
    """What `Greylist.note` wrote."""
    passes, _, noted = (kept or "0 0").partition(" ")
    return Familiar(int(passes), float(noted))
