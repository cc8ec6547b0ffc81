"""Mails to lessons: looked into just as the gateway does, then taught, forgotten or judged."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from itertools import islice
from pathlib import Path

from msgspec import Struct

from gatepost.adapters.spam_model import report, transfer
from gatepost.adapters.spam_model.teacher import BY_HAND, JUDGED, Taught
from gatepost.app.inspection import WatchedInspector
from gatepost.app.spam_filter import learn_dir, spam_filter, spam_settings, teacher
from gatepost.config.settings import Settings
from gatepost.gateway.clock import SystemClock
from gatepost.learn.features import Features, features, sight
from gatepost.learn.identity import identity
from gatepost.learn.taught import Judged, Status
from gatepost.model.inspection import Inspection
from gatepost.model.message import Field, Message
from gatepost.model.samples import Octets
from gatepost.ports.unavailable import Unavailable
from gatepost.smtp.content import Stuffer
from gatepost.syntax.header import read_header

BATCH = 100  # mails that are taught at once: others may teach in between
LEARNED, KNOWN, RELEARNED, CAPPED = (each.value for each in Taught)
UNSEEN, FORGOTTEN, UNKNOWN = "unseen", "forgotten", "unknown"

Progress = Callable[[int], None]
"""Told how many mails are done."""


class CannotTakeIn(Exception):
    """Why a file of lessons cannot be used, in words for an operator."""


class Looked(Struct, frozen=True):
    """A mail and what is in it."""

    digest: bytes
    header: tuple[Field, ...]
    seen: Inspection

    def features(self, text: int) -> Features:
        """`text`: characters that are read."""
        return features(sight(self.header, self.seen, limit=text))


# ── looking ──────────────────────────────────────────────────────────────────
def message_of(octets: bytes) -> Message:
    """A mail out of a file, as the gateway keeps it: with CRLF, dot-stuffed."""
    return kept(Stuffer().stuff(octets)[0], len(octets))


def kept(stuffed: bytes, size: int) -> Message:
    header, length, malformed = read_header(stuffed)
    return Message(size=size, header=header, header_octets=length, content=Octets(stuffed), malformed=malformed)


def digest_of(message: Message) -> bytes:
    return identity(message.header, b"".join(message.content.chunks())[message.header_octets :])


async def looked_into(settings: Settings, messages: Iterable[Message]) -> AsyncGenerator[Looked | None, None]:
    """In their order; None for one that could not be looked into. Raises `Unavailable`."""
    try:
        inspector = WatchedInspector(settings)
    except (ValueError, OSError) as error:  # rules of the operator's
        raise Unavailable(str(error)) from error
    size = settings.inspection.most_processes()
    messages = iter(messages)
    try:
        while several := list(islice(messages, size)):
            for found in await asyncio.gather(*(look(inspector, message) for message in several)):
                yield found
    finally:
        inspector.close()


async def look(inspector: WatchedInspector, message: Message) -> Looked | None:
    try:
        seen = inspector.inspect(message)
        found = seen if isinstance(seen, Inspection) else await seen
    except Unavailable:
        return None
    return Looked(digest_of(message), message.header, found)


# ── teaching ─────────────────────────────────────────────────────────────────
async def teach(
    settings: Settings, messages: Iterable[Message], is_spam: bool, progress: Progress, source: str = BY_HAND
) -> Counter[str]:
    """How many were learned, known, relearned, capped, unseen. Raises `Unavailable`."""
    counts: Counter[str] = Counter()
    batch: list[tuple[bytes, Features]] = []
    text = spam_settings(settings).text
    async with aclosing(looked_into(settings, messages)) as found:
        async for each in found:
            if each is None:
                counts[UNSEEN] += 1
            else:
                batch.append((each.digest, each.features(text)))
            if len(batch) >= BATCH:
                counts.update(taught(settings, batch, is_spam, source))
                batch.clear()
            progress(counts.total() + len(batch))
    if batch or counts.total() > counts[UNSEEN]:
        counts.update(taught(settings, batch, is_spam, source, is_thorough=source == BY_HAND))
    return counts


def taught(
    settings: Settings, batch: Iterable[tuple[bytes, Features]], is_spam: bool, source: str, is_thorough: bool = False
) -> list[str]:
    now = SystemClock().now()
    with teacher(settings, is_thorough=is_thorough) as made:
        return [made.learn(digest, seen, is_spam, source, now).value for digest, seen in batch]


def forget(settings: Settings, messages: Iterable[Message], progress: Progress) -> Counter[str]:
    """How many were forgotten, and how many had taught nothing. Raises `Unavailable`."""
    counts: Counter[str] = Counter()
    digests = map(digest_of, messages)
    while batch := list(islice(digests, BATCH)):
        with teacher(settings) as made:
            counts.update([FORGOTTEN if made.unlearn(digest) else UNKNOWN for digest in batch])
        progress(counts.total())
    return counts


# ── what was taught ──────────────────────────────────────────────────────────
def status(settings: Settings) -> Status:
    """Raises `Unavailable`."""
    return report.status(learn_dir(settings), spam_settings(settings).enough)


def judged_lessons(settings: Settings) -> Judged:
    """The newest lessons, each held back from what judges it. Raises `Unavailable`."""
    return report.judged(learn_dir(settings), JUDGED, spam_settings(settings).enough)


async def judged_mails(
    settings: Settings, ham: Iterable[Message], spam: Iterable[Message], progress: Progress
) -> Judged:
    """By the filter as it is; what taught it is left out. Raises `Unavailable`."""
    directory = learn_dir(settings)
    judge = spam_filter(settings)
    scores: list[float] = []
    kinds: list[bool] = []
    for is_spam, messages in ((False, ham), (True, spam)):
        async with aclosing(looked_into(settings, messages)) as found:
            async for each in found:
                if each is not None and not report.known(directory, {each.digest}):
                    scores.append(judge.opinion(each.header, each.seen, ()).score)
                    kinds.append(is_spam)
                progress(len(scores))
    judge.tick()
    return Judged(scores=tuple(scores), is_spam=tuple(kinds), calibration=judge.calibration, is_taught=judge.is_taught)


def export(settings: Settings, target: Path) -> int:
    """How many lessons were written. Raises `Unavailable`, OSError."""
    return transfer.export(learn_dir(settings), target)


def take_in(settings: Settings, file: Path) -> Counter[str]:
    """All lessons in it or none. Raises `CannotTakeIn`, `Unavailable`."""
    now = SystemClock().now()
    try:
        with teacher(settings, is_thorough=True) as made:
            return Counter(
                KNOWN if made.knows(one.digest)
                else made.learn(one.digest, one.features, one.is_spam, BY_HAND, now).value
                for one in transfer.lectures(file)
            )  # fmt: skip
    except transfer.BadExport as error:
        raise CannotTakeIn(str(error)) from error
