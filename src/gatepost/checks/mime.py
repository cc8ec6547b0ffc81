"""What does the message hold, and do all mail programs agree on it?

Asked of the whole message. It is read in every way in which a mail program might read it (RFC 2045, 2046, 2047, 2231
and what programs make of messages that break them), and everything in it is opened as far as the budgets of
`[inspection]` go: archives, documents, mails within the mail. What later checks ask (`attachments`, `antivirus`) they
ask of that. Here is told only what is wrong with the message as a whole: readings that would open different things
for different readers, structure beyond all use, content that is elsewhere (message/partial, message/external-body),
and what could not be looked into. The latter is never taken for clean: the rule `unscannable` holds such mail.
"""

from collections.abc import Awaitable, Coroutine, Iterator, Sequence
from typing import Any

from gatepost.model.check import Check, Example, FailMode, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Kind
from gatepost.model.inspection import Ambiguity, FileClass, Inspection, Item
from gatepost.model.samples import message
from gatepost.model.stage import MessageStage
from gatepost.ports.inspector import Inspector
from gatepost.syntax.printable import printable

AMBIGUOUS = Kind("mime.ambiguous", "Mail programs read the message differently, and would open the same.", score=0.5)
CONFLICTING = Kind("mime.conflicting", "Mail programs that read it differently would open different things.", score=4.0)
LIMITS = Kind("mime.limits", "The structure is larger or deeper than any mail needs.", score=2.0)
FRAGMENT = Kind("mime.fragment", "Content is elsewhere: a piece of a message, or an external body.", score=2.0)
UNSCANNABLE = Kind("mime.unscannable", "Something could not be looked into.", score=1.0)
STRUCTURE = frozenset(("header", "parts", "depth", "parameters", "readings"))
"""Budgets of the structure; those of content are of `unscannable`."""
DETAILS = 3  # of one kind, named in its finding
DETAIL_LIMIT = 160  # characters
EVERY_ROLE = ("inbound", "internal", "submission")


class Config(CheckSettings):
    """Section `[checks.mime]`."""


def inspected(**found: Any) -> dict[str, Inspection]:
    """A world in which the message holds that."""
    return {"inspection": Inspection(**found)}


class Mime(Check[MessageStage]):
    """Has the message looked into; leaves the `Inspection` for later checks."""

    spec = Spec(
        name="mime",
        kinds=(AMBIGUOUS, CONFLICTING, LIMITS, FRAGMENT, UNSCANNABLE),
        timeout=30.0,
        if_unavailable=FailMode.TEMPFAIL,
        roles=EVERY_ROLE,
    )
    examples = (
        Example(says="An ordinary message.", at=message(), finds=()),
        Example(
            says="A part has two encodings, and both give the same.",
            at=message(),
            world=inspected(ambiguities=(Ambiguity("two-encodings", "part 1"),)),
            finds=("mime.ambiguous",),
        ),
        Example(
            says="It has two boundaries, and one of them shows an attachment.",
            at=message(),
            world=inspected(ambiguities=(Ambiguity("two-boundaries", "part 1", opens=True),)),
            finds=("mime.conflicting",),
        ),
        Example(
            says="Multiparts are within each other a hundred times.",
            at=message(),
            world=inspected(over=("depth",)),
            finds=("mime.limits",),
        ),
        Example(
            says="It is a piece of a message.",
            at=message(),
            world=inspected(items=(Item(path="1", declared="message/partial", classes=(FileClass.FRAGMENT,)),)),
            finds=("mime.fragment",),
        ),
        Example(
            says="An archive unpacks to more than is allowed.",
            at=message(),
            world=inspected(over=("size",), unscannable=("2!bomb.zip: over budget: size",)),
            finds=("mime.unscannable",),
        ),
    )

    def __init__(self, config: Config, inspector: Inspector) -> None:
        self.inspector = inspector

    def __call__(self, at: MessageStage) -> Report | Coroutine[Any, Any, Report]:
        answer = self.inspector.inspect(at.message)
        return report(answer) if isinstance(answer, Inspection) else reported(answer)


async def reported(answer: Awaitable[Inspection]) -> Report:
    return report(await answer)


def report(inspection: Inspection) -> Report:
    """What is wrong with it, and the inspection itself."""
    return Report(tuple(findings(inspection)), inspection)


def findings(inspection: Inspection) -> Iterator[Finding]:
    ambiguities = inspection.ambiguities
    if ambiguities:
        worst = [each for each in ambiguities if each.opens]
        kind = CONFLICTING if worst else AMBIGUOUS
        yield kind(together([f"{each.code} ({each.detail})" for each in worst or ambiguities]))
    over = [name for name in inspection.over if name in STRUCTURE]
    if over:
        yield LIMITS(together(over))
    pieces = [item for item in inspection.items if FileClass.FRAGMENT in item.classes]
    if pieces:
        yield FRAGMENT(together([f"{item.path}: {item.declared}" for item in pieces]))
    unread = inspection.unscannable or [f"over budget: {name}" for name in inspection.over if name not in STRUCTURE]
    if unread:
        yield UNSCANNABLE(together(unread))


def together(details: Sequence[str]) -> str:
    """The first of them, bounded, printable."""
    shown = "; ".join(details[:DETAILS])
    return printable(shown if len(details) <= DETAILS else f"{shown} ...", DETAIL_LIMIT)
