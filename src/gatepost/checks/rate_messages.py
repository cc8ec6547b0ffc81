"""Does one client begin too many messages within an hour?

Asked at MAIL, counted over all workers in a sliding hour. A message counts when its MAIL command comes, whatever
becomes of it. Off by default: a large provider sends as much as your users are written to. The refusal is temporary
(RFC 5321 §4.2.1), so a good client only comes later.
"""

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.client import client_of
from gatepost.model.finding import Kind
from gatepost.model.samples import mail
from gatepost.model.stage import MailStage
from gatepost.ports.counters import Counters

EXCEEDED = Kind("rate_messages.exceeded", "The client began more messages within an hour than one client may.")
WINDOW = 3600.0  # seconds


class Config(CheckSettings):
    """Section `[checks.rate_messages]`."""

    messages_per_hour: int = Field(
        0, ge=0, description="Messages a client may begin (IPv4 address, IPv6 /64) in an hour; 0 = no limit."
    )


class RateMessages(Check[MailStage]):
    """Counts one message begun."""

    spec = Spec(of_client=True, name="rate_messages", kinds=(EXCEEDED,), timeout=1.0, records=True)
    examples = (
        Example(
            says="The 1,001st message within an hour, where 1,000 are allowed.",
            at=mail(client_ip="192.0.2.99"),
            world={"counters": {"messages:192.0.2.99": 1000}},
            config={"messages_per_hour": 1000},
            finds=("rate_messages.exceeded",),
        ),
        Example(
            says="No limit is set.",
            at=mail(client_ip="192.0.2.99"),
            world={"counters": {"messages:192.0.2.99": 1000}},
            finds=(),
        ),
    )

    def __init__(self, config: Config, counters: Counters) -> None:
        self.config = config
        self.counters = counters

    def is_idle(self) -> bool:
        return not self.config.messages_per_hour

    async def __call__(self, at: MailStage) -> Report:
        limit = self.config.messages_per_hour
        if not limit:
            return NOTHING_FOUND
        client = at.client or client_of(at.client_ip)
        count = await self.counters.hit(f"messages:{client}", window=WINDOW)
        if count <= limit:
            return NOTHING_FOUND
        return Report((EXCEEDED(f"{client}: {count} messages in an hour, {limit} are allowed"),))
