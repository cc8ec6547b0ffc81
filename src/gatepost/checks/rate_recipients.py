"""Does one client offer too many recipients within an hour?

Asked at RCPT, counted over all workers in a sliding hour. A recipient counts when it is offered, whether it exists
or not. Off by default: a large provider sends as much as your users are written to. The refusal is temporary
(RFC 5321 §4.2.1), so a good client only comes later.
"""

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.client import client_of
from gatepost.model.finding import Kind
from gatepost.model.samples import rcpt
from gatepost.model.stage import RcptStage
from gatepost.ports.counters import Counters

EXCEEDED = Kind("rate_recipients.exceeded", "The client offered more recipients within an hour than one client may.")
WINDOW = 3600.0  # seconds


class Config(CheckSettings):
    """Section `[checks.rate_recipients]`."""

    recipients_per_hour: int = Field(
        0, ge=0, description="Recipients a client may offer (IPv4 address, IPv6 /64) in an hour; 0 = no limit."
    )


class RateRecipients(Check[RcptStage]):
    """Counts one recipient offered."""

    spec = Spec(of_client=True, name="rate_recipients", kinds=(EXCEEDED,), timeout=1.0, records=True)
    examples = (
        Example(
            says="The 1,001st recipient within an hour, where 1,000 are allowed.",
            at=rcpt(client_ip="192.0.2.99"),
            world={"counters": {"recipients:192.0.2.99": 1000}},
            config={"recipients_per_hour": 1000},
            finds=("rate_recipients.exceeded",),
        ),
        Example(
            says="No limit is set.",
            at=rcpt(client_ip="192.0.2.99"),
            world={"counters": {"recipients:192.0.2.99": 1000}},
            finds=(),
        ),
    )

    def __init__(self, config: Config, counters: Counters) -> None:
        self.config = config
        self.counters = counters

    def is_idle(self) -> bool:
        return not self.config.recipients_per_hour

    async def __call__(self, at: RcptStage) -> Report:
        limit = self.config.recipients_per_hour
        if not limit:
            return NOTHING_FOUND
        client = at.client or client_of(at.client_ip)
        count = await self.counters.hit(f"recipients:{client}", window=WINDOW)
        if count <= limit:
            return NOTHING_FOUND
        return Report((EXCEEDED(f"{client}: {count} recipients in an hour, {limit} are allowed"),))
