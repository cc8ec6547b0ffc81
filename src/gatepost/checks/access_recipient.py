"""Is the recipient on one of the operator's lists?

Asked at RCPT, for each recipient. An entry is an address or a domain: `bob@example.com`, `@example.com`,
`@.example.com`. An allowed recipient gets mail that the checks of the sender's good name would refuse (an abuse
desk must be reachable for those on block lists, RFC 2142 §4); he must exist all the same. A denied one is refused
as if by the mail server.
"""

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import AccessSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import rcpt
from gatepost.model.stage import RcptStage
from gatepost.ports.lists import Entries, Lists

ALLOWED = Kind("access_recipient.allowed", "The recipient is on the operator's list of allowed recipients.")
DENIED = Kind("access_recipient.denied", "The recipient is on the operator's list of denied recipients.")


class Config(AccessSettings):
    """Section `[checks.access_recipient]`; entries are addresses, `@domain` and `@.domain`."""


class AccessRecipient(Check[RcptStage]):
    """Looks one recipient up in both lists."""

    spec = Spec(name="access_recipient", kinds=(ALLOWED, DENIED))
    examples = (
        Example(
            says="The recipient takes no mail from outside.",
            at=rcpt("all-staff@example.com"),
            config={"deny": ("all-staff@example.com",)},
            finds=("access_recipient.denied",),
        ),
        Example(
            says="The abuse desk is open to everybody.",
            at=rcpt("abuse@example.com"),
            config={"allow": ("abuse@example.com",), "deny": ("@example.com",)},
            finds=("access_recipient.allowed",),
        ),
        Example(
            says="The recipient is on neither list.",
            at=rcpt("bob@example.com"),
            config={"deny": ("all-staff@example.com",)},
            finds=(),
        ),
    )

    def __init__(self, config: Config, lists: Lists) -> None:
        self.config = config
        self.allow = lists.open(config.allow, config.allow_file, Entries.ADDRESSES)
        self.deny = lists.open(config.deny, config.deny_file, Entries.ADDRESSES)

    def is_idle(self) -> bool:
        return self.config.is_empty

    def __call__(self, at: RcptStage) -> Report:
        if entry := self.allow.has_address(at.recipient):
            return Report((ALLOWED(entry),))
        if entry := self.deny.has_address(at.recipient):
            return Report((DENIED(entry),))
        return NOTHING_FOUND
