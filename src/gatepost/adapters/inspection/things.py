"""Which things of its own does a message hold: its parts in every reading and decoding?"""

from collections.abc import Callable, Iterator

from msgspec import Struct, structs

from gatepost.adapters.inspection.listing import Draft
from gatepost.mime.decode import decodings
from gatepost.mime.part import Limits, Part, View
from gatepost.mime.reader import read, read_inside
from gatepost.model import traits as words
from gatepost.model.inspection import FileClass, Trait

NO_CONTENT = {
    "message/partial": words.PARTIAL,
    "message/external-body": words.REMOTE,
}
UNREAD = frozenset({words.ENCRYPTED, words.UNREADABLE, words.OVER_BUDGET})
ENCODINGS = ("base64", "quoted-printable")  # of others it is known already that they are read in more than one way
TEXT_LIMIT = 256 * 1024  # octets of an encoded part whose words are looked for


class Thing(Struct, frozen=True, kw_only=True, eq=False):
    """What is looked into.

    Args:
        depth: things around it.
        charset: as declared, "" if none.
        traits: what is known of it beforehand.
        classes: likewise.
        draft: whose item it is part of; None where it becomes one of its own.
        is_mail: it is a message, or an encoded multipart, whatever it looks like.
        part: it is.
        has_words: they were read already.
        is_plain: it is not one of the other ways in which a part is decoded.
        is_quiet: of a reading in which hardly anybody sees anything else: what is odd in it is no ambiguity.
    """

    path: str
    octets: bytes
    names: tuple[str, ...] = ()
    declared: str = ""
    reading: str = ""
    depth: int = 0
    charset: str = ""
    traits: tuple[Trait, ...] = ()
    classes: tuple[FileClass, ...] = ()
    draft: Draft | None = None
    is_mail: bool = False
    part: Part | None = None
    has_words: bool = False
    is_plain: bool = True
    is_quiet: bool = False

    @property
    def is_multipart(self) -> bool:
        """An encoded one: which parts it has, its own header says."""
        return self.is_mail and self.part is not None and self.part.media_type.startswith("multipart/")

    @property
    def read_as(self) -> object:
        """The same for things that are the same once their octets are: of an encoded multipart its header decides."""
        return self.part.header if self.part is not None and self.is_multipart else self.is_mail

    @property
    def is_unread(self) -> bool:
        """There is nothing to look into, though it is not empty."""
        if self.part is not None and self.part.holds_parts:
            return True
        return not self.octets and any(trait.code in UNREAD for trait in self.traits)


class Mail(Struct, frozen=True):
    """A message, split.

    Args:
        prefix: of the paths of its parts.
    """

    octets: bytes
    view: View
    prefix: str
    depth: int

    @property
    def told(self) -> frozenset[str]:
        """Readings that are ambiguities."""
        return frozenset([each.code for each in self.view.ambiguities])

    def things(self) -> Iterator[Thing]:
        for part in self.view.parts:
            yield from self.things_of(part)

    def things_of(self, part: Part) -> Iterator[Thing]:
        """One for each decoding; what was split already is there by its names only."""
        if part.holds_parts:
            if part.names or not part.media_type.startswith("multipart/"):
                yield self.thing(part, b"", part.reading)
            return
        is_text = part.media_type.startswith("text/")
        for number, each in enumerate(decodings(self.octets, part)):
            reading = ", ".join(filter(None, (part.reading, each.reading)))
            made = self.thing(part, each.octets, reading, has_words=is_text and not number)
            yield structs.replace(made, is_plain=False) if number and part.encoding in ENCODINGS else made

    def thing(self, part: Part, octets: bytes, reading: str, has_words: bool = False) -> Thing:
        odd = NO_CONTENT.get(part.media_type)
        return Thing(
            path=self.prefix + part.path,
            octets=octets,
            names=part.names,
            declared=part.media_type if part.declared else "",
            reading=reading,
            depth=self.depth + 1 + part.path.count("."),
            charset=part.charset,
            traits=(Trait(odd),) if odd else (),
            classes=(FileClass.FRAGMENT,) if odd else (),
            is_mail=not odd and part.media_type.startswith(("multipart/", "message/rfc822", "message/global")),
            part=part,
            has_words=has_words,
            is_quiet=bool(part.reading) and part.reading not in self.told,
        )

    def texts(self) -> Iterator[Thing]:
        """Its texts, each in its plain decoding."""
        for part in self.view.parts:
            if part.media_type.startswith("text/") and not part.holds_parts:
                end = min(part.end, part.start + 2 * TEXT_LIMIT)
                octets = decodings(self.octets, structs.replace(part, end=end))[0].octets
                yield self.thing(part, octets, part.reading)

    def subject(self) -> str:
        header = self.view.parts[0].header if self.view.parts else ()
        return next((each.value.decode("utf-8", "replace") for each in header if each.name.lower() == "subject"), "")


def whole_mail(octets: bytes, limits: Limits) -> Mail:
    """The message that is inspected."""
    return Mail(octets, read(octets, limits), "", 0)


def inner_mails(thing: Thing, limits: Limits, is_file: bool) -> Iterator[Mail]:
    """A message, or an encoded multipart, in another.

    Args:
        is_file: it is a message to who saves it and opens the file; a multipart may be that as well.
    """
    if thing.part is not None and thing.is_multipart:
        view = read_inside(thing.octets, thing.part, limits)
        yield Mail(thing.octets, structs.replace(view, ambiguities=()) if thing.is_quiet else view, "", thing.depth)
    if is_file or (thing.is_mail and not thing.is_multipart):
        yield Mail(thing.octets, read(thing.octets, limits), f"{thing.path}!", thing.depth)


Matcher = Callable[[bytes], tuple[str, ...]]
"""Names of what matches in some octets."""
