"""Is this message from somebody to whom its recipient has written?

Gatepost's own. Who of ours has written to whom is seen on the outbound side (listeners of role `submission` and
`internal`). Not of messages that write themselves: what answers automatically (RFC 3834) would make everybody known who
asks for an answer; nor of messages to many, which are no letters. Inbound, it speaks for a message that its author in
From is known to one of its recipients, where SPF, DKIM or DMARC prove the author's domain: a From alone proves nothing.
It takes off a few points, for the account of somebody we know may be in other hands. What is known is
kept in the data directory, without an address in it.
"""

from pydantic import Field

from gatepost.auth.author import Author, Standing
from gatepost.auth.dkim.result import DkimResult, DkimResults, Reason
from gatepost.auth.proved_author import proved_author
from gatepost.model.address import Address, Domain
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.message import Message
from gatepost.model.samples import PLAIN_HEADER, found, message
from gatepost.model.stage import MessageStage, Role
from gatepost.ports.correspondents import Correspondents
from gatepost.ports.own_names import OwnNames
from gatepost.syntax.field_text import plain_value
from gatepost.syntax.mailbox_list import Mailbox
from gatepost.syntax.units import Duration

KNOWN = Kind("correspondent.known", "A recipient has written to the author before.", score=-2.0)
MANY = 20  # recipients from which a message is no letter
AUTOMATIC = ("auto-submitted", "x-autoreply", "x-autorespond", "list-id")
"""Fields that people's own letters do not have; Auto-Submitted may say `no` (RFC 3834 §5)."""
IN_BULK = frozenset(("bulk", "junk", "list", "auto_reply"))  # in Precedence (RFC 3834 §3.1.8)

ANN = Address("ann", Domain("example.net"))
FROM_ANN = Author(Standing.ONE, (Mailbox("Ann", ANN),))
SIGNED = DkimResults((DkimResult(reason=Reason.VERIFIED, domain="example.net"),))
WRITTEN = {"correspondents": {"bob@example.com": ("ann@example.net",)}}


class Config(CheckSettings):
    """Section `[checks.correspondent]`."""

    remembered: Duration = Field(
        180 * 86_400.0, ge=86_400, le=3650 * 86_400, description="How long after a letter its recipient is known."
    )


class Correspondent(Check[MessageStage]):
    """Asks for each recipient whether he has written to the author."""

    spec = Spec(name="correspondent", kinds=(KNOWN,), after=("author", "spf_relayed", "dkim", "dmarc"))
    examples = (
        Example(
            says="Bob has written to Ann, and Ann's domain has signed.",
            at=message(so_far=found(values=(FROM_ANN, SIGNED))),
            world=WRITTEN,
            finds=("correspondent.known",),
        ),
        Example(
            says="It says to be from Ann, and nothing proves it.",
            at=message(so_far=found(values=(FROM_ANN,))),
            world=WRITTEN,
            finds=(),
        ),
        Example(
            says="Bob has written to Ann; to Carol she is a stranger.",
            at=message(recipients=("carol@example.com",), so_far=found(values=(FROM_ANN, SIGNED))),
            world=WRITTEN,
            finds=(),
        ),
    )

    def __init__(self, config: Config, correspondents: Correspondents) -> None:
        self.config = config
        self.correspondents = correspondents

    def __call__(self, at: MessageStage) -> Report:
        author = proved_author(at.so_far)
        if author is None or at.user or len(at.recipients) > MANY:
            return NOTHING_FOUND
        since = at.now - self.config.remembered
        for recipient in at.recipients:
            if self.correspondents.knows(recipient, author, since=since):
                return Report((KNOWN(f"{recipient} has written to {author}"),))
        return NOTHING_FOUND


class CorrespondentSent(Check[MessageStage]):
    """Notes who of ours writes to whom."""

    spec = Spec(
        name="correspondent_sent", kinds=(), section="correspondent", records=True,
        roles=(Role.SUBMISSION.value, Role.INTERNAL.value),
    )  # fmt: skip
    examples = (
        Example(says="It finds nothing, and remembers.", at=message(sender="bob@example.com"), finds=()),
        Example(
            says="What answers by itself is not remembered.",
            at=message(PLAIN_HEADER + b"Auto-Submitted: auto-replied\r\n", sender="bob@example.com"),
            finds=(),
        ),
    )

    def __init__(self, config: Config, correspondents: Correspondents, own: OwnNames) -> None:
        self.config = config
        self.correspondents = correspondents
        self.own = own

    def __call__(self, at: MessageStage) -> Report:
        sender = at.sender
        if sender is None or sender.domain not in self.own.domains or len(at.recipients) > MANY:
            return NOTHING_FOUND
        if not writes_itself(at.message):
            for recipient in at.recipients:
                if recipient.domain not in self.own.domains:
                    self.correspondents.note(sender, recipient, at.now)
        return NOTHING_FOUND


def writes_itself(message: Message) -> bool:
    """Some program has written it, or it goes to a list."""
    for name in AUTOMATIC:
        for field in message.fields(name):
            if name != "auto-submitted" or words(plain_value(field)) != "no":
                return True
    return any([words(plain_value(field)) in IN_BULK for field in message.fields("precedence")])


def words(value: bytes) -> str:
    """The first word, in lower case, without parameters."""
    return value.decode("latin-1").partition(";")[0].strip().lower()
