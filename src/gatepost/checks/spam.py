"""How sure is the filter that this message is spam?

Asked of the whole message, after all else is known of it; the answer is a spam confidence level (SCL) from 0 to 9 as
Exchange's Intelligent Message Filter had it, -1 where nobody asks: who has logged in, who is allowed, safe senders. A
classifier that has learned from other mail, and from yours (`gatepost learn`), gives log-odds by words, links, header
and structure; what other checks have found moves them by its points. Until it has been taught enough mail of both
kinds, words alone never make more than 6. The test string GTUBE makes 9. Words of your own add to the level, as the
filter's custom weighting list did: whole numbers, "min" or "max". A phishing level (PCL, 1 to 8) comes of who the
sender claims to be, what proves it, and where links lead. Both stand in the header for the mail store; see Gatepost's
page on the spam filter for what makes Exchange, Sieve and others honour them. `abuse` and `postmaster` (RFC 2142) get
their mail whatever its level.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gatepost.auth.dkim.result import DkimResults
from gatepost.auth.dmarc.judged import DmarcJudged, authenticated
from gatepost.auth.spf.result import SpfResult
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec, Wish
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Kind
from gatepost.model.inspection import Inspection, Link, Text
from gatepost.model.samples import found, message, rcpt
from gatepost.model.spam import BYPASSED, GTUBE, SpamLevel
from gatepost.model.stage import MessageStage, RcptStage
from gatepost.ports.lists import Entries, Lists
from gatepost.ports.spam_filter import SpamFilter
from gatepost.syntax.encoded_words import decoded
from gatepost.syntax.field_text import plain_value
from gatepost.syntax.keywords import Keywords, plain
from gatepost.syntax.printable import printable
from gatepost.syntax.units import Size

HIGHEST = 9
NUMBERS = "zero one two three four five six seven eight nine".split()
LEVELS = tuple(
    Kind(f"spam.scl_{number}", f"The spam confidence level is {level}.") for level, number in enumerate(NUMBERS)
)
PHISHING = Kind("spam.phishing", "The phishing confidence level is 4 or more.")
EXEMPT = Kind("spam_recipient.exempt", "The recipient gets mail whatever its spam confidence level.")
WORTH = 0.45  # log-odds that one point of other evidence is worth
MOST_POINTS, LEAST_POINTS = 12.0, -4.0  # that count
CERTAIN = 4.0  # points from which an untaught filter need not hold back
ENOUGH_WORDS = 25  # from which a message without links is judged by what it says
SHORT_TEXT = 500  # characters that certainly hold so many
SUSPICIOUS = 4  # PCL
HIGHEST_PCL = 8
CLAIMS = ("impersonation.", "lookalike.", "own_author.", "author.", "dmarc.fail", "dmarc.reject", "spf.fail")
"""Findings whose points count towards phishing."""
LINK_POINTS = {
    "text-differs": 1.0, "ip-host": 1.0, "userinfo": 2.0, "data": 1.5, "mixed-script": 1.5, "obfuscated": 1.0,
    "odd-scheme": 1.0,
}  # fmt: skip
REASONS_LIMIT = 300  # characters
TEST_MARK = "GTUBE-STANDARD"
HeaderName = Literal[
    "X-MS-Exchange-Organization-SCL", "X-SCL", "X-Spam-Level", "X-Spam-Score", "X-Spam-Status", "X-Spam-Flag"
]
"""Those that are taken out of mail from outside."""


class Weight(BaseModel):
    """What some words add to the level."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(min_length=1, max_length=1000, description="A word or phrase.")
    where: Literal["subject", "body", "both"] = Field("both", description="Where it is looked for.")
    change: int | Literal["min", "max"] = Field(
        description="Added to the level; min makes it 0, max makes it 9, both together 0."
    )


class Config(CheckSettings):
    """Section `[checks.spam]`."""

    gateway_threshold: int = Field(8, ge=1, le=10, description="Level from which `gateway_action` is done; 10: never.")
    gateway_action: Literal["reject", "quarantine", "tag", "none"] = Field("reject", description="What is done then.")
    store_threshold: int = Field(
        5, ge=1, le=10, description="Level from which the message is marked, for the mail store to file it as junk."
    )
    headers: tuple[HeaderName, ...] = Field(
        (), description="Header fields that hold the level, beside the one with the gateway's own prefix."
    )
    enough: int = Field(
        100, ge=10, le=10_000,
        description="Ham and spam, each, that must have been taught before words alone make a level above 6, and "
        "levels are cut by what was taught here.",
    )  # fmt: skip
    text: Size = Field(
        8 * 1024, ge=1024, le=64 * 1024,
        description="Characters of a message's text that the filter reads: its beginning and its end. What was taught "
        "before counts on.",
    )  # fmt: skip
    weights: tuple[Weight, ...] = Field((), description="The custom weighting list.")
    safe_senders: tuple[str, ...] = Field(
        (),
        description="Addresses, `@domain` or `@.domain` whose mail is not asked about, where SPF or DKIM proves them.",
    )
    blocked_senders: tuple[str, ...] = Field((), description="Senders whose mail is level 9, proven or not.")
    exempt_recipients: tuple[str, ...] = Field(
        ("abuse@", "postmaster@"), description="Who gets mail of any level: addresses, `@domain`, `local@`."
    )

    @model_validator(mode="after")
    def thresholds_rise(self) -> Self:
        if self.gateway_action != "none" and self.store_threshold > self.gateway_threshold:
            raise ValueError("store_threshold is above gateway_threshold: no message would ever reach the store's junk")
        return self


def saying(level: float, *more: object, **opinion: object) -> dict[str, object]:
    """A world in which the filter has that score for every message."""
    return {"spam_filter": {"score": level, **opinion}}


LOOKED = found(values=(Inspection(texts=(Text(path="1", kind="plain", text="word " * 30),)),))
PHISH = Inspection(links=(Link(url="http://x", traits=("text-differs", "userinfo", "ip-host")),))


class Spam(Check[MessageStage]):
    """Asks the filter, and adds what else is known."""

    spec = Spec(
        name="spam",
        kinds=(*LEVELS[1:], PHISHING),
        after=(
            "arc", "attachments", "author", "bounce", "campaign", "correspondent", "dkim", "dkim_replay", "dmarc",
            "header", "impersonation", "lines", "links", "lookalike", "mime", "own_author", "second_opinion",
            "spam_trap_message",
        ),
        timeout=5.0,
    )  # fmt: skip
    examples = (
        *(
            Example(
                says=f"The filter's score means {level}, and it was taught.",
                at=message(so_far=LOOKED),
                world=saying(float(level), is_taught=True),
                finds=(kind.code,),
            )
            for level, kind in enumerate(LEVELS)
            if level
        ),
        Example(
            says="Links do not lead where they say.",
            at=message(so_far=found(values=(PHISH,))),
            world=saying(-9.0),
            finds=("spam.phishing",),
        ),
        Example(
            says="A word of the weighting list is in the subject.",
            at=message(so_far=LOOKED),
            world=saying(1.0),
            config={"weights": ({"text": "Hello", "where": "subject", "change": 3},)},
            finds=("spam.scl_four",),
        ),
        Example(says="It reads like ordinary mail.", at=message(so_far=LOOKED), world=saying(-5.0), finds=()),
    )  # fmt: skip

    def __init__(self, config: Config, spam_filter: SpamFilter, lists: Lists) -> None:
        self.config = config
        self.filter = spam_filter
        self.safe = lists.open(config.safe_senders, None, Entries.ADDRESSES)
        self.blocked = lists.open(config.blocked_senders, None, Entries.ADDRESSES)
        self.weights = tuple((Keywords((weight.text,)), weight) for weight in config.weights)

    @classmethod
    def wishes(cls, config: Config) -> tuple[Wish, ...]:
        outcome = {"reject": "refused", "quarantine": "held", "tag": "marked", "none": ""}[config.gateway_action]
        above = config.gateway_threshold if outcome else HIGHEST + 1
        over = tuple(kind.code for kind in LEVELS[above:])
        store = tuple(kind.code for kind in LEVELS[config.store_threshold : above])
        return (
            *([Wish(codes=over, outcome=outcome, text=TEXT if outcome == "refused" else "")] if over else []),
            *([Wish(codes=store, outcome="marked")] if store else []),
        )

    def __call__(self, at: MessageStage) -> Report:
        seen = at.so_far.value(Inspection)
        if seen is None:
            return NOTHING_FOUND
        if at.user or self.is_good(at):
            return Report(value=SpamLevel(scl=BYPASSED, headers=self.config.headers))
        pcl = phishing(at.so_far.items, seen.links)
        scl, reasons = self.level(at, seen)
        findings = (
            *([LEVELS[scl](printable(reasons, REASONS_LIMIT))] if scl else []),
            *([PHISHING(f"PCL {pcl}")] if pcl >= SUSPICIOUS else []),
        )
        return Report(findings, SpamLevel(scl=scl, pcl=pcl, headers=self.config.headers))

    def is_good(self, at: MessageStage) -> bool:
        """Allowed, or a safe sender that proves to be him."""
        if any([finding.code.startswith("access_") and finding.code.endswith(".allowed") for finding in at.so_far]):
            return True
        if not self.config.safe_senders or at.sender is None or self.safe.has_address(at.sender) is None:
            return False
        proved = authenticated(at.so_far.value(SpfResult), at.so_far.value(DkimResults))
        judged = at.so_far.value(DmarcJudged)
        return at.sender.domain in proved or (judged is not None and judged.passes)

    def level(self, at: MessageStage, seen: Inspection) -> tuple[int, str]:
        """The level, and why."""
        if self.blocked.has_address(at.sender) is not None:
            return HIGHEST, "a blocked sender"
        if any([TEST_MARK in text.text and is_test(text.text) for text in seen.texts]):
            return HIGHEST, "the test string for spam filters, GTUBE"
        items = at.so_far.items
        opinion = self.filter.opinion(at.message.header, seen, tuple(finding.code for finding in items))
        points = max(LEAST_POINTS, min(MOST_POINTS, sum([finding.score for finding in items])))
        is_sure = opinion.is_taught or points >= CERTAIN
        score = opinion.score * weight_of(seen) if opinion.score > 0 else opinion.score
        scl = self.filter.level(score + WORTH * points, is_sure)
        is_held_back = not is_sure and self.filter.level(score + WORTH * points, True) > scl
        weighed = self.weighed(scl, at, seen) if self.weights else scl
        said = [f"{score:+.1f} by what it says", f"{points:+.1f} points of evidence" if points else ""]
        said += ["no higher until the site has taught it" if is_held_back else ""]
        said += [f"{weighed - scl:+d} by the weighting list" if weighed != scl else "", *opinion.reasons]
        return weighed, "; ".join(filter(None, said))

    def weighed(self, scl: int, at: MessageStage, seen: Inspection) -> int:
        """With the custom weighting list: MIN, or both MIN and MAX, make it 0, MAX 9, else the sum within 0 and 9."""
        subject = plain(" ".join(subjects(at)))
        body = plain(" ".join(bodies(seen.texts)))
        hit = [
            weight.change
            for words, weight in self.weights
            if (weight.where != "body" and words.are_in(subject)) or (weight.where != "subject" and words.are_in(body))
        ]
        if "min" in hit:
            return 0
        if "max" in hit:
            return HIGHEST
        return max(0, min(HIGHEST, scl + sum([change for change in hit if isinstance(change, int)])))


TEXT = "Message refused as spam"


def is_test(text: str) -> bool:
    """Also where tags or line ends part it, but for its mark."""
    return GTUBE in "".join(text.split())


def weight_of(seen: Inspection) -> float:
    """How much the suspicion of the filter counts: a few words and no link say next to nothing of a stranger."""
    if seen.links:
        return 1.0
    words = sum([len(text.text[:SHORT_TEXT].split()) for text in seen.texts])
    return min(1.0, words / ENOUGH_WORDS)


def phishing(findings: Sequence[Finding], links: Sequence[Link]) -> int:
    """The phishing confidence level."""
    points = sum([finding.score for finding in findings if finding.code.startswith(CLAIMS)])
    traits = {trait for link in links for trait in link.traits}
    points += sum([LINK_POINTS.get(trait, 0.0) for trait in traits])
    return max(1, min(HIGHEST_PCL, 1 + int(points)))


def subjects(at: MessageStage) -> Iterator[str]:
    for field in at.message.fields("subject"):
        yield decoded(plain_value(field).decode("utf-8", "replace"))[0]


def bodies(texts: Sequence[Text]) -> Iterator[str]:
    return (text.text for text in texts if text.kind != "hidden")


class SpamRecipient(Check[RcptStage]):
    """Says who gets mail of any level."""

    spec = Spec(name="spam_recipient", kinds=(EXEMPT,), section="spam")
    examples = (
        Example(says="Reports of abuse often quote spam.", at=rcpt("abuse@example.com"), finds=(EXEMPT.code,)),
        Example(says="Anybody else.", at=rcpt("bob@example.com"), finds=()),
    )

    def __init__(self, config: Config, lists: Lists) -> None:
        locals_of = [entry for entry in config.exempt_recipients if entry.endswith("@")]
        self.local_parts = frozenset(entry[:-1].lower() for entry in locals_of)
        others = tuple(entry for entry in config.exempt_recipients if not entry.endswith("@"))
        self.addresses = lists.open(others, None, Entries.ADDRESSES)

    def __call__(self, at: RcptStage) -> Report:
        exempt = at.recipient.local.lower() in self.local_parts or self.addresses.has_address(at.recipient) is not None
        return Report((EXEMPT(str(at.recipient)),)) if exempt else NOTHING_FOUND
