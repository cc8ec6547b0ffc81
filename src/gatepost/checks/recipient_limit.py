"""Does the message have more recipients than the listener takes at once?

Asked at RCPT. The number is `recipients_per_message` of the listener's limits; RFC 5321 §4.5.3.1.8 asks for at
least 100, and §4.5.3.1.10 for 452, upon which a good client sends the message again for the rest. One that goes on
offering regardless (PROTO-34) is sent away.
"""

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.limits import Limits
from gatepost.model.samples import rcpt
from gatepost.model.stage import RcptStage

REACHED = Kind("recipient_limit.reached", "The message has as many recipients as the listener takes at once.")
FLOOD = Kind("recipient_limit.flood", "The client offers recipients without end, accepted or not.")


class Config(CheckSettings):
    """Section `[checks.recipient_limit]`."""

    flood_factor: int = Field(
        10,
        ge=2,
        description="Recipients offered for one message, in multiples of the limit, at which the session ends.",
    )


class RecipientLimit(Check[RcptStage]):
    """Compares the recipients so far with the listener's limit."""

    spec = Spec(name="recipient_limit", kinds=(REACHED, FLOOD), hard=True)
    examples = (
        Example(
            says="A 101st recipient is offered.",
            at=rcpt(recipients_before=100, offered_before=100),
            finds=("recipient_limit.reached",),
        ),
        Example(
            says="A thousand have been offered, most refused.",
            at=rcpt(recipients_before=3, offered_before=1000),
            finds=("recipient_limit.flood",),
        ),
        Example(says="The 100th recipient.", at=rcpt(recipients_before=99, offered_before=120), finds=()),
        Example(
            says="The listener takes ten.",
            at=rcpt(limits=Limits(recipients_per_message=10), recipients_before=10, offered_before=10),
            finds=("recipient_limit.reached",),
        ),
    )

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, at: RcptStage) -> Report:
        limit = at.limits.recipients_per_message
        if at.offered_before >= limit * self.config.flood_factor:
            return Report((FLOOD(f"{at.offered_before} offered, {limit} are taken"),))
        if at.recipients_before >= limit:
            return Report((REACHED(f"{limit} recipients"),))
        return NOTHING_FOUND
