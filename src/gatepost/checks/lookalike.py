"""Does a domain in this message look like one of ours, or like a partner's?

Asked when the whole message is there, of the domains in From and Reply-To, which people read, and of those in MAIL FROM
and HELO. A domain can look like another by its letters (exarnple.com), by a slip (exmaple.com), by holding it
(example.com.attacker.example), by words around it or by another ending; most of the last two are honest. Letters of
several scripts in one label (UTS #39 §5.2, RFC 5892) are found whatever they resemble. Domains of your own and those
in `partners` are protected with all below them; honest neighbours belong into `known`.
"""

from collections.abc import Iterator
from functools import lru_cache

from pydantic import Field, field_validator

from gatepost.auth.author import Author, author
from gatepost.auth.lookalike import Likeness, Lookalike, ProtectedDomains, lookalike
from gatepost.auth.scripts import Deception, deception
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Kind
from gatepost.model.samples import message
from gatepost.model.stage import MessageStage
from gatepost.ports.lists import Entries, Lists
from gatepost.ports.own_names import OwnNames
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain
from gatepost.syntax.mailboxes import read_field
from gatepost.syntax.printable import printable

DISGUISED = Kind("lookalike.disguised", "Letters of another script spell a protected domain.", score=6.0)
HOMOGRAPH = Kind("lookalike.homograph", "A domain is written so that it looks like a protected one.", score=4.0)
EMBEDDED = Kind("lookalike.embedded", "A stranger's domain begins with a protected one.", score=3.0)
TYPO = Kind("lookalike.typo", "A domain is one slip of the finger from a protected one.", score=2.5)
HYPHENATED = Kind("lookalike.hyphenated", "A domain holds a protected one without its dots.", score=2.0)
MIXED = Kind("lookalike.mixed_scripts", "A label of a domain has letters of several scripts.", score=2.0)
FOREIGN = Kind("lookalike.latin_looks", "A label of a domain looks Latin and is not, under a Latin ending.", score=1.0)
ENVELOPE = Kind("lookalike.envelope", "MAIL FROM or HELO has a domain that looks like a protected one.", score=1.5)
COMBINED = Kind("lookalike.combined", "A domain has the name of a protected one and other words.", score=0.5)
OTHER_SUFFIX = Kind("lookalike.other_suffix", "A protected domain under another top-level domain.", score=0.5)
KINDS = {
    Likeness.HOMOGRAPH: HOMOGRAPH,
    Likeness.EMBEDDED: EMBEDDED,
    Likeness.TYPO: TYPO,
    Likeness.HYPHENATED: HYPHENATED,
    Likeness.COMBINED: COMBINED,
    Likeness.OTHER_SUFFIX: OTHER_SUFFIX,
}
IN_ENVELOPE = frozenset((Likeness.HOMOGRAPH, Likeness.TYPO))  # services put whole names of customers there
REPLIES_LIMIT = 5  # fields, and mailboxes in each, that are looked at: ours
REMEMBERED = 1000  # domains, of some 100 octets each
DETAIL_LIMIT = 100  # characters
REST = b"To: bob@example.com\r\n"


class Config(CheckSettings):
    """Section `[checks.lookalike]`."""

    partners: tuple[str, ...] = Field((), description="Further domains to protect, such as your bank's.")
    known: tuple[str, ...] = Field(
        (), description="Domains that look like protected ones and are honest: `name.example`, `.name.example`."
    )
    known_file: str | None = Field(
        None, description="File with further such domains, one a line, `#` for comments; read again when it changes."
    )

    @field_validator("partners")
    @classmethod
    def are_domains(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple([a_domain(name) for name in value])


class LookalikeCheck(Check[MessageStage]):
    """Compares domains with the protected ones; what it has seen of a domain it remembers."""

    spec = Spec(
        name="lookalike",
        kinds=(DISGUISED, *KINDS.values(), MIXED, FOREIGN, ENVELOPE),
        after=("author",),
    )
    examples = (
        Example(
            says="The first letter is Cyrillic.",
            at=message("From: ann@\u0435xample.com\r\n".encode() + REST),
            finds=("lookalike.disguised",),
        ),
        Example(says="r and n.", at=message(b"From: ann@exarnple.com\r\n" + REST), finds=("lookalike.homograph",)),
        Example(
            says="Replies go to two exchanged letters.",
            at=message(b"From: ann@example.net\r\nReply-To: ann@examlpe.com\r\n"),
            config={"known": ("example.net",)},
            finds=("lookalike.typo",),
        ),
        Example(
            says="Who reads from the left sees our domain.",
            at=message(b"From: ann@example.com.attacker.example\r\n" + REST),
            finds=("lookalike.embedded",),
        ),
        Example(
            says="A hyphen for the dot.",
            at=message(b"From: ann@example-com.test\r\n" + REST),
            finds=("lookalike.hyphenated",),
        ),
        Example(
            says="The bank's name and another word.",
            at=message(b"From: ann@contoso-login.test\r\n" + REST),
            config={"partners": ("contoso.test",)},
            finds=("lookalike.combined",),
        ),
        Example(says="Another ending.", at=message(b"From: ann@example.org\r\n"), finds=("lookalike.other_suffix",)),
        Example(
            says="A Cyrillic letter in a Latin word that resembles nothing protected.",
            at=message("From: ann@other-w\u043erd.test\r\n".encode() + REST),
            finds=("lookalike.mixed_scripts",),
        ),
        Example(
            says="A Cyrillic word that looks Latin, under a Latin ending.",
            at=message("From: ann@\u0441\u043e\u0440\u0435.test\r\n".encode() + REST),
            finds=("lookalike.latin_looks",),
        ),
        Example(
            says="MAIL FROM looks like us, From is somebody else.",
            at=message(b"From: ann@partner.test\r\n" + REST, sender="ann@exarnple.com"),
            finds=("lookalike.envelope",),
        ),
        Example(
            says="A neighbour who is known.",
            at=message(b"From: ann@exarnple.com\r\n" + REST),
            config={"known": ("exarnple.com",)},
            finds=(),
        ),
        Example(says="Domains of ours.", at=message(b"From: ann@mail.example.com\r\n" + REST), finds=()),
    )  # fmt: skip

    def __init__(self, config: Config, own: OwnNames, lists: Lists) -> None:
        self.protected = ProtectedDomains([*own.domains, *config.partners])
        self.known = lists.open(config.known, config.known_file, Entries.NAMES)
        self.likeness = lru_cache(REMEMBERED)(self.compared)

    def compared(self, name: str) -> tuple[Lookalike | None, Deception | None]:
        return lookalike(name, self.protected), deception(name)

    def __call__(self, at: MessageStage) -> Report:
        if at.user:
            return NOTHING_FOUND
        shown = self.shown(at)
        items = [item for name in shown for item in self.of_shown(name)]
        hidden = dict.fromkeys([at.sender.domain if at.sender else "", at.helo.lower().removesuffix(".")])
        items += [item for name in hidden if name not in shown for item in self.of_envelope(name)]
        return Report(first_of_each(items)) if items else NOTHING_FOUND

    def shown(self, at: MessageStage) -> dict[str, None]:
        """The domains that people read, each once."""
        writer = at.so_far.value(Author) or author(at.message)
        mailboxes = list(writer.mailboxes)
        for field in at.message.fields("reply-to")[:REPLIES_LIMIT]:
            mailboxes += read_field(field, most=REPLIES_LIMIT).mailboxes
        return dict.fromkeys([mailbox.address.domain for mailbox in mailboxes])

    def of_shown(self, name: str) -> Iterator[Finding]:
        like, letters = self.likeness(name)
        if (like is None and letters is None) or self.known.has_name(name) is not None:
            return
        if like is not None:
            is_disguised = like.likeness is Likeness.HOMOGRAPH and letters is not None
            yield (DISGUISED if is_disguised else KINDS[like.likeness])(said(like))
        elif letters is not None:
            yield (MIXED if letters is Deception.MIXED else FOREIGN)(name[:DETAIL_LIMIT])

    def of_envelope(self, name: str) -> Iterator[Finding]:
        like, _ = self.likeness(name)
        if like is not None and like.likeness in IN_ENVELOPE and self.known.has_name(name) is None:
            yield ENVELOPE(said(like))


def a_domain(text: str) -> str:
    try:
        return domain(text)
    except BadSyntax as error:
        raise ValueError(f'"{text}" is no domain ({error.reason}): "contoso.example" is one') from None


def first_of_each(items: list[Finding]) -> tuple[Finding, ...]:
    """One likeness weighs as much as several of the same sort."""
    firsts: dict[str, Finding] = {}
    for item in items:
        firsts.setdefault(item.code, item)
    return tuple(firsts.values())


def said(like: Lookalike) -> str:
    return f"{printable(like.domain, DETAIL_LIMIT)} looks like {like.protected} ({like.likeness.value})"
