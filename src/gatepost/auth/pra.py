"""Who is responsible for a message as its header has it, and may the client send for them (RFC 4407, RFC 4406)?

Sender ID is historic. Mailing lists and forwarders fail it in good faith where a domain has nothing but an SPF record,
which was written for another identity (RFC 4406 §3.4): good for a stamp, not for a refusal.
"""

from collections.abc import Sequence

from msgspec import Struct

from gatepost.auth.spf.check import BAD_DOMAIN, result_of
from gatepost.auth.spf.evaluate import NO_DOMAIN
from gatepost.auth.spf.limits import RFC_LIMITS, SpfLimits
from gatepost.auth.spf.result import Identity, Spf, SpfResult
from gatepost.auth.spf.select import pra_records
from gatepost.auth.spf.subject import subject
from gatepost.model.address import Address
from gatepost.model.message import Field
from gatepost.model.stage import IPAddress
from gatepost.ports.dns import Dns
from gatepost.syntax.mailboxes import read_field


class SenderId(Struct, frozen=True):
    """The purported responsible address, in which field it stands (lower-case), and what came of the check."""

    address: Address
    field: str
    result: SpfResult


TRACE_FIELDS = frozenset(("received", "return-path"))
RELEVANT = frozenset(("resent-sender", "resent-from", "sender", "from")) | TRACE_FIELDS


def purported_responsible_address(header: Sequence[Field]) -> Address | None:
    """The PRA; None if the header is ill-formed in this respect (RFC 4407 §2, steps 1 to 6).

    A field that names no mailbox, several, or one on which readers disagree is malformed: nobody is responsible then,
    the next field in line neither.
    """
    field = responsible_field(header)
    mailbox = read_field(field).the_one if field is not None else None
    return mailbox.address if mailbox is not None and mailbox.address.domain else None


def responsible_field(header: Sequence[Field]) -> Field | None:
    """The field that names them, whatever it names."""
    named = [(name, field) for field in header if (name := field.name.lower()) in RELEVANT and field.value]
    return resent(named) or original(named)


def resent(named: Sequence[tuple[str, Field]]) -> Field | None:
    """Steps 1 and 2: the first Resent-Sender, unless it belongs to an earlier resending than the first Resent-From."""
    resent_from: Field | None = None
    trace_follows = False
    for name, field in named:
        if name == "resent-sender":
            return resent_from if trace_follows else field
        if name == "resent-from" and resent_from is None:
            resent_from = field
        elif name in TRACE_FIELDS and resent_from is not None:
            trace_follows = True
    return resent_from


def original(named: Sequence[tuple[str, Field]]) -> Field | None:
    """Steps 3 and 4: the one Sender, or without any the one From."""
    for wanted in ("sender", "from"):
        fields = [field for name, field in named if name == wanted]
        if fields:
            return fields[0] if len(fields) == 1 else None
    return None


async def check_pra(
    dns: Dns,
    ip: IPAddress,
    helo: str,
    pra: Address,
    *,
    receiver: str,
    now: float,
    limits: SpfLimits = RFC_LIMITS,
) -> SpfResult:
    """The Sender ID check: records with `pra` in their scope, else the SPF record (RFC 4406 §4.4).

    Unlike with SPF, a domain that is malformed or does not exist is a FAIL; `problem` says which.
    Arguments as `check_host` has them.
    """
    checked = subject(ip, helo, pra, receiver=receiver, now=now)
    found = await result_of(dns, checked, Identity.PRA, pra_records, limits)
    if found.result is Spf.NONE and found.problem in (BAD_DOMAIN, NO_DOMAIN):
        return SpfResult(
            result=Spf.FAIL, domain=found.domain, identity=Identity.PRA, problem=found.problem, lookups=found.lookups
        )
    return found
