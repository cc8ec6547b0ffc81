"""Is the recipient one of ours, and does he exist?

Asked at RCPT. Mail for a domain that is not relayed to is no business of an anonymous client (relay control,
RFC 5321 §3.6.2; PROTO-17): that part cannot be switched off and is never in shadow. A domain of ours has a
directory; only its clear answer makes a recipient unknown, an outage is temporary. `postmaster` without a domain
always exists (§4.5.1). A local part that carries a route (`user%other`, `other!user`, `"user@other"`: PROTO-15) is
believed only where the directory lists that very address: the mail server behind might follow it.
"""

from typing import Self

from pydantic import model_validator

from gatepost.model.check import NOTHING_FOUND, Check, Example, FailMode, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import rcpt
from gatepost.model.stage import RcptStage
from gatepost.ports.directory import Directories

NOT_OURS = Kind("recipient.not_ours", "The recipient's domain is none that the gateway relays to.")
ROUTED = Kind("recipient.routed", "The recipient's local part names a host to relay to, and no directory lists it.")
UNKNOWN = Kind("recipient.unknown", "The directory answers that there is no such recipient.")


class Config(CheckSettings):
    """Section `[checks.recipient]`."""

    @model_validator(mode="after")
    def is_always_on(self) -> Self:
        """Without this check the gateway would be an open relay."""
        if not self.enabled:
            raise ValueError(
                'relay control cannot be switched off; to accept every recipient of a domain, set recipients = "any" '
                "in its section [domains.<name>]"
            )
        return self


class Recipient(Check[RcptStage]):
    """Asks the directory of the recipient's domain."""

    spec = Spec(name="recipient", kinds=(NOT_OURS, ROUTED, UNKNOWN), timeout=10.0, if_unavailable=FailMode.TEMPFAIL)
    examples = (
        Example(says="The directory does not know him.", at=rcpt("nobody@example.com"), finds=("recipient.unknown",)),
        Example(says="The domain is not ours.", at=rcpt("victim@elsewhere.example"), finds=("recipient.not_ours",)),
        Example(says="The directory knows him.", at=rcpt("bob@example.com"), finds=()),
        Example(says="Postmaster needs no domain.", at=rcpt("Postmaster"), finds=()),
        Example(
            says="A percent hack where the directory tells who exists.",
            at=rcpt("user%elsewhere.example@example.com"),
            finds=("recipient.unknown",),
        ),
        Example(
            says="A percent hack where everybody exists.",
            at=rcpt("user%elsewhere.example@example.com"),
            world={"directory": {"example.com": "any"}},
            finds=("recipient.routed",),
        ),
        Example(
            says="A listed address with an exclamation mark.",
            at=rcpt("sales!emea@example.com"),
            world={"directory": {"example.com": ("sales!emea",)}},
            finds=(),
        ),
    )

    def __init__(self, config: Config, directories: Directories) -> None:
        self.config = config
        self.directories = directories

    async def __call__(self, at: RcptStage) -> Report:
        recipient = at.recipient
        if not recipient.domain:  # the grammar lets only postmaster come without one (RFC 5321 §4.1.1.3)
            return NOTHING_FOUND
        if not self.directories.is_ours(recipient.domain):
            return Report((NOT_OURS(recipient.domain),))
        found = await self.directories.find(recipient)
        if found is None:
            return Report((UNKNOWN(str(recipient)),))
        if not found.listed and carries_route(recipient.local):
            return Report((ROUTED(str(recipient)),))
        return NOTHING_FOUND


def carries_route(local: str) -> bool:
    """Something that old mail servers take for a path (RFC 1123 §5.2.16, RFC 976)."""
    return "%" in local or "!" in local or "@" in local
