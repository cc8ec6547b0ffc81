"""Is the recipient one that nobody honest writes to?

Gatepost's own. A spam trap is an address that was never anybody's, or was given up long ago, and that only those know
who harvest or guess. It need not exist in the directory: at RCPT it is taken as if it did, and the message is refused
when it is there, for all its recipients. What came to a trap teaches the spam filter (`spam_lessons`). Who is allowed,
or has logged in, is no spammer, whoever he writes to.
"""

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import message, rcpt
from gatepost.model.stage import MessageStage, RcptStage
from gatepost.ports.lists import Entries, Lists

RECIPIENT = Kind("spam_trap.recipient", "The recipient is a spam trap.")
REACHED = Kind("spam_trap_message.reached", "The message is for a spam trap, too.", score=5.0)
TRAPS = {"addresses": ("old-desk@example.com",)}


class Config(CheckSettings):
    """Section `[checks.spam_trap]`."""

    addresses: tuple[str, ...] = Field(
        (),
        description="Addresses that nobody honest writes to, or `@domain` and `@.domain` of which that is true of all.",
        examples=[["old-desk@example.com"]],
    )
    file: str | None = Field(
        None, description="File with further ones, one a line, `#` for comments; read again when it changes."
    )


class SpamTrap(Check[RcptStage]):
    """Looks each recipient up."""

    spec = Spec(name="spam_trap", kinds=(RECIPIENT,))
    examples = (
        Example(
            says="Somebody has guessed a name that nobody has.",
            at=rcpt("old-desk@example.com"),
            config=TRAPS,
            finds=("spam_trap.recipient",),
        ),
        Example(says="Anybody else.", at=rcpt("bob@example.com"), config=TRAPS, finds=()),
    )

    def __init__(self, config: Config, lists: Lists) -> None:
        self.config = config
        self.traps = lists.open(config.addresses, config.file, Entries.ADDRESSES)

    def is_idle(self) -> bool:
        return not (self.config.addresses or self.config.file)

    def __call__(self, at: RcptStage) -> Report:
        if at.user or self.traps.has_address(at.recipient) is None:
            return NOTHING_FOUND
        return Report((RECIPIENT(str(at.recipient)),))


class SpamTrapMessage(Check[MessageStage]):
    """Looks all recipients up, once the message is there."""

    spec = Spec(name="spam_trap_message", kinds=(REACHED,), section="spam_trap")
    examples = (
        Example(
            says="It is for Bob and for a trap.",
            at=message(recipients=("bob@example.com", "old-desk@example.com")),
            config=TRAPS,
            finds=("spam_trap_message.reached",),
        ),
        Example(says="It is for Bob.", at=message(), config=TRAPS, finds=()),
    )

    def __init__(self, config: Config, lists: Lists) -> None:
        self.config = config
        self.traps = lists.open(config.addresses, config.file, Entries.ADDRESSES)

    def is_idle(self) -> bool:
        return not (self.config.addresses or self.config.file)

    def __call__(self, at: MessageStage) -> Report:
        for recipient in () if at.user else at.recipients:
            if self.traps.has_address(recipient) is not None:
                return Report((REACHED(str(recipient)),))
        return NOTHING_FOUND
