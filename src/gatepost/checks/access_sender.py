"""Is the envelope sender on one of the operator's lists?

Asked at MAIL. An entry is an address, a domain, a domain with all below it, or the null sender: `ann@example.net`,
`@example.net`, `@.example.net`, `<>`. The sender of MAIL FROM is whatever the client says (RFC 5321 §7.1): an
allowed sender skips the checks of the sender's good name, never those that protect the mail server. Denying `<>`
refuses every bounce (RFC 5321 §4.5.5 forbids that); see `blank_sender` before you do.
"""

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import AccessSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import mail
from gatepost.model.stage import MailStage
from gatepost.ports.lists import Entries, Lists

ALLOWED = Kind("access_sender.allowed", "The envelope sender is on the operator's list of allowed senders.")
DENIED = Kind("access_sender.denied", "The envelope sender is on the operator's list of denied senders.")


class Config(AccessSettings):
    """Section `[checks.access_sender]`; entries are addresses, `@domain`, `@.domain` and `<>`."""


class AccessSender(Check[MailStage]):
    """Looks the envelope sender up in both lists."""

    spec = Spec(name="access_sender", kinds=(ALLOWED, DENIED))
    examples = (
        Example(
            says="The sender's domain lies below a denied one.",
            at=mail("offers@news.example.net"),
            config={"deny": ("@.example.net",)},
            finds=("access_sender.denied",),
        ),
        Example(
            says="One address of a denied domain is allowed.",
            at=mail("ann@example.net"),
            config={"allow": ("ann@example.net",), "deny": ("@example.net",)},
            finds=("access_sender.allowed",),
        ),
        Example(
            says="`@domain` does not cover its subdomains.",
            at=mail("offers@news.example.net"),
            config={"deny": ("@example.net",)},
            finds=(),
        ),
    )

    def __init__(self, config: Config, lists: Lists) -> None:
        self.config = config
        self.allow = lists.open(config.allow, config.allow_file, Entries.ADDRESSES)
        self.deny = lists.open(config.deny, config.deny_file, Entries.ADDRESSES)

    def is_idle(self) -> bool:
        return self.config.is_empty

    def __call__(self, at: MailStage) -> Report:
        if entry := self.allow.has_address(at.sender):
            return Report((ALLOWED(entry),))
        if entry := self.deny.has_address(at.sender):
            return Report((DENIED(entry),))
        return NOTHING_FOUND
