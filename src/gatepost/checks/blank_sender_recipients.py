"""Does mail from the null sender `<>` go to more than one recipient?

Asked at RCPT, off by default. A bounce goes back to the one who sent the message (RFC 3464 §1, RFC 5321 §4.5.5);
several recipients are a sign of spam that poses as a bounce (PROTO-07). But Exchange sends out-of-office and
receipts to groups with the null sender too, so refusing the second recipient costs good mail.
"""

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import rcpt
from gatepost.model.stage import RcptStage

SEVERAL = Kind("blank_sender_recipients.several", "Mail from the null sender has more than one recipient.", score=1.0)


class Config(CheckSettings):
    """Section `[checks.blank_sender_recipients]`."""

    enabled: bool = Field(False, description="Whether a second recipient of mail from `<>` is refused.")


class BlankSenderRecipients(Check[RcptStage]):
    """Reports each recipient after the first."""

    spec = Spec(name="blank_sender_recipients", kinds=(SEVERAL,))
    examples = (
        Example(
            says="A second recipient is offered for a bounce.",
            at=rcpt("bob@example.com", sender="", recipients_before=1),
            config={"enabled": True},
            finds=("blank_sender_recipients.several",),
        ),
        Example(
            says="A bounce has one recipient.",
            at=rcpt("bob@example.com", sender=""),
            config={"enabled": True},
            finds=(),
        ),
        Example(
            says="Ordinary mail has several recipients.",
            at=rcpt("bob@example.com", recipients_before=7),
            config={"enabled": True},
            finds=(),
        ),
    )

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, at: RcptStage) -> Report:
        if at.sender is None and at.recipients_before:
            return Report((SEVERAL(f"recipient {at.recipients_before + 1}"),))
        return NOTHING_FOUND
