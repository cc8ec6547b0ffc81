"""What was found in a message so far; however much there is, the inspection made of it is bounded and printable."""

from collections.abc import Iterable, Iterator

from gatepost.model import traits as words
from gatepost.model.inspection import Ambiguity, FileClass, Inspection, Item, Link, Text, Trait

MOST_ITEMS = 2000
MOST_TEXT = 64 * 1024  # characters, of all texts
MOST_TEXTS = 200
MOST_LINKS = 200
MOST_AMBIGUITIES = 200
MOST_UNSCANNABLE = 200
MOST_TRAITS = 40  # of one item
MOST_NAMES = 8  # of one item
MOST_ENGINES = 20  # of one item
LONGEST_NAME = 255  # characters
LONGEST_PATH = 400
LONGEST_STEP = 80  # of a path
LONGEST_DETAIL = 200
LONGEST_URL = 2000
CUT = "…"
UNSEEN = frozenset({
    words.ENCRYPTED, words.HIDDEN_NAMES, words.UNREADABLE, words.OVER_BUDGET, words.PARTIAL, words.REMOTE,
})  # fmt: skip
CLASSES = {
    words.ENCRYPTED: FileClass.ENCRYPTED, words.HIDDEN_NAMES: FileClass.ENCRYPTED, words.SIGNED: FileClass.SIGNED,
    words.PARTIAL: FileClass.FRAGMENT, words.MACRO: FileClass.OFFICE_MACRO, words.AUTO_MACRO: FileClass.OFFICE_MACRO,
    words.XLM: FileClass.OFFICE_MACRO, words.DDE: FileClass.OFFICE_ACTIVE,
    words.REMOTE_TEMPLATE: FileClass.OFFICE_ACTIVE, words.COMMAND: FileClass.OFFICE_ACTIVE,
    words.JAVASCRIPT: FileClass.PDF_ACTIVE, words.LAUNCH: FileClass.PDF_ACTIVE,
    words.SMUGGLING: FileClass.HTML_ACTIVE,
}  # fmt: skip
"""Classes that a thing is of since something was found in it."""


def shown(text: str, limit: int) -> str:
    """At most `limit` characters, its beginning and its end, each that cannot be printed a question mark."""
    if len(text) > limit:
        half = (limit - len(CUT)) // 2
        text = text[:half] + CUT + text[len(text) - half :]
    return text if text.isprintable() else "".join([each if each.isprintable() else "?" for each in text])


WORDING = frozenset((FileClass.TEXT, FileClass.HTML))
HARMLESS = frozenset((FileClass.TEXT, FileClass.UNKNOWN, FileClass.IMAGE, FileClass.MEDIA, FileClass.FONT))


class Draft:
    """An item while things are still found in it.

    Args:
        same: what it holds was looked into under another name: what was found there counts for it.
        plain: the same part as its transfer encoding is meant; None for that itself.
    """

    def __init__(self, path: str, reading: str, names: tuple[str, ...], declared: str) -> None:
        self.path, self.reading, self.names, self.declared = path, reading, names, declared
        self.media_type = ""
        self.size = 0
        self.digest = ""
        self.classes: dict[FileClass, None] = {}
        self.traits: dict[Trait, None] = {}  # of itself
        self.inner: dict[Trait, None] = {}  # found when it was opened
        self.engines: dict[str, None] = {}
        self.same: Draft | None = None
        self.plain: Draft | None = None

    def add(self, traits: Iterable[Trait]) -> None:
        for trait in traits:
            self.traits.setdefault(bounded(trait))

    def add_inner(self, trait: Trait) -> None:
        """Beyond the bound one of each code."""
        if len(self.inner) < MOST_TRAITS or trait.code not in {each.code for each in self.inner}:
            self.inner.setdefault(bounded(trait))

    def is_same_as(self, known: "Draft", alike: bool) -> None:
        """The same octets were looked into under another name, and what was found in them counts here too.

        Args:
            alike: they are a form of what this draft is about, and not all of it.
        """
        if not alike:
            self.same = known
        elif known is not self:
            self.inner.update(known.inner)
            self.engines.update(known.engines)

    def all_traits(self) -> tuple[Trait, ...]:
        inner = self.same.inner if self.same else self.inner
        return tuple(self.traits | inner)

    def item(self) -> Item:
        traits = self.all_traits()
        engines = self.engines | (self.same.engines if self.same else {})
        return Item(
            path=self.path,
            reading=shown(self.reading, LONGEST_DETAIL),
            names=tuple(dict.fromkeys(shown(name, LONGEST_NAME) for name in self.names[:MOST_NAMES])),
            declared=shown(self.declared, LONGEST_NAME),
            media_type=shown(self.media_type, LONGEST_NAME),
            classes=tuple(self.classes | dict.fromkeys(self.classes_by(traits))),
            size=self.size,
            digest=self.digest,
            traits=traits[: 2 * MOST_TRAITS],
            engines=tuple(shown(name, LONGEST_NAME) for name in list(engines)[:MOST_ENGINES]),
        )

    def classes_by(self, traits: tuple[Trait, ...]) -> Iterator[FileClass]:
        """A script in a page is nothing out of the ordinary; in anything else that is drawn it is."""
        for each in traits:
            if each.code in CLASSES:
                yield CLASSES[each.code]
            elif each.code == words.SCRIPTED and not self.may_be_scripted(traits):
                yield FileClass.HTML_ACTIVE

    def may_be_scripted(self, traits: tuple[Trait, ...]) -> bool:
        """A page, a message with one, a PDF whose scripts were found as such; none that is drawn as a picture too."""
        if FileClass.HTML in self.classes or FileClass.IMAGE in self.classes:
            return FileClass.HTML in self.classes
        has_script = any(each.code == words.JAVASCRIPT for each in traits)
        return FileClass.MESSAGE in self.classes or (FileClass.PDF in self.classes and has_script)


def bounded(trait: Trait) -> Trait:
    return Trait(trait.code, shown(trait.detail, LONGEST_DETAIL)) if trait.detail else trait


class Listing:
    """Owned by the walk of one message."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.ambiguities: dict[Ambiguity, None] = {}
        self.over: dict[str, None] = {}
        self.texts: list[Text] = []
        self.room_for_text = MOST_TEXT
        self.links: dict[Link, None] = {}

    def draft(self, path: str, reading: str, names: tuple[str, ...], declared: str) -> Draft:
        """A new one; beyond the bound it is looked into, and not listed but through what is odd in it."""
        made = Draft(path, reading, names, declared)
        if len(self.drafts) < MOST_ITEMS:
            self.drafts.append(made)
        else:
            self.over.setdefault("members")
            made.same = None
            made.inner = self.drafts[-1].inner
            made.engines = self.drafts[-1].engines
        return made

    def ambiguous(self, found: Iterable[Ambiguity], path: str) -> None:
        for each in found:
            if len(self.ambiguities) < MOST_AMBIGUITIES:
                where = f"{path}: {each.detail}" if path else each.detail
                self.ambiguities.setdefault(Ambiguity(each.code, shown(where, LONGEST_DETAIL), each.opens))

    def add_text(self, text: Text) -> None:
        if self.room_for_text > 0 and len(self.texts) < MOST_TEXTS and text.text:
            kept = Text(path=text.path, kind=text.kind, text=text.text[: self.room_for_text])
            self.room_for_text -= len(kept.text)
            self.texts.append(kept)

    def add_link(self, link: Link) -> None:
        if len(self.links) < MOST_LINKS:
            url, label = shown(link.url, LONGEST_URL), shown(link.shown, LONGEST_DETAIL)
            self.links.setdefault(
                Link(url=url, host=shown(link.host, LONGEST_NAME), source=link.source, shown=label, traits=link.traits)
            )

    def inspection(self, elapsed: float) -> Inspection:
        items = tuple([draft.item() for draft in self.drafts])
        self.ambiguous(two_decodings(self.drafts), "")
        return Inspection(
            items=items,
            ambiguities=tuple(self.ambiguities),
            unscannable=tuple(unscannable(items))[:MOST_UNSCANNABLE],
            over=tuple(self.over),
            texts=tuple(self.texts),
            links=tuple(self.links),
            elapsed=elapsed,
        )


def two_decodings(drafts: Iterable[Draft]) -> Iterator[Ambiguity]:
    """Parts that programs decode to different things; text that differs in its wording only is none.

    They differ in what would be opened where one way gives something that could do harm, and the plain one does not.
    """
    for draft in drafts:
        if draft.plain is None:
            continue
        classes, meant = draft.classes.keys(), draft.plain.classes.keys()
        if classes != meant or not meant & WORDING:
            yield Ambiguity("two-decodings", f"part {draft.path}", bool(classes - meant - HARMLESS))


def unscannable(items: Iterable[Item]) -> dict[str, None]:
    """What could not be looked into, each thing once for each reason."""
    found: dict[str, None] = {}
    for item in items:
        for trait in item.traits:
            if trait.code in UNSEEN:
                why = f"{trait.code} ({trait.detail})" if trait.detail else trait.code
                found[f"{item.path or 'message'}: {why}"] = None
    return found


def step(path: str, name: str) -> str:
    """The path of what is inside of what is at `path`, bounded, printable."""
    return shown(f"{path}!{shown(name, LONGEST_STEP).replace('!', '?')}", LONGEST_PATH)
