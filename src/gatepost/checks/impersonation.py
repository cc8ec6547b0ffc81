"""Does the name beside the author's address claim somebody else?

Asked when the whole message is there. RFC 5322 §3.4 lets everybody write any display name, and many mail programs show
nothing else. Whom to protect is yours to say: people with the addresses under which they write, and brands likewise.
Names compare by their words in any order, without case, accents and look-alikes: "SMITH, Ánna (CEO)" is Anna Smith.
People share names, and services write in the name of others: all of it is evidence, and `known` spares such services.
A message from a domain of ours that SPF, DKIM, DMARC or a trusted forwarder vouches for claims nobody.
"""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field, field_validator

from gatepost.auth.author import Author, Standing, author
from gatepost.auth.dkim.result import DkimResult, DkimResults, Reason
from gatepost.auth.dmarc.judged import DmarcJudged, authenticated
from gatepost.auth.impersonation import (
    Person,
    ProtectedPeople,
    addresses_in,
    claimed,
    diverted_reply,
    foreign_address,
    impersonated,
    words_of,
)
from gatepost.auth.scripts import shown_label
from gatepost.auth.spf.result import SpfResult
from gatepost.auth.suffixes import organizational_domain
from gatepost.model.address import Address, Domain
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Kind
from gatepost.model.message import Message
from gatepost.model.samples import found, message
from gatepost.model.stage import MessageStage
from gatepost.ports.lists import Entries, Lists
from gatepost.ports.own_names import OwnNames
from gatepost.syntax.address import address
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.mailbox_list import Defect, Mailbox
from gatepost.syntax.mailboxes import read_field
from gatepost.syntax.printable import printable

PERSON = Kind("impersonation.person", "A protected name is shown beside an address that is not its own.", score=5.0)
OWN_NAME = Kind("impersonation.own_name", "The display name holds the name of a domain of ours.", score=1.5)
OWN_ADDRESS = Kind("impersonation.own_address", "The display name holds an address of ours.", score=3.0)
OTHER_ADDRESS = Kind("impersonation.other_address", "The display name holds another organization's address.", score=1.0)
REPLY_TO = Kind("impersonation.reply_to", "A protected name is shown, and replies go elsewhere.", score=3.0)
HIDDEN = Kind("impersonation.hidden", "The display name holds characters that are not seen.", score=1.0)
NOT_SEEN = frozenset((Defect.CONTROL, Defect.DIRECTION, Defect.NO_WIDTH))
REPLIES_LIMIT = 5  # fields, and mailboxes in each, that are looked at: ours
DETAIL_LIMIT = 100  # characters
ANNA = {"people": [{"name": "Anna Smith", "addresses": ["anna@example.com"]}]}
COLLEAGUE = Mailbox("Anna Smith", Address("anna.smith", Domain("example.com")))
SIGNED_BY_US = DkimResults((DkimResult(reason=Reason.VERIFIED, domain="example.com"),))


class PersonSettings(BaseModel):
    """Somebody whose name others are not to bear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=100, description="As people write it, or a brand.")
    addresses: tuple[str, ...] = Field((), description="Addresses under which this name is no claim.")

    @field_validator("name")
    @classmethod
    def has_words(cls, value: str) -> str:
        if not words_of(value):
            raise ValueError("takes a name with letters or digits")
        return value

    @field_validator("addresses")
    @classmethod
    def are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            try:
                address(text)
            except BadSyntax as error:
                raise ValueError(f'"{text}" is no address ({error.reason}): "anna@example.com" is one') from None
        return value


class Config(CheckSettings):
    """Section `[checks.impersonation]`."""

    people: tuple[PersonSettings, ...] = Field(
        (), description='Whom to protect: `{ name = "Anna Smith", addresses = ["anna@example.com"] }` for each.'
    )
    own_names: bool = Field(
        True, description="Whether names of our own domains are protected too: `contoso` of contoso.com."
    )
    known: tuple[str, ...] = Field(
        (), description="Domains that may show any name: `service.example`, or `.service.example` with all below it."
    )
    known_file: str | None = Field(
        None, description="File with further such domains, one a line, `#` for comments; read again when it changes."
    )


class Impersonation(Check[MessageStage]):
    """Compares display names with the protected ones, and addresses in them with the address beside them."""

    spec = Spec(
        name="impersonation",
        kinds=(PERSON, OWN_NAME, OWN_ADDRESS, OTHER_ADDRESS, REPLY_TO, HIDDEN),
        after=("author", "dkim", "dmarc"),
    )
    examples = (
        Example(
            says="A stranger bears the director's name.",
            at=message(b"From: SMITH Anna (CEO) <ceo@example.net>\r\n"),
            config=ANNA,
            finds=("impersonation.person",),
        ),
        Example(
            says="The director's address, and replies to a stranger.",
            at=message(b"From: Anna Smith <anna@example.com>\r\nReply-To: ceo@example.net\r\n"),
            config=ANNA,
            finds=("impersonation.reply_to",),
        ),
        Example(
            says="A stranger calls himself by our name.",
            at=message(b"From: Example Support <support@example.net>\r\n"),
            finds=("impersonation.own_name",),
        ),
        Example(
            says="Such a service may.",
            at=message(b"From: Example Support <support@example.net>\r\n"),
            config={"known": ("example.net",)},
            finds=(),
        ),
        Example(
            says="An address of ours stands where the name belongs.",
            at=message(b'From: "bob@example.com" <x@example.net>\r\n'),
            config={"own_names": False},
            finds=("impersonation.own_address",),
        ),
        Example(
            says="Another's address does.",
            at=message(b'From: "bob@example.org" <x@example.net>\r\n'),
            config={"own_names": False},
            finds=("impersonation.other_address",),
        ),
        Example(
            says="A mark turns the direction of writing.",
            at=message(b"From: =?utf-8?q?Ann_=E2=80=AEnnA?= <ann@example.net>\r\n"),
            finds=("impersonation.hidden",),
        ),
        Example(
            says="A colleague bears the director's name, and our own signature proves it.",
            at=message(so_far=found(values=(Author(Standing.ONE, (COLLEAGUE,)), SIGNED_BY_US))),
            config=ANNA,
            finds=(),
        ),
        Example(says="Somebody bears a name of his own.", at=message(), config=ANNA, finds=()),
    )  # fmt: skip

    def __init__(self, config: Config, own: OwnNames, lists: Lists) -> None:
        self.ours = frozenset(map(organizational_domain, own.domains))
        people = together(config.people)
        names = [Person(name) for name in sorted(map(shown_name, self.ours))] if config.own_names else []
        self.people, self.names = ProtectedPeople(people), ProtectedPeople(names)
        self.everybody = ProtectedPeople([*people, *names])
        self.known = lists.open(config.known, config.known_file, Entries.NAMES)

    def __call__(self, at: MessageStage) -> Report:
        if at.user:
            return NOTHING_FOUND
        writer = at.so_far.value(Author) or author(at.message)
        items = [HIDDEN(defect.value) for defect in writer.defects if defect in NOT_SEEN][:1]
        authors = [mailbox for mailbox in writer.mailboxes if not self.may_show_any_name(mailbox, at)]
        for mailbox in authors:
            items += self.claims(mailbox)
        if authors:
            items += self.diverted(authors[0], at.message)
        return Report(first_of_each(items)) if items else NOTHING_FOUND

    def may_show_any_name(self, mailbox: Mailbox, at: MessageStage) -> bool:
        domain = mailbox.address.domain
        return (self.is_ours(domain) and self.is_vouched_for(at)) or self.known.has_name(domain) is not None

    def is_ours(self, domain: str) -> bool:
        return organizational_domain(domain) in self.ours

    def is_vouched_for(self, at: MessageStage) -> bool:
        judged = at.so_far.value(DmarcJudged)
        if judged is not None and (judged.passes or judged.overrides):
            return True
        proved = authenticated(at.so_far.value(SpfResult), at.so_far.value(DkimResults))
        return any([self.is_ours(domain) for domain in proved])

    def claims(self, mailbox: Mailbox) -> Iterator[Finding]:
        """What one display name claims."""
        if not mailbox.name:
            return
        person = impersonated(mailbox, self.people)
        if person is not None:
            yield PERSON(beside(person.name, mailbox))
        if self.is_ours(mailbox.address.domain):
            return
        name = claimed(mailbox.name, self.names)
        if name is not None:
            yield OWN_NAME(beside(name.name, mailbox))
        other = foreign_address(mailbox)
        if other is not None:
            ours = [shown for shown in addresses_in(mailbox.name) if self.is_ours(shown.domain)]
            yield OWN_ADDRESS(beside(str(ours[0]), mailbox)) if ours else OTHER_ADDRESS(beside(str(other), mailbox))

    def diverted(self, mailbox: Mailbox, message: Message) -> Iterator[Finding]:
        """Replies that go to neither us nor a known domain nor the author's own."""
        for field in message.fields("reply-to")[:REPLIES_LIMIT]:
            replies = read_field(field, most=REPLIES_LIMIT).mailboxes
            elsewhere = [reply for reply in replies if not self.may_be_answered(reply.address.domain)]
            person = diverted_reply(mailbox, elsewhere, self.everybody) if elsewhere else None
            if person is not None:
                yield REPLY_TO(beside(person.name, elsewhere[0]))

    def may_be_answered(self, domain: str) -> bool:
        return self.is_ours(domain) or self.known.has_name(domain) is not None


def together(people: tuple[PersonSettings, ...]) -> list[Person]:
    """One for each name: who is there twice has the addresses of both."""
    found: dict[frozenset[str], Person] = {}
    for person in people:
        words = frozenset(words_of(person.name))
        before = found[words].addresses if words in found else ()
        found[words] = Person(person.name, (*before, *map(address, person.addresses)))
    return list(found.values())


def first_of_each(items: list[Finding]) -> tuple[Finding, ...]:
    """Several authors can claim as much as one."""
    firsts: dict[str, Finding] = {}
    for item in items:
        firsts.setdefault(item.code, item)
    return tuple(firsts.values())


def shown_name(domain: str) -> str:
    """What a reader would call the owner of a domain: its first label, words apart."""
    return shown_label(domain.partition(".")[0]).replace("-", " ")


def beside(claim: str, mailbox: Mailbox) -> str:
    """The claim and the address, printable: both may be anything."""
    return f'"{printable(claim, DETAIL_LIMIT)}" with {printable(str(mailbox.address), DETAIL_LIMIT)}'
