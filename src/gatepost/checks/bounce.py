"""Does a bounce answer a message that we have sent?

Asked of the whole message where its sender is the null sender (RFC 5321 §4.5.5): what others bounce at us because
somebody forged our addresses (backscatter) answers nothing of ours. With a file of secrets every bounce must go to an
address that was signed when the message went out (BATV, draft-levine-smtp-batv-01); the rule `bounce-unsigned` refuses
it, and only after the content, so that a server that asks whether a sender exists gets its answer. Read receipts go to
addresses of a header, where no signature is, and are spared. Without keys, and for receipts, it is looked up
whether the message quotes a Message-ID that left through a listener of role `submission` or `internal`. That is
evidence of few points, and found only for domains whose outbound mail has been seen for all of `lifetime`.
"""

import math
from collections.abc import Coroutine
from typing import Any

from pydantic import Field

from gatepost.auth.batv import DAY, BounceKeys, day_of, fits, unsigned
from gatepost.auth.quoted import is_receipt, quoted_ids
from gatepost.auth.sent_mail import Recall, hashed, recall, sender_key, slot
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import message
from gatepost.model.stage import MessageStage
from gatepost.ports.lists import Entries, Lists
from gatepost.ports.memory import Memory
from gatepost.ports.own_names import OwnNames
from gatepost.syntax.units import Duration

UNSIGNED = Kind("bounce.unsigned", "A bounce goes to an address of ours that was not signed for it.", score=2.0)
UNKNOWN = Kind("bounce.unknown", "A bounce quotes no message that is known to have been sent from here.", score=1.0)

TODAY = 19_723  # of the examples: 2024-01-01
SECRET = b"correct horse battery staple"
SIGNED = "prvs=0730b04f52=bob@example.com"  # until the seventh day from then
SIGNING = {"keys": ((0, SECRET),)}
PLACE, TOKEN = hashed("7@example.com")
SENDING = {"memory": {sender_key("example.com"): "1700000000 1704100000", slot(TODAY - 1, PLACE): f"{TOKEN} "}}
RETURNED = b"Reporting-MTA: dns; mx.example.net\r\n\r\nMessage-ID: <7@example.com>\r\nSubject: Hello\r\n"
ANOTHER = RETURNED.replace(b"<7@", b"<8@")
RECEIPT = b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n"


class Config(CheckSettings):
    """Section `[checks.bounce]`."""

    secret_file: str | None = Field(
        None,
        description="File with the secrets by which senders are signed: one a line, a digit and a secret of 16 "
        "characters or more; the first signs, all verify. Left out: no bounce needs a signature.",
    )
    lifetime: Duration = Field(
        7 * 86_400.0,
        ge=86_400,
        le=30 * 86_400,
        description="Seconds after a message for which its bounce may come; signatures hold for as many whole days.",
    )
    exceptions: tuple[str, ...] = Field(
        (),
        description="Recipients whose bounces need no signature, because others send in their name: addresses, "
        "`@domain`, `@.domain`.",
    )
    exceptions_file: str | None = Field(
        None, description="File with further exceptions, one a line, `#` for comments; read again when it changes."
    )

    @property
    def days(self) -> int:
        """For which a signature holds."""
        return math.ceil(self.lifetime / DAY)


class Bounce(Check[MessageStage]):
    """Asks for the signature, or for the message that is quoted."""

    spec = Spec(name="bounce", kinds=(UNSIGNED, UNKNOWN), timeout=1.0)
    examples = (
        Example(
            says="All mail of the domain goes out here, but the one that came back did not.",
            at=message(sender="", body=ANOTHER),
            world=SENDING,
            finds=("bounce.unknown",),
        ),
        Example(
            says="The one that came back went out yesterday.",
            at=message(sender="", body=RETURNED),
            world=SENDING,
            finds=(),
        ),
        Example(
            says="Senders are signed, and the bounce goes to the bare address.",
            at=message(sender="", recipients=("bob@example.com",)),
            world={"bounce_keys": SIGNING, **SENDING},
            finds=("bounce.unsigned",),
        ),
        Example(
            says="It goes to the address that was signed.",
            at=message(sender="", recipients=(SIGNED,)),
            world={"bounce_keys": SIGNING},
            finds=(),
        ),
        Example(says="Nothing is known of outbound mail.", at=message(sender="", body=ANOTHER), finds=()),
        Example(
            says="A receipt for a message that went out yesterday.",
            at=message(RECEIPT, sender="", body=b"Original-Message-ID: <7@example.com>\r\n"),
            world={"bounce_keys": SIGNING, **SENDING},
            finds=(),
        ),
        Example(
            says="Another service sends the newsletter.",
            at=message(sender="", recipients=("news@example.com",)),
            world={"bounce_keys": SIGNING},
            config={"exceptions": ("news@example.com",)},
            finds=(),
        ),
        Example(says="It is no bounce.", at=message(), world={"bounce_keys": SIGNING}, finds=()),
    )

    def __init__(self, config: Config, keys: BounceKeys, own: OwnNames, memory: Memory, lists: Lists) -> None:
        self.config = config
        self.keys = keys
        self.own = own
        self.memory = memory
        self.exceptions = lists.open(config.exceptions, config.exceptions_file, Entries.ADDRESSES)

    def __call__(self, at: MessageStage) -> Report | Coroutine[Any, Any, Report]:
        return NOTHING_FOUND if at.sender is not None or at.user else self.asked(at)

    async def asked(self, at: MessageStage) -> Report:
        ours = [recipient for recipient in at.recipients if recipient.domain in self.own.domains]
        if self.keys.is_on:
            today = day_of(at.now)
            ours = [recipient for recipient in ours if unsigned(recipient, self.keys, today) is None]
            if not is_receipt(at.message):
                for recipient in ours:
                    if fits(recipient) and not self.exceptions.has_address(recipient):
                        return Report((UNSIGNED(str(recipient)),))
        return await self.quoting(at, sorted({str(recipient.domain) for recipient in ours}))

    async def quoting(self, at: MessageStage, domains: list[str]) -> Report:
        """Whether it quotes a message of one of these domains."""
        if not domains:
            return NOTHING_FOUND
        ids = quoted_ids(at.message)
        known = await recall(self.memory, ids, domains, at.now, self.config.lifetime)
        return Report((UNKNOWN(f"Message-IDs quoted: {len(ids)}"),)) if known is Recall.NOT_OURS else NOTHING_FOUND
