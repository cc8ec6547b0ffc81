"""Do antivirus engines know what the message holds?

Asked of the whole message, as a recipient would have it: of every engine that `engines` names (`[engines.<name>]`:
clamd, ICAP servers (RFC 3507), programs of your own), all at once, each once for the same octets, however often a
client tries again. What the rules that come with the gateway, and rules of your own in YARA's language, have matched
in parts, archives and documents is told here too; they are matched where the message is looked into (`mime`).

An engine that gives no answer is never taken to have found nothing: the client is told to come back (an engine may be
set `required = false`). Nor is one that could not look into everything (size, depth, encryption): such mail is held.
"""

from collections.abc import Coroutine, Iterator
from fnmatch import fnmatchcase
from typing import Any

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, FailMode, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Findings, Kind
from gatepost.model.inspection import Inspection, Item, labels
from gatepost.model.samples import found, message
from gatepost.model.stage import MessageStage
from gatepost.ports.scanner import Scanned, Scanners, Silent
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.printable import printable
from gatepost.syntax.units import Duration

VIRUS = Kind("antivirus.virus", "An antivirus engine has found malware.", score=10.0)
EMBEDDED = Kind("antivirus.embedded", "A rule for malware matches something in the message.", score=10.0)
UNSCANNABLE = Kind("antivirus.unscannable", "An antivirus engine could not look into all of it.", score=1.0)
NO_ANSWER = Kind("antivirus.no_answer", "An engine that is not required gave no answer.")
OUTDATED = Kind("antivirus.outdated", "An engine has found nothing, by signatures that are old.")
DAY = 86_400.0
DETAILS = 3  # of one kind, named in its finding
DETAIL_LIMIT = 160  # characters
EVERY_ROLE = ("inbound", "internal", "submission")


class Config(CheckSettings):
    """Section `[checks.antivirus]`."""

    engines: tuple[str, ...] = Field(
        (),
        description="Names of the `[engines.<name>]` that are asked. With none, only the rules that come with the "
        "gateway are matched.",
        examples=[["clamav"]],
    )
    concurrency: int = Field(
        4, ge=1, le=100, description="Scans of one engine at once, in each worker; further ones wait."
    )
    cache: Duration = Field(
        600.0, ge=0, le=86_400,
        description="How long a verdict is remembered, of the same octets and the same signatures.",
    )  # fmt: skip
    max_signature_age: Duration = Field(
        7 * DAY, ge=3600, description="Signatures older than this raise an alarm and are told of every message."
    )
    ignore: tuple[str, ...] = Field(
        (),
        description="Names of signatures and rules that do not count, because they find what is harmless; `*` stands "
        "for anything.",
        examples=[["PUA.*"]],
    )


def engine(**said: Any) -> dict[str, Any]:
    """A world in which the engine `clamav` says that of every message."""
    return {"engines": {"clamav": said}}


ASKING = {"engines": ("clamav",)}
MATCHED = Inspection(items=(Item(path="2!order.one", engines=("OneNote_With_Program",)),))


class Antivirus(Check[MessageStage]):
    """Has the message scanned."""

    spec = Spec(
        name="antivirus",
        kinds=(VIRUS, EMBEDDED, UNSCANNABLE, NO_ANSWER, OUTDATED),
        after=("mime",),
        timeout=20.0,
        if_unavailable=FailMode.TEMPFAIL,
        roles=EVERY_ROLE,
    )
    examples = (
        Example(
            says="An engine knows what is in it.",
            at=message(),
            world=engine(infected=("Eicar-Test-Signature",)),
            config=ASKING,
            finds=("antivirus.virus",),
        ),
        Example(
            says="A rule matches a notebook with a program in it.",
            at=message(so_far=found(values=(MATCHED,))),
            finds=("antivirus.embedded",),
        ),
        Example(
            says="An archive is nested deeper than the engine looks.",
            at=message(),
            world=engine(unscannable="Heuristics.Limits.Exceeded.MaxRecursion"),
            config=ASKING,
            finds=("antivirus.unscannable",),
        ),
        Example(
            says="An engine that is not required is down.",
            at=message(),
            world=engine(silent="connection refused", required=False),
            config=ASKING,
            finds=("antivirus.no_answer",),
        ),
        Example(
            says="The engine finds nothing, and has not got signatures for a month.",
            at=message(now=1704103200.0),
            world=engine(signatures=1704103200.0 - 30 * DAY),
            config=ASKING,
            finds=("antivirus.outdated",),
        ),
        Example(
            says="What the engine finds is known to be harmless.",
            at=message(),
            world=engine(infected=("PUA.Win.Tool.Packed-1",)),
            config={**ASKING, "ignore": ("PUA.*",)},
            finds=(),
        ),
        Example(says="No engine finds anything.", at=message(), world=engine(), config=ASKING, finds=()),
    )

    def __init__(self, config: Config, scanners: Scanners) -> None:
        self.config = config
        self.scanners = scanners

    def __call__(self, at: MessageStage) -> Report | Coroutine[Any, Any, Report]:
        matched = tuple(self.matched(at.so_far))
        if self.config.engines:
            return self.scanned(at, matched)
        return Report(matched) if matched else NOTHING_FOUND

    def matched(self, known: Findings) -> Iterator[Finding]:
        """What rules have matched in the things in it."""
        inspection = known.value(Inspection)
        if inspection is None:
            return
        items = inspection.items
        called = labels(items)
        names = [f"{name} in {called[item.path]}" for item in items for name in item.engines if self.counts(name)]
        if names:
            yield EMBEDDED(together(names))

    async def scanned(self, at: MessageStage, matched: tuple[Finding, ...]) -> Report:
        answers = await self.scanners.scan(at.message, self.config.engines)
        findings = (*self.findings(answers, at.now), *matched)
        if findings and any(each.code in (VIRUS.code, EMBEDDED.code) for each in findings):
            return Report(findings)  # what is known to be malware need not wait for who is silent
        silent = [each.reason for each in answers if isinstance(each, Silent) and each.required]
        if silent:
            raise Unavailable(printable("; ".join(silent), DETAIL_LIMIT))
        return Report(findings) if findings else NOTHING_FOUND

    def findings(self, answers: tuple[Scanned | Silent, ...], now: float) -> Iterator[Finding]:
        scanned = [each for each in answers if isinstance(each, Scanned)]
        names = [f"{name} ({each.engine})" for each in scanned for name in each.infected if self.counts(name)]
        if names:
            yield VIRUS(together(names))
        unread = [f"{each.engine}: {each.unscannable}" for each in scanned if each.unscannable]
        if unread:
            yield UNSCANNABLE(together(unread))
        quiet = [f"{each.engine}: {each.reason}" for each in answers if isinstance(each, Silent) and not each.required]
        if quiet:
            yield NO_ANSWER(together(quiet))
        ages = {each.engine: now - each.signatures for each in scanned if each.signatures}
        old = [f"{name}: {age / DAY:.0f} days" for name, age in ages.items() if age > self.config.max_signature_age]
        if old and not names:
            yield OUTDATED(together(old))

    def counts(self, name: str) -> bool:
        return not any(fnmatchcase(name, pattern) for pattern in self.config.ignore)


def together(details: list[str]) -> str:
    """The first of them, bounded, printable."""
    shown = "; ".join(details[:DETAILS])
    return printable(shown if len(details) <= DETAILS else f"{shown} ...", DETAIL_LIMIT)
