"""Does the message hold files of a kind that is not wanted?

Asked of the whole message, of everything that the inspection found in it: parts in every reading, members of
archives, objects in documents, under every name that a mail program could show (RFC 2183 §2.3, RFC 2231) and by their
content. A list of what is refused and what is held, or, with `allow_types`, of what alone may pass. What is found is
named by its class, so that a rule of your own can make an exception for some sender or recipient
(`action = "ignore"`), and give its reason in the rule's name. Text and pages that are the message itself are no
attachments.
"""

from collections.abc import Iterator
from fnmatch import translate
from re import IGNORECASE
from re import compile as pattern

from pydantic import Field, field_validator

from gatepost.model import traits
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec, Wish
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Kind
from gatepost.model.inspection import FileClass, Inspection, Item, Trait, Unwanted, labels
from gatepost.model.samples import found, message
from gatepost.model.stage import MessageStage
from gatepost.syntax.printable import printable

DETAIL_LIMIT = 120  # characters
NAME = "attachments"
SCORES = {
    FileClass.EXECUTABLE: 3.0, FileClass.SCRIPT: 3.0, FileClass.SHORTCUT: 3.0, FileClass.DISK_IMAGE: 2.0,
    FileClass.OFFICE_MACRO: 1.5, FileClass.OFFICE_ACTIVE: 2.0, FileClass.PDF_ACTIVE: 1.0, FileClass.HTML_ACTIVE: 2.0,
    FileClass.NOTEBOOK: 1.0, FileClass.HELP: 2.0, FileClass.ENCRYPTED: 1.0,
}  # fmt: skip
SUMMARIES = {
    FileClass.EXECUTABLE: "It holds a program.",
    FileClass.SCRIPT: "It holds a script.",
    FileClass.UNIX_SCRIPT: "It holds a script for a Unix shell or interpreter.",
    FileClass.SHORTCUT: "It holds a shortcut that leads elsewhere.",
    FileClass.DISK_IMAGE: "It holds a disk image.",
    FileClass.OFFICE: "It holds an office document.",
    FileClass.OFFICE_MACRO: "It holds an office document with macros.",
    FileClass.OFFICE_ACTIVE: "It holds an office document that fetches or starts something when it is opened.",
    FileClass.PDF: "It holds a PDF document.",
    FileClass.PDF_ACTIVE: "It holds a PDF document with scripts or actions in it.",
    FileClass.HTML: "It holds a page as a file.",
    FileClass.HTML_ACTIVE: "It holds a page or image whose script builds a file.",
    FileClass.NOTEBOOK: "It holds a notebook.",
    FileClass.HELP: "It holds a help file.",
    FileClass.ARCHIVE: "It holds an archive.",
    FileClass.ENCRYPTED: "It holds something that needs a password.",
    FileClass.MESSAGE: "It holds another message.",
    FileClass.FRAGMENT: "It holds a piece of something that is elsewhere.",
    FileClass.SIGNED: "It is signed as a whole, or encrypted.",
    FileClass.CALENDAR: "It holds an entry for a calendar.",
    FileClass.IMAGE: "It holds an image.",
    FileClass.MEDIA: "It holds sound or film.",
    FileClass.FONT: "It holds a font.",
}
BODY = frozenset((FileClass.TEXT, FileClass.HTML, FileClass.UNKNOWN))
"""What a part may be that is the message itself."""


def code_of(word: str) -> str:
    return f"{NAME}.{word.replace('-', '_')}"


OF_CLASS = {each: Kind(code_of(each.value), says, SCORES.get(each, 0.0)) for each, says in SUMMARIES.items()}
OF_TRAIT = {
    traits.MISLABELLED: Kind(
        code_of("mislabelled"), "Something dangerous goes by the name of something harmless.", 2.0
    ),
    traits.DOUBLE_EXTENSION: Kind(code_of("double-extension"), "A name has two extensions, such as `.pdf.exe`.", 3.0),
    traits.DECEPTIVE_NAME: Kind(code_of("deceptive-name"), "A name is written so that its end is not seen.", 3.0),
    traits.INCONSISTENT: Kind(code_of("inconsistent"), "An archive that programs unpack differently.", 2.0),
    traits.POLYGLOT: Kind(code_of("polyglot"), "One file is of two kinds at once.", 2.0),
    traits.ESCAPES: Kind(code_of("escapes"), "An archive writes outside the folder it is unpacked to.", 3.0),
    traits.ENTITIES: Kind(code_of("entities"), "XML in a document defines entities of its own.", 1.0),
}
SAME_AS = {traits.LINK: traits.ESCAPES, traits.DEVICE: traits.ESCAPES}
EXTENSION = Kind(code_of("extension"), "A name ends in an extension that is not wanted.", 1.0)
NAMED = Kind(code_of("named"), "A name is like one that is not wanted.", 1.0)
TYPED = Kind(code_of("typed"), "A media type is not wanted.", 1.0)
UNLISTED = Kind(code_of("unlisted"), "It holds something else than the list allows.", 1.0)
KINDS = (*OF_CLASS.values(), *OF_TRAIT.values(), EXTENSION, NAMED, TYPED, UNLISTED)
WORDS = frozenset([kind.code.partition(".")[2].replace("_", "-") for kind in KINDS])
REFUSED = (
    "executable",
    "script",
    "shortcut",
    "disk-image",
    "office-macro",
    "help",
    "html-active",
    "inconsistent",
    "escapes",
)
HELD = (
    "unix-script",
    "office-active",
    "pdf-active",
    "encrypted",
    "polyglot",
    "deceptive-name",
    "double-extension",
    "entities",
)


class Config(CheckSettings):
    """Section `[checks.attachments]`."""

    deny_types: tuple[str, ...] = Field(
        REFUSED, description="Classes of files, and oddities of them, for which the message is refused."
    )
    hold_types: tuple[str, ...] = Field(HELD, description="Those for which it is held in quarantine.")
    strip_types: tuple[str, ...] = Field(
        (), description="Those for which the attachment is replaced by a note; breaks signatures of the message."
    )
    tag_types: tuple[str, ...] = Field((), description="Those for which it is marked.")
    deny_extensions: tuple[str, ...] = Field((), description='Extensions of names for which it is refused: "exe".')
    deny_names: tuple[str, ...] = Field((), description='Patterns of names for which it is refused: "invoice*.doc".')
    deny_media_types: tuple[str, ...] = Field(
        (), description='Media types, declared or by content, for which it is refused: "video/*".'
    )
    allow_types: tuple[str, ...] = Field(
        (), description="If any are named: only attachments of these classes may pass, within archives too."
    )

    @field_validator("deny_types", "hold_types", "strip_types", "tag_types", "allow_types")
    @classmethod
    def are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            if word not in WORDS | {FileClass.TEXT.value}:
                raise ValueError(f'"{word}" is none of {", ".join(sorted(WORDS))}')
        return value

    @field_validator("deny_extensions")
    @classmethod
    def are_bare(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(word.lower().removeprefix("*").removeprefix(".") for word in value)


def holding(*items: Item) -> MessageStage:
    return message(so_far=found(values=(Inspection(items=items),)))


def example_of(kind: Kind, item: Item) -> Example:
    return Example(says=f"{kind.summary}", at=holding(item), finds=(kind.code,))


class Attachments(Check[MessageStage]):
    """Compares every item of the inspection with the lists."""

    spec = Spec(name=NAME, kinds=KINDS, after=("mime",), roles=("inbound", "internal", "submission"))
    examples = (
        *(example_of(kind, Item(path="2", names=("a",), classes=(each,))) for each, kind in OF_CLASS.items()),
        *(example_of(kind, Item(path="2", names=("a",), traits=(Trait(each),))) for each, kind in OF_TRAIT.items()),
        Example(
            says="Names that end so are not wanted.",
            at=holding(Item(path="2", names=("Setup.EXE",))),
            config={"deny_extensions": ("exe",)},
            finds=("attachments.extension",),
        ),
        Example(
            says="Names that look so are not wanted.",
            at=holding(Item(path="2!a.zip!Invoice 7.doc", names=("Invoice 7.doc",))),
            config={"deny_names": ("invoice*.doc",)},
            finds=("attachments.named",),
        ),
        Example(
            says="Films are not wanted.",
            at=holding(Item(path="2", names=("a",), media_type="video/mp4")),
            config={"deny_media_types": ("video/*",)},
            finds=("attachments.typed",),
        ),
        Example(
            says="Only PDF may pass.",
            at=holding(Item(path="1"), Item(path="2", names=("a.txt",), classes=(FileClass.TEXT,))),
            config={"allow_types": ("pdf",)},
            finds=("attachments.unlisted",),
        ),
        Example(
            says="The text of the message is no attachment.",
            at=holding(Item(path="1", classes=(FileClass.TEXT,)), Item(path="2", classes=(FileClass.HTML,))),
            finds=(),
        ),
    )  # fmt: skip

    def __init__(self, config: Config) -> None:
        self.config = config
        self.extensions = frozenset(config.deny_extensions)
        self.names = [pattern(translate(name), IGNORECASE) for name in config.deny_names]
        self.media_types = [pattern(translate(name), IGNORECASE) for name in config.deny_media_types]
        self.allowed = frozenset(config.allow_types)

    @classmethod
    def wishes(cls, config: Config) -> tuple[Wish, ...]:
        always = (EXTENSION.code, NAMED.code, TYPED.code, UNLISTED.code)
        denied = tuple(map(code_of, config.deny_types))
        rest = (("held", config.hold_types), ("stripped", config.strip_types), ("marked", config.tag_types))
        return (
            Wish(codes=(*denied, *always), outcome="refused", text="Attachment not accepted: {detail}"),
            *(Wish(codes=tuple(map(code_of, words)), outcome=outcome) for outcome, words in rest if words),
        )

    def __call__(self, at: MessageStage) -> Report:
        inspection = at.so_far.value(Inspection)
        if inspection is None:
            return NOTHING_FOUND
        firsts: dict[str, Finding] = {}
        places: dict[str, dict[str, None]] = {}
        called = labels(inspection.items)
        for item in inspection.items:
            if is_body(item):
                continue
            for kind, word in self.found(item):
                if kind.code not in firsts:
                    firsts[kind.code] = kind(f"{printable(called[item.path], DETAIL_LIMIT)} ({word})")
                places.setdefault(kind.code, {})[item.path.partition("!")[0]] = None
        if not firsts:
            return NOTHING_FOUND
        return Report(tuple(firsts.values()), Unwanted({code: tuple(paths) for code, paths in places.items()}))

    def found(self, item: Item) -> Iterator[tuple[Kind, str]]:
        """What it is, with a word on why."""
        for each in item.classes:
            if each in OF_CLASS:
                yield OF_CLASS[each], each.value
        for trait in item.traits:
            code = SAME_AS.get(trait.code, trait.code)
            if code in OF_TRAIT:
                yield OF_TRAIT[code], code
        yield from self.unwanted(item)

    def unwanted(self, item: Item) -> Iterator[tuple[Kind, str]]:
        if self.extensions and any([extension(name) in self.extensions for name in item.names]):
            yield EXTENSION, "extension"
        if any([each.match(name) for each in self.names for name in item.names]):
            yield NAMED, "name"
        if any([each.match(kind) for each in self.media_types for kind in (item.media_type, item.declared)]):
            yield TYPED, item.media_type
        if self.allowed and not self.allowed.issuperset([each.value for each in item.classes]):
            yield UNLISTED, "not among what is allowed"


def is_body(item: Item) -> bool:
    """Text or a page without a name, in a part of the message: what is read, not opened."""
    return not item.names and not item.traits and "!" not in item.path and BODY.issuperset(item.classes)


def extension(name: str) -> str:
    return name.strip(" .").rpartition(".")[2].lower()
