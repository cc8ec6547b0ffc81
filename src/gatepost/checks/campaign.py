"""Does nearly the same text come from many sources, or was it bad when it came before?

Asked of the whole message. Of what the reader sees, if that is 25 words or more, up to four numbers are made; texts
share some of them where they are nearly alike, whatever names, figures and links were changed (Gatepost's own, by
MinHash). For each number it is counted within an hour, over all workers, how many recipients such mail had, and from
how many sources it came. A source is the domain that SPF or DKIM vouches for, the author's first, with all that is
below its registered name (RFC 7489 §3.2); where nobody vouches, the client's network. So a newsletter from many
addresses of one domain has one source. The first message with a number is counted without its source: most texts come
once, and take one place in the table of counters for each number then. On a busy gateway a text that is new gets its
places the less likely, the more are taken; one that keeps coming gets them all the same.

What was certain malware, or came to a spam trap, is remembered for a while, and what is nearly the same is told of too.

Both are evidence of few points, and must stay that: whoever sends your newsletter from many hosts, or with malware in
it, makes the real one look like his. Neither is found in mail of a domain that is vouched for and has a good name
(`reputation`), nor of somebody to whom a recipient has written (`correspondent`). Bounces are alike everywhere and are
left out.
"""

from collections.abc import Coroutine, Sequence
from typing import Any
from zlib import crc32

from pydantic import Field

from gatepost.auth.author import Author
from gatepost.auth.dkim.result import DkimResults
from gatepost.auth.dmarc.judged import authenticated
from gatepost.auth.reputation import History, Repute, network
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.auth.suffixes import organizational_domain
from gatepost.learn.near_duplicates import bands
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Findings, Kind
from gatepost.model.inspection import Inspection, Text
from gatepost.model.samples import found, message
from gatepost.model.stage import MessageStage
from gatepost.ports.counters import Counters
from gatepost.ports.memory import Memory
from gatepost.syntax.units import Duration

MANY_SOURCES = Kind(
    "campaign.many_sources", "Nearly the same text came from many sources to many recipients.", score=2.0
)
KNOWN_BAD = Kind("campaign.known_bad", "It is nearly the same as a message that was certainly bad.", score=2.0)

CERTAIN = ("antivirus.virus", "antivirus.embedded", "spam_trap_message.")
"""How the codes begin of what makes a message certainly bad."""
CORRESPONDENT = "correspondent.known"
ALLOWED = frozenset("access_client.allowed access_helo.allowed access_sender.allowed access_recipient.allowed".split())
DAY = 86_400.0  # seconds
WINDOW = 3600.0  # seconds
ROWS = 32_768  # of the shared counters that are taken in an hour: a quarter of them
STARTS = 24_576  # of those, that may be taken by texts that are new
DRAWS = 1 << 16  # outcomes of the draw for these
MARKS = 50  # texts in an hour that are newly remembered as bad: a flood of them must not push out all else
ALIKE = 2  # numbers in common with a bad one, where a text has so many: one is shared by chance too often
TAKEN, MARKED = "campaign:rows", "campaign:marks"  # what is counted of the counting itself


def key_of(band: str) -> str:
    """Under which its recipients are counted; further keys begin with it."""
    return f"campaign:{band}"


def mark_of(band: str) -> str:
    """Where it is remembered that it was bad, and by what."""
    return f"campaign:bad:{band}"


class Config(CheckSettings):
    """Section `[checks.campaign]`."""

    sources: int = Field(
        5, ge=2, le=1000, description="Sources within an hour from which nearly the same text makes a campaign."
    )
    recipients: int = Field(20, ge=2, description="Recipients that it must have had within that hour, all together.")
    remembered: Duration = Field(
        DAY,
        ge=0,
        le=30 * DAY,
        description="How long the text of a certainly bad message is remembered; 0 = not at all.",
    )


WORDS = (
    "Dear friend, our doctors have found what drug stores do not want you to know. Order the same pills from our shop "
    "in the islands and save more than half of what you pay today. No prescription is asked for, nobody at home will "
    "see what is in the parcel, and if you are not happy we send your money back. Stocks are low, so come in and order "
    "now, while this offer lasts."
)
SEEN = Inspection(texts=(Text(path="1", kind="plain", text=WORDS),))
BANDS = bands(SEEN)
VOUCHED = SpfResult(result=Spf.PASS, domain="news.example.net")
GOOD = Repute("news.example.net", History(good=50.0))


def counted(sources: int, recipients: int) -> dict[str, dict[str, int]]:
    """A world in which that text has come from so many sources."""
    keys = [key_of(band) for band in BANDS]
    return {"counters": {**dict.fromkeys(keys, recipients), **{f"{key}:sources": sources for key in keys}}}


class Campaign(Check[MessageStage]):
    """Counts a text, and compares it with bad ones."""

    spec = Spec(
        name="campaign",
        kinds=(MANY_SOURCES, KNOWN_BAD),
        after=("antivirus", "author", "correspondent", "dkim", "mime", "spam_trap_message", "spf_relayed"),
        timeout=1.0,
        records=True,
    )
    examples = (
        Example(
            says="The text of this unknown client came from four other sources within the hour, to 19 recipients.",
            at=message(so_far=found(values=(SEEN,))),
            world=counted(4, 19),
            finds=("campaign.many_sources",),
        ),
        Example(
            says="A near-duplicate had a virus in it, this one does not.",
            at=message(so_far=found(values=(SEEN,))),
            world={"memory": {mark_of(band): "antivirus.virus" for band in BANDS[:2]}},
            finds=("campaign.known_bad",),
        ),
        Example(
            says="The same text as of both, from a domain that SPF vouches for and that is known for good mail.",
            at=message(so_far=found(values=(SEEN, VOUCHED, GOOD))),
            world={**counted(4, 19), "memory": {mark_of(band): "antivirus.virus" for band in BANDS}},
            finds=(),
        ),
        Example(
            says="A newsletter with thousands of recipients from one source.",
            at=message(so_far=found(values=(SEEN, VOUCHED))),
            world=counted(1, 5000),
            finds=(),
        ),
        Example(says="A text of two words.", at=message(), finds=()),
    )

    def __init__(self, config: Config, counters: Counters, memory: Memory) -> None:
        self.config = config
        self.counters = counters
        self.memory = memory

    def __call__(self, at: MessageStage) -> Report | Coroutine[Any, Any, Report]:
        seen = at.so_far.value(Inspection)
        codes = [finding.code for finding in at.so_far]
        if seen is None or at.sender is None or at.user or not ALLOWED.isdisjoint(codes):
            return NOTHING_FOUND
        text = bands(seen)
        return self.judged(at, text, next(filter(is_certain, codes), "")) if text else NOTHING_FOUND

    async def judged(self, at: MessageStage, text: Sequence[str], certain: str) -> Report:
        """
        Args:
            text: its bands.
            certain: the code of what makes it certainly bad, "" for nothing.
        """
        if certain and self.config.remembered:
            await self.mark(text, certain)
        if has_good_name(at.so_far):
            return NOTHING_FOUND
        sources, recipients = await self.count(at, text)
        findings = []
        if sources >= self.config.sources and recipients >= self.config.recipients:
            findings.append(MANY_SOURCES(f"{sources} sources or more and {recipients} recipients within an hour"))
        like = "" if certain else await self.known_bad(text)
        if like:
            findings.append(KNOWN_BAD(f"nearly the same as one with {like}"))
        return Report(tuple(findings)) if findings else NOTHING_FOUND

    async def count(self, at: MessageStage, text: Sequence[str]) -> tuple[int, int]:
        """Sources and recipients of the band that has the most of both; (0, 0) if nothing like it has come before."""
        recipients, origin = len(at.recipients), source(at)
        taken = await self.counters.peek(TAKEN, window=WINDOW)
        is_drawn = crc32(at.transaction.encode()) % DRAWS * STARTS < (STARTS - taken) * DRAWS
        most, rows = (0, 0), 0
        for key in map(key_of, text):
            if not is_drawn and not await self.counters.peek(key, window=WINDOW):
                continue
            total = await self.counters.hit(key, window=WINDOW, amount=recipients)
            if total <= recipients:
                rows += 1
                continue
            sources, more = await self.count_source(key, origin, has_room=taken < ROWS)
            most = max(most, (sources, total))
            rows += more
        if rows:
            await self.counters.hit(TAKEN, window=WINDOW, amount=rows)
        return most

    async def count_source(self, key: str, origin: str, *, has_room: bool) -> tuple[int, int]:
        """Sources of a text, this one among them, and rows that were taken. Beyond what is asked for none is counted.

        A source is not counted again while it is, so that both its row and the count end an hour after it was.
        """
        counted, own = f"{key}:sources", f"{key}:{origin}"
        known = await self.counters.peek(counted, window=WINDOW)
        if known >= self.config.sources or not has_room or await self.counters.peek(own, window=WINDOW):
            return known, 0
        if await self.counters.hit(own, window=WINDOW) > 1:  # another worker was quicker
            return known, 0
        return await self.counters.hit(counted, window=WINDOW), 1 if known else 2

    async def mark(self, text: Sequence[str], certain: str) -> None:
        known = [await self.memory.get(mark_of(band)) for band in text]
        if None in known and await self.counters.hit(MARKED, window=WINDOW) > MARKS:
            return
        for band in text:
            await self.memory.put(mark_of(band), certain, ttl=self.config.remembered)

    async def known_bad(self, text: Sequence[str]) -> str:
        """What made a text bad that is nearly the same; "" if none is known."""
        marks = [mark for band in text if (mark := await self.memory.get(mark_of(band)))]
        return marks[0] if len(marks) >= min(ALIKE, len(text)) else ""


def is_certain(code: str) -> bool:
    return code.startswith(CERTAIN)


def vouching(known: Findings) -> tuple[str, ...]:
    """Domains that SPF or DKIM vouch for."""
    return authenticated(known.value(SpfResult), known.value(DkimResults))


def has_good_name(known: Findings) -> bool:
    """It is from a domain that is known for good mail, and vouched for; or from somebody a recipient knows."""
    if any([finding.code == CORRESPONDENT for finding in known]):
        return True
    repute = known.value(Repute)
    return repute is not None and repute.is_good and repute.subject in vouching(known)


def source(at: MessageStage) -> str:
    """Who answers for the message: a registered domain, the author's if that is vouched for, else a network."""
    author = at.so_far.value(Author)
    authors = {organizational_domain(domain) for domain in author.domains} if author is not None else set()
    owners = [organizational_domain(domain) for domain in vouching(at.so_far)]
    if not owners:
        return network(at.client_ip)
    return next((owner for owner in owners if owner in authors), owners[0])
