"""Does a stranger send in the name of one of our own domains?

Asked at MAIL of anonymous clients (RFC 5321 §7.1: whoever likes may write any sender). `always` is the paper's
filter "MAIL FROM: @yourdomain": it also refuses your own mail that comes back through a mailing list, a forwarder
or a service that sends in your name, unless it is listed in `exceptions`. `unless-aligned`, the default, spares
what sender authentication (SPF, DKIM, DMARC) vouches for; as long as this gateway does not authenticate senders,
there is nothing to go by, and `unless-aligned` finds nothing.
"""

from enum import Enum

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import mail
from gatepost.model.stage import MailStage
from gatepost.ports.lists import Lists
from gatepost.ports.own_names import OwnNames

CLAIMED = Kind("own_domain.claimed", "A stranger's envelope sender is in one of our own domains.", score=3.0)


class Mode(Enum):
    """When a sender in a domain of ours is evidence."""

    UNLESS_ALIGNED = "unless-aligned"
    ALWAYS = "always"


class Config(CheckSettings):
    """Section `[checks.own_domain]`."""

    mode: Mode = Field(
        Mode.UNLESS_ALIGNED,
        description="unless-aligned: only where sender authentication does not vouch for it (finds nothing without "
        "sender authentication); always: whoever says it.",
    )
    exceptions: tuple[str, ...] = Field(
        (),
        description="Who may: addresses and networks of clients, sender addresses, `@domain`, `@.domain`.",
    )
    exceptions_file: str | None = Field(
        None, description="File with further exceptions, one a line, `#` for comments; read again when it changes."
    )


class OwnDomain(Check[MailStage]):
    """Compares the sender's domain with those relayed to."""

    spec = Spec(name="own_domain", kinds=(CLAIMED,))
    examples = (
        Example(
            says="A stranger says to be the director.",
            at=mail("director@example.com"),
            config={"mode": "always"},
            finds=("own_domain.claimed",),
        ),
        Example(
            says="The newsletter service is a listed exception.",
            at=mail("news@example.com", client_ip="192.0.2.99"),
            config={"mode": "always", "exceptions": ("192.0.2.0/24",)},
            finds=(),
        ),
        Example(
            says="One sender address is a listed exception.",
            at=mail("scanner@example.com"),
            config={"mode": "always", "exceptions": ("scanner@example.com",)},
            finds=(),
        ),
        Example(
            says="The client has logged in.",
            at=mail("bob@example.com", user="bob"),
            config={"mode": "always"},
            finds=(),
        ),
        Example(says="The sender is elsewhere.", at=mail("ann@example.net"), config={"mode": "always"}, finds=()),
        Example(says="Without sender authentication the default finds nothing.", at=mail("bob@example.com"), finds=()),
    )

    def __init__(self, config: Config, own: OwnNames, lists: Lists) -> None:
        self.config = config
        self.own = own
        self.exceptions = lists.open(config.exceptions, config.exceptions_file)

    def is_idle(self) -> bool:
        return self.config.mode is Mode.UNLESS_ALIGNED

    def __call__(self, at: MailStage) -> Report:
        if at.sender is None or at.user or self.is_idle() or at.sender.domain not in self.own.domains:
            return NOTHING_FOUND
        if self.exceptions.has_network(at.client_ip) or self.exceptions.has_address(at.sender):
            return NOTHING_FOUND
        return Report((CLAIMED(at.sender.domain),))
