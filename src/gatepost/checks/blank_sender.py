"""Is the envelope sender the null sender `<>`, which the operator does not want?

Off by default, and best left so: every bounce and every read receipt has the null sender, and RFC 5321 §4.5.5 and
§6.1 want it accepted. The paper's "filter messages with blank sender" is this switch; validation of bounces is the
better answer.
"""

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import mail
from gatepost.model.stage import MailStage

PRESENT = Kind("blank_sender.present", "The envelope sender is the null sender `<>`.")


class Config(CheckSettings):
    """Section `[checks.blank_sender]`."""

    enabled: bool = Field(False, description="Whether mail from the null sender is refused: all bounces are.")


class BlankSender(Check[MailStage]):
    """Reports the null sender."""

    spec = Spec(name="blank_sender", kinds=(PRESENT,))
    examples = (
        Example(says="A bounce comes in.", at=mail(""), config={"enabled": True}, finds=("blank_sender.present",)),
        Example(says="The sender has an address.", at=mail("ann@example.net"), config={"enabled": True}, finds=()),
    )

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, at: MailStage) -> Report:
        return NOTHING_FOUND if at.sender is not None else Report((PRESENT(),))
