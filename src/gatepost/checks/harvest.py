"""Does the client try out names to learn which of them exist?

Asked at RCPT after `recipient`, counted per client (IPv4 address, IPv6 /64) over all workers in a sliding hour. A
few unknown recipients are mailing lists with old members; then each further one waits longer (`harvest.suspected`),
and from `unknown_recipients` on the client is sent away whomever it offers (`harvest.detected`), so that it learns
nothing from the answer (RFC 5321 §7.3). While that lasts nothing is counted: an hour later a good client is heard
again. Gatepost's own measure; the paper knows only the tar pit.
"""

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.client import client_of
from gatepost.model.finding import Kind
from gatepost.model.samples import found, rcpt
from gatepost.model.stage import RcptStage
from gatepost.ports.counters import Counters

SUSPECTED = Kind("harvest.suspected", "The client offers one more unknown recipient after several.", score=1.0)
DETECTED = Kind(
    "harvest.detected", "The client has offered so many unknown recipients that it must be guessing.", score=4.0
)
WINDOW = 3600.0  # seconds
UNKNOWN = "recipient.unknown"  # what the check before this one finds


class Config(CheckSettings):
    """Section `[checks.harvest]`."""

    unknown_recipients: int = Field(
        10, ge=1, description="Unknown recipients a client may offer in an hour before it is refused altogether."
    )
    suspicious: int = Field(
        3,
        ge=1,
        description="Unknown recipients in an hour after which each further one waits in the tar pit for longer.",
    )


class Harvest(Check[RcptStage]):
    """Counts the unknown recipients of each client."""

    spec = Spec(
        of_client=True, name="harvest", kinds=(SUSPECTED, DETECTED), after=("recipient",), timeout=1.0, records=True
    )
    examples = (
        Example(
            says="The fourth unknown recipient within an hour.",
            at=rcpt("dave@example.com", client_ip="192.0.2.99", so_far=found("recipient.unknown")),
            world={"counters": {"harvest:192.0.2.99": 3}},
            finds=("harvest.suspected",),
        ),
        Example(
            says="The eleventh unknown recipient within an hour.",
            at=rcpt("kate@example.com", client_ip="192.0.2.99", so_far=found("recipient.unknown")),
            world={"counters": {"harvest:192.0.2.99": 10}},
            finds=("harvest.detected",),
        ),
        Example(
            says="A client that has been guessing now offers a recipient who exists.",
            at=rcpt("bob@example.com", client_ip="192.0.2.99"),
            world={"counters": {"harvest:192.0.2.99": 11}},
            finds=("harvest.detected",),
        ),
        Example(
            says="One unknown recipient is a typing error.",
            at=rcpt("bbo@example.com", so_far=found("recipient.unknown")),
            finds=(),
        ),
        Example(
            says="A recipient who exists, from a client that has had some bad luck.",
            at=rcpt("bob@example.com", client_ip="192.0.2.99"),
            world={"counters": {"harvest:192.0.2.99": 9}},
            finds=(),
        ),
    )

    def __init__(self, config: Config, counters: Counters) -> None:
        self.config = config
        self.counters = counters

    async def __call__(self, at: RcptStage) -> Report:
        client = at.client or client_of(at.client_ip)
        key = f"harvest:{client}"
        count = await self.counters.peek(key, window=WINDOW)
        limit = self.config.unknown_recipients
        if count <= limit and any(finding.code == UNKNOWN for finding in at.so_far):
            count = await self.counters.hit(key, window=WINDOW)
            if self.config.suspicious < count <= limit:
                return Report((SUSPECTED(f"{client}: {count} unknown recipients in an hour"),))
        return NOTHING_FOUND if count <= limit else Report((DETECTED(f"{client}: over {limit} in an hour"),))
