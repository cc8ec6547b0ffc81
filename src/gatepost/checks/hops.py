"""Has the message been handed on so often that it must be running in a circle?

Asked of the whole message: counts its Received fields (RFC 5321 §6.3). The number is `hops` of the listener's
limits; §6.3 asks for a large one, at least 100. Mail of today's large providers has some 15 hops before it gets
here.
"""

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.limits import Limits
from gatepost.model.samples import PLAIN_HEADER, message
from gatepost.model.stage import MessageStage

EXCEEDED = Kind("hops.exceeded", "The message has more Received fields than a message that is not looping.")


class Config(CheckSettings):
    """Section `[checks.hops]`."""


class Hops(Check[MessageStage]):
    """Counts Received fields."""

    spec = Spec(name="hops", kinds=(EXCEEDED,), hard=True)
    examples = (
        Example(
            says="A message with 101 Received fields.",
            at=message(b"Received: from a by b\r\n" * 100 + PLAIN_HEADER),
            finds=("hops.exceeded",),
        ),
        Example(
            says="Exactly as many as are allowed.",
            at=message(b"RECEIVED: from a by b\r\n" * 14 + PLAIN_HEADER, limits=Limits(hops=15)),
            finds=(),
        ),
    )

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, at: MessageStage) -> Report:
        header = at.message.header
        limit = at.limits.hops
        if len(header) <= limit:
            return NOTHING_FOUND
        count = len(at.message.fields("Received"))
        return Report((EXCEEDED(f"{count} hops, {limit} are allowed"),)) if count > limit else NOTHING_FOUND
