"""Is one signed message being sent over and over?

Asked when the whole message is there. A signature says nothing of the recipients (RFC 6376 §8.6), so that who has one
good message of a good domain can send it to the world in that domain's name. How often the same signature has come
within an hour is counted over all workers. A mailing list sends its messages to many of your users too, so it is only
evidence; each message counts once, however many recipients it has.
"""

from pydantic import Field

from gatepost.auth.dkim.result import DkimResult, DkimResults, Reason, Result
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import found, message
from gatepost.model.stage import MessageStage
from gatepost.ports.counters import Counters

REPLAYED = Kind("dkim_replay.many", "The same signature has come more often than a message is sent.", score=2.0)
WINDOW = 3600.0  # seconds
SIGNED = DkimResults((DkimResult(reason=Reason.VERIFIED, domain="example.net", start="AbCdEf"),))


class Config(CheckSettings):
    """Section `[checks.dkim_replay]`."""

    messages_per_hour: int = Field(
        200, ge=0, description="Messages with one and the same signature in an hour that are nothing special; 0 = any."
    )


class DkimReplay(Check[MessageStage]):
    """Counts the first signature that passed."""

    spec = Spec(name="dkim_replay", kinds=(REPLAYED,), after=("dkim",), timeout=1.0, records=True)
    examples = (
        Example(
            says="The same message for the 201st time.",
            at=message(so_far=found(values=(SIGNED,))),
            world={"counters": {"replay:example.net:AbCdEf": 200}},
            finds=("dkim_replay.many",),
        ),
        Example(says="A message for the first time.", at=message(so_far=found(values=(SIGNED,))), finds=()),
        Example(says="A message without a signature.", at=message(), finds=()),
    )

    def __init__(self, config: Config, counters: Counters) -> None:
        self.limit = config.messages_per_hour
        self.counters = counters

    def is_idle(self) -> bool:
        return not self.limit

    async def __call__(self, at: MessageStage) -> Report:
        results = at.so_far.value(DkimResults)
        passed = [each for each in results.items if each.result is Result.PASS] if results is not None else []
        if not passed or not self.limit:
            return NOTHING_FOUND
        count = await self.counters.hit(f"replay:{passed[0].domain}:{passed[0].start}", window=WINDOW)
        if count <= self.limit:
            return NOTHING_FOUND
        return Report((REPLAYED(f"{passed[0].domain}: {count} times in an hour"),))
