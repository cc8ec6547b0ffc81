"""Who wants a report, and does he get it? One try for each address; who calls tries again."""

from collections.abc import Iterator
from enum import Enum

from msgspec import Struct

from gatepost.adapters.dmarc_reports.outbox import Pending
from gatepost.auth.dmarc.discovery import Discovery, Records
from gatepost.auth.dmarc.report_addresses import aggregate_addresses
from gatepost.auth.dmarc.report_mail import mail
from gatepost.auth.dmarc.reporting import Reporter
from gatepost.model.address import Address
from gatepost.ports.backend import Backend, Delivery, Envelope
from gatepost.ports.dns import Dns
from gatepost.syntax.address import address


class Fate(Enum):
    """What became of one report for one address."""

    SENT = "sent"
    REFUSED = "refused"  # for good
    LATER = "later"


class Outcome(Struct, frozen=True):
    """One try; `reply` is what the mail server said, or why it was not asked."""

    domain: str
    recipient: str
    fate: Fate
    reply: str


class Letter(Struct, frozen=True):
    """A mail as `ports.backend.Payload`."""

    octets: bytes

    @property
    def size(self) -> int:
        return len(self.octets)

    def chunks(self) -> Iterator[bytes]:
        yield self.octets


async def addressees(dns: Dns, domain: str, discovery: Discovery, octets: int) -> tuple[Address, ...]:
    """Who wants reports about this policy domain and may have them (RFC 9990 §3.4, §4), as its record says now.

    An address that is not ASCII is left out: not every mail server takes one.

    Raises:
        Unavailable: the record cannot be asked for now.
    """
    record = await Records(dns, discovery).at(domain)
    if record is None or not record.rua:
        return ()
    wanted = await aggregate_addresses(dns, domain, record.rua, octets, discovery=discovery)
    return tuple([each for each in wanted if each.is_ascii])


async def deliver(backend: Backend, pending: Pending, reporter: Reporter, recipient: str, now: float) -> Outcome:
    """Hand it over for one recipient: what others' servers say concerns nobody but them.

    Raises:
        Unavailable: no host of the backend can be reached.
    """
    octets = mail(pending.package, reporter, tuple(map(address, pending.to or (recipient,))), now)
    envelope = Envelope(sender=reporter.sender, recipients=(address(recipient),), size=len(octets))
    delivery = await backend.deliver(envelope, Letter(octets))
    return Outcome(pending.package.domain, recipient, fate(delivery), said(delivery))


def fate(delivery: Delivery) -> Fate:
    """Where the answer got lost it is sent again: its reader knows it by its identity."""
    if delivery.taken:
        return Fate.SENT
    return Fate.REFUSED if delivery.reply.code >= 500 else Fate.LATER


def said(delivery: Delivery) -> str:
    return f"{delivery.host}: {delivery.reply}"
