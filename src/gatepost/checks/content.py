"""Does the message hold words or files that a rule of yours names?

Asked of the whole message. Rules in order, the first that matches ends it, as in ISA Server's Message Screener: the
sender or his domain, words in subject, header or text, names, extensions and sizes of attachments. What a rule names
must all be there. Unlike the screener it reads what is read in the end: encoded words (RFC 2047), every reading and
every part of a message (RFC 2046), text within pages, and attachments within archives, digests and attached messages;
pieces of messages (message/partial) pass nowhere. A sender is what the envelope says: `spf` and `dmarc` ask for proof.
"""

from collections.abc import Callable, Iterator
from fnmatch import translate
from re import IGNORECASE, Pattern
from re import compile as pattern
from typing import Literal

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec, Wish
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.inspection import Inspection, Item, Text
from gatepost.model.message import Message
from gatepost.model.samples import found, message
from gatepost.model.stage import MessageStage
from gatepost.ports.lists import AccessList, Entries, Lists
from gatepost.syntax.encoded_words import decoded
from gatepost.syntax.field_text import plain_value
from gatepost.syntax.keywords import Keywords, plain
from gatepost.syntax.units import Size

REFUSED = Kind("content.refused", "A rule of yours refuses what the message says or holds.")
HELD = Kind("content.held", "A rule of yours holds what the message says or holds.")
MARKED = Kind("content.marked", "A rule of yours marks what the message says or holds.")
BY_ACTION = {"reject": REFUSED, "quarantine": HELD, "tag": MARKED}
HEADER_LIMIT = 64 * 1024  # octets of fields that are searched: ours


class RuleSettings(BaseModel):
    """What a rule names must all be there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="Shown in logs and traces; small letters, digits, hyphens."
    )
    action: Literal["reject", "quarantine", "tag"] = Field("quarantine", description="What becomes of the message.")
    senders: tuple[str, ...] = Field((), description="Envelope senders: addresses, `@domain`, `@.domain`, `<>`.")
    keywords: tuple[str, ...] = Field((), description="Words or phrases, one of which must be there.")
    where: Literal["subject", "header", "body", "anywhere"] = Field(
        "anywhere", description="Where words are looked for."
    )
    attachment_names: tuple[str, ...] = Field((), description='Patterns of names: "order*.doc".')
    attachment_extensions: tuple[str, ...] = Field((), description='Extensions of names: "doc".')
    attachment_size: Size | None = Field(None, ge=1, description="Octets from which an attachment counts.")

    @field_validator("keywords")
    @classmethod
    def have_letters(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            if not any(character.isalnum() for character in plain(word)):
                raise ValueError(f'"{word}" has neither letter nor digit')
        return value

    @model_validator(mode="after")
    def asks_for_something(self) -> "RuleSettings":
        if not (self.senders or self.keywords or self.asks_for_attachments):
            raise ValueError("names no sender, no keyword and no attachment: it would match every message")
        return self

    @property
    def asks_for_attachments(self) -> bool:
        return bool(self.attachment_names or self.attachment_extensions or self.attachment_size)


class Config(CheckSettings):
    """Section `[checks.content]`."""

    rules: tuple[RuleSettings, ...] = Field((), description="Asked in this order; the first that matches ends it.")


class Rule(Struct, frozen=True):
    """One rule, ready to be asked."""

    settings: RuleSettings
    senders: AccessList
    keywords: Keywords
    names: tuple[Pattern[str], ...]
    extensions: frozenset[str]

    def has_item(self, item: Item) -> bool:
        settings = self.settings
        if settings.attachment_size and item.size < settings.attachment_size:
            return False
        if not (self.names or self.extensions):
            return True
        endings = {name.strip(" .").rpartition(".")[2].lower() for name in item.names}
        return bool(endings & self.extensions) or any([each.match(n) for each in self.names for n in item.names])


def saying(*texts: str, items: tuple[Item, ...] = ()) -> MessageStage:
    words = tuple(Text(path="1", kind="plain", text=text) for text in texts)
    return message(so_far=found(values=(Inspection(texts=words, items=items),)))


LOTTERY = {"rules": [{"name": "lottery", "keywords": ["you have won"], "action": "reject"}]}
ORDERS = {"rules": [{"name": "orders", "attachment_extensions": ["doc"], "senders": ["@example.net"]}]}


class Content(Check[MessageStage]):
    """Asks the rules in order."""

    spec = Spec(
        name="content", kinds=(REFUSED, HELD, MARKED), after=("mime",), roles=("inbound", "internal", "submission")
    )
    examples = (
        Example(
            says="It says what a rule looks for, with characters between that nobody sees.",
            at=saying("YOU ha\u200bve\r\n  won!"),
            config=LOTTERY,
            finds=("content.refused",),
        ),
        Example(
            says="A sender of that domain has sent a document within an archive.",
            at=saying(items=(Item(path="2!a.zip!order.DOC", names=("order.DOC",)),)),
            config=ORDERS,
            finds=("content.held",),
        ),
        Example(
            says="The subject has the word.",
            at=message(b"Subject: =?utf-8?q?L=6Fttery?=\r\n"),
            config={"rules": [{"name": "a", "keywords": ["lottery"], "where": "subject", "action": "tag"}]},
            finds=("content.marked",),
        ),
        Example(says="Nothing of it is there.", at=saying("We have won."), config=LOTTERY, finds=()),
    )

    def __init__(self, config: Config, lists: Lists) -> None:
        self.rules = [
            Rule(
                rule,
                lists.open(rule.senders, None, Entries.ADDRESSES),
                Keywords(rule.keywords),
                tuple(pattern(translate(name), IGNORECASE) for name in rule.attachment_names),
                frozenset(name.lower().removeprefix(".") for name in rule.attachment_extensions),
            )
            for rule in config.rules
        ]

    @classmethod
    def wishes(cls, config: Config) -> tuple[Wish, ...]:
        return (
            Wish(codes=(REFUSED.code,), outcome="refused"),
            Wish(codes=(HELD.code,), outcome="held"),
            Wish(codes=(MARKED.code,), outcome="marked"),
        )

    def is_idle(self) -> bool:
        return not self.rules

    def __call__(self, at: MessageStage) -> Report:
        shown = Shown(at.message, at.so_far.value(Inspection) or Inspection())
        for rule in self.rules:
            if self.matches(rule, at, shown):
                return Report((BY_ACTION[rule.settings.action](rule.settings.name),))
        return NOTHING_FOUND

    def matches(self, rule: Rule, at: MessageStage, shown: "Shown") -> bool:
        settings = rule.settings
        if settings.senders and rule.senders.has_address(at.sender) is None:
            return False
        if settings.asks_for_attachments and not any([rule.has_item(item) for item in shown.items]):
            return False
        return not settings.keywords or any(rule.keywords.are_in(text) for text in shown.texts(settings.where))


class Shown:
    """What a reader of the message sees, made when a rule first asks for it; owned by one run of the check."""

    def __init__(self, whole: Message, inspection: Inspection) -> None:
        self.message = whole
        self.items = tuple(item for item in inspection.items if item.names or "!" in item.path)
        self.bodies = inspection.texts
        self.made: dict[str, tuple[str, ...]] = {}

    def texts(self, where: str) -> Iterator[str]:
        if where == "subject":
            yield from self.once("subject", self.subjects)
        if where in ("header", "anywhere"):
            yield from self.once("header", self.header)
        if where in ("body", "anywhere"):
            yield from self.once("body", self.body)

    def once(self, name: str, make: Callable[[], Iterator[str]]) -> tuple[str, ...]:
        if name not in self.made:
            self.made[name] = tuple(plain(text) for text in make())
        return self.made[name]

    def subjects(self) -> Iterator[str]:
        for field in self.message.fields("subject"):
            yield decoded(plain_value(field).decode("utf-8", "replace"))[0]

    def header(self) -> Iterator[str]:
        left = HEADER_LIMIT
        for field in self.message.header:
            left -= len(field.raw)
            if left < 0:
                return
            yield decoded(plain_value(field).decode("utf-8", "replace"))[0]

    def body(self) -> Iterator[str]:
        return (text.text for text in self.bodies)
