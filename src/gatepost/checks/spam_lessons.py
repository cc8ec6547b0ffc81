"""What teaches the spam filter by itself?

Gatepost's own. What came to a spam trap is spam; what comes from somebody to whom its recipient has written is not.
Whoever knows that could teach it nonsense, so it is bounded: a trap is believed only of a message against which
something else speaks too, or for which a domain has to answer that SPF or DKIM prove. A known author is believed only
where nothing speaks against the message. One sender teaches a few messages a day, each kind together no more than 200,
and none of it overrules what people have taught (`gatepost learn`). The finding says that a message has taught.
"""

from collections.abc import Coroutine
from typing import Any

from pydantic import Field

from gatepost.auth.author import Author, Standing
from gatepost.auth.dkim.result import DkimResult, DkimResults, Reason
from gatepost.auth.dmarc.judged import authenticated
from gatepost.auth.proved_author import proved_author
from gatepost.auth.reputation import network
from gatepost.auth.spf.result import SpfResult
from gatepost.model.address import Address, Domain
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.inspection import Inspection
from gatepost.model.samples import found, message
from gatepost.model.spam import BYPASSED, SpamLevel
from gatepost.model.stage import MessageStage
from gatepost.ports.counters import Counters
from gatepost.ports.lessons import LessonBox
from gatepost.syntax.mailbox_list import Mailbox

SPAM = Kind("spam_lessons.spam", "The message teaches what is spam.")
HAM = Kind("spam_lessons.ham", "The message teaches what is no spam.")
TRAP, KNOWN = "spam_trap_message.reached", "correspondent.known"
BY_TRAP, BY_CORRESPONDENT = "trap", "correspondent"  # sources
LARGEST = 1024 * 1024  # octets of a message that teaches
PER_DAY = 200  # messages of one source
DAY = 86_400.0  # seconds
CONFIRMED = 2.0  # points of other checks that confirm a trap
DOUBTED = 1.0  # points of other checks that make a known author doubtful
SUSPICIOUS = 4  # phishing level
OF_TRAPS = ("spam_trap", "spam.", "reputation.")  # what confirms nothing

LOOKED = Inspection()
FROM_ANN = Author(Standing.ONE, (Mailbox("Ann", Address("ann", Domain("example.net"))),))
SIGNED = DkimResults((DkimResult(reason=Reason.VERIFIED, domain="example.net"),))


class Config(CheckSettings):
    """Section `[checks.spam_lessons]`."""

    traps: bool = Field(True, description="Whether mail to spam traps teaches what is spam.")
    correspondents: bool = Field(
        True, description="Whether mail of those to whom its recipient has written teaches what is no spam."
    )
    per_sender: int = Field(5, ge=1, le=100, description="Messages of one sender that teach in a day.")


class SpamLessons(Check[MessageStage]):
    """Puts down what is to be learned."""

    spec = Spec(
        name="spam_lessons", kinds=(SPAM, HAM), records=True,
        after=("antivirus", "attachments", "content", "correspondent", "links", "mime", "spam", "spam_trap_message"),
    )  # fmt: skip
    examples = (
        Example(
            says="A domain that has signed it writes to a spam trap.",
            at=message(so_far=found(TRAP, values=(LOOKED, SIGNED))),
            finds=("spam_lessons.spam",),
        ),
        Example(
            says="A known author, and nothing speaks against it.",
            at=message(so_far=found(KNOWN, values=(LOOKED, FROM_ANN, SIGNED))),
            finds=("spam_lessons.ham",),
        ),
        Example(
            says="Nothing but the trap speaks against what nobody vouches for.",
            at=message(so_far=found(TRAP, values=(LOOKED,))),
            finds=(),
        ),
        Example(
            says="The domain has taught enough for today.",
            at=message(so_far=found(TRAP, values=(LOOKED, SIGNED))),
            world={"counters": {"lessons:trap:example.net": 5}},
            finds=(),
        ),
        Example(says="Ordinary mail.", at=message(so_far=found(values=(LOOKED,))), finds=()),
    )

    def __init__(self, config: Config, counters: Counters, box: LessonBox) -> None:
        self.config = config
        self.counters = counters
        self.box = box

    def is_idle(self) -> bool:
        return not (self.config.traps or self.config.correspondents)

    def __call__(self, at: MessageStage) -> Report | Coroutine[Any, Any, Report]:
        codes = [finding.code for finding in at.so_far.items]
        if TRAP in codes:
            return self.taught(at, BY_TRAP) if self.config.traps else NOTHING_FOUND
        if KNOWN in codes:
            return self.taught(at, BY_CORRESPONDENT) if self.config.correspondents else NOTHING_FOUND
        return NOTHING_FOUND

    async def taught(self, at: MessageStage, source: str) -> Report:
        seen = at.so_far.value(Inspection)
        if seen is None or at.message.size > LARGEST or is_bypassed(at):
            return NOTHING_FOUND
        kind, origin = (SPAM, spammer(at)) if source == BY_TRAP else (HAM, friend(at))
        if not origin or not await self.has_room(source, origin):
            return NOTHING_FOUND
        self.box.put(at.message, seen, is_spam=kind is SPAM, source=source)
        return Report((kind(source),))

    async def has_room(self, source: str, origin: str) -> bool:
        if await self.counters.hit(f"lessons:{source}:{origin}", window=DAY) > self.config.per_sender:
            return False
        return await self.counters.hit(f"lessons:{source}", window=DAY) <= PER_DAY


def is_bypassed(at: MessageStage) -> bool:
    """Nobody asked the filter: the operator vouches for the sender."""
    level = at.so_far.value(SpamLevel)
    return bool(at.user) or (level is not None and level.scl == BYPASSED)


def spammer(at: MessageStage) -> str:
    """Who answers for what came to a trap: a domain that is proved, else the network; "" if nothing confirms it."""
    proved = proved_domains(at)
    if proved:
        return proved[0]
    others = [f.score for f in at.so_far if f.score > 0 and not f.code.startswith(OF_TRAPS)]
    return network(at.client_ip) if sum(others) >= CONFIRMED else ""


def friend(at: MessageStage) -> str:
    """The author, if it is proved who he is and nothing speaks against the message."""
    author = proved_author(at.so_far)
    level = at.so_far.value(SpamLevel)
    if author is None or (level is not None and level.pcl >= SUSPICIOUS):
        return ""
    doubts = sum([f.score for f in at.so_far if f.score > 0])
    return str(author) if doubts < DOUBTED else ""


def proved_domains(at: MessageStage) -> tuple[str, ...]:
    return authenticated(at.so_far.value(SpfResult), at.so_far.value(DkimResults))
