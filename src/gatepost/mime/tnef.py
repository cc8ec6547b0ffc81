"""What is in this TNEF stream, the `winmail.dat` of Outlook (MS-OXTNEF)?

Checksums are not believed: a stream with a wrong one is read on, as programs do that open such files. A message within
is given as a stream, so that nothing here goes deeper with the input.
"""

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from gatepost.mime import mapi
from gatepost.mime.rtf_compressed import BadCompressedRtf, rtf

SIGNATURE = b"\x78\x9f\x3e\x22"
START = 6  # octets: signature and key
HEAD = 9  # octets before an attribute's own: level, number, length
CHECKSUM = 2
ATTACHMENT_LEVEL = 2
LEVELS = (1, ATTACHMENT_LEVEL)
ATTRIBUTES = 50_000  # of one stream; Outlook writes some dozens for each attachment

# The lower half of an attribute's number; the upper one says the type, and programs do not look at it.
SUBJECT = 0x8004
TEXT_BODY = 0x800C
ATTACH_DATA = 0x800F
ATTACH_TITLE = 0x8010
TRANSPORT_NAME = 0x9001
BEGIN_ATTACHMENT = 0x9002
MESSAGE_PROPERTIES = 0x9003
ATTACHMENT_PROPERTIES = 0x9005
CODE_PAGE = 0x9007

CODE_PAGES = {
    65001: "utf-8",
    **{page: f"cp{page}" for page in (*range(1250, 1259), 437, 850, 852, 866, 874, 932, 936, 949, 950)},
}
WESTERN = "cp1252"
INTERFACE = b"\xc0\0\0\0\0\0\0F"  # how the id of an interface ends, which stands before an object (§2.1.3.4.1)
INTERFACE_SIZE = 16
# The likeliest first: what Outlook shows is the long name.
NAMES = (mapi.ATTACH_LONG_FILENAME, mapi.DISPLAY_NAME, mapi.ATTACH_TRANSPORT_NAME, mapi.ATTACH_FILENAME)
PLACES = (mapi.ATTACH_LONG_PATHNAME, mapi.ATTACH_PATHNAME)
BODIES = {mapi.BODY: "text", mapi.BODY_HTML: "html", mapi.RTF_COMPRESSED: "rtf"}


class BadTnef(ValueError):
    """It is no TNEF, or it cannot be read on; what was given before stands."""


class Piece(Struct, frozen=True, kw_only=True):
    """One thing in it.

    Args:
        kind: "file", "message" (TNEF again), "text", "html" or "rtf" (the body in that form; text in UTF-8).
        names: every name of a file, the likeliest first; none for a body.
        octets: of the thing; b"" for a file that is elsewhere.
        media_type: as declared, "" if it is not.
        elsewhere: path or address where the file is instead.
    """

    kind: str
    names: tuple[str, ...] = ()
    octets: bytes = b""
    media_type: str = ""
    elsewhere: str = ""


class Attachment:
    """What was said of one attachment so far. Owned by one `pieces`."""

    def __init__(self) -> None:
        self.title = ""
        self.transport = ""
        self.properties: dict[int, list[str]] = {}
        self.contents: list[tuple[str, bytes]] = []

    def pieces(self) -> Iterator[Piece]:
        found = [name for number in NAMES for name in self.properties.get(number, ())]
        long = self.properties.get(mapi.ATTACH_LONG_FILENAME, [])
        names = tuple(dict.fromkeys(name for name in (*long, self.title, *found, self.transport) if name))
        media_type = next(iter(self.properties.get(mapi.ATTACH_MIME_TAG, ())), "").lower()
        place = next((path for number in PLACES for path in self.properties.get(number, ())), "")
        for kind, octets in dict.fromkeys(self.contents):
            yield Piece(kind=kind, names=names, octets=octets, media_type=media_type)
        if not self.contents and (names or place):
            yield Piece(kind="file", names=names, media_type=media_type, elsewhere=place)


class Attribute(Struct, frozen=True):
    """Its level, the lower half of its number, its octets; fewer than announced where the stream ends."""

    level: int
    number: int
    octets: bytes


def pieces(octets: bytes) -> Iterator[Piece]:
    """All that is in the stream.

    Raises:
        BadTnef: there is no signature, something stands where an attribute should be, or properties cannot be read.
    """
    return Stream(octets).pieces()


class Stream:
    """One stream that is read. Owned by `pieces`.

    Args:
        octets: all of it.
    """

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.bounds = bounds(octets)
        self.page = self.code_page()
        self.broken = ""

    def attributes(self) -> Iterator[Attribute]:
        for start, end in pairwise(self.bounds):
            number = int.from_bytes(self.octets[start + 1 : start + 3], "little")
            yield Attribute(self.octets[start], number, self.octets[start + HEAD : end - CHECKSUM])

    def code_page(self) -> str:
        """Of texts that are not Unicode: it may be said after them."""
        pages = [attribute.octets for attribute in self.attributes() if attribute.number == CODE_PAGE]
        return CODE_PAGES.get(int.from_bytes(pages[0][:4], "little"), WESTERN) if pages else WESTERN

    def pieces(self) -> Iterator[Piece]:
        attachment = Attachment()
        for attribute in self.attributes():
            if attribute.level != ATTACHMENT_LEVEL:
                yield from [piece for piece in self.of_message(attribute) if piece.octets]
            elif attribute.number == BEGIN_ATTACHMENT:
                yield from attachment.pieces()
                attachment = Attachment()
            else:
                self.tell(attachment, attribute)
        yield from attachment.pieces()
        if self.octets[self.bounds[-1] :].strip(b"\0\r\n\t "):
            raise BadTnef("something else where an attribute should be")
        if self.broken:
            raise BadTnef(self.broken)

    def of_message(self, attribute: Attribute) -> Iterator[Piece]:
        if attribute.number in (SUBJECT, TEXT_BODY):
            yield Piece(kind="text", octets=text(attribute.octets, self.page).encode())
        elif attribute.number == MESSAGE_PROPERTIES:
            for found in self.readable(attribute.octets):
                if kind := BODIES.get(found.id, ""):
                    yield from [self.body(kind, found, value) for value in found.values]

    def body(self, kind: str, found: mapi.Property, value: bytes) -> Piece:
        if kind == "rtf":
            return Piece(kind=kind, octets=rich(value))
        return Piece(kind=kind, octets=value if found.type == mapi.BINARY else self.said(found, value).encode())

    def tell(self, attachment: Attachment, attribute: Attribute) -> None:
        """The attachment learns what the attribute says."""
        if attribute.number == ATTACH_TITLE:
            attachment.title = text(attribute.octets, self.page)
        elif attribute.number == TRANSPORT_NAME:
            attachment.transport = text(attribute.octets, self.page)
        elif attribute.number == ATTACH_DATA:
            attachment.contents.append(("file", attribute.octets))
        elif attribute.number == ATTACHMENT_PROPERTIES:
            for found in self.readable(attribute.octets):
                self.tell_property(attachment, found)

    def tell_property(self, attachment: Attachment, found: mapi.Property) -> None:
        if found.id == mapi.ATTACH_DATA:
            attachment.contents.extend(content(found.type, value) for value in found.values)
        elif found.type in (mapi.STRING8, mapi.UNICODE):
            attachment.properties.setdefault(found.id, []).extend(self.said(found, value) for value in found.values)

    def readable(self, octets: bytes) -> Iterator[mapi.Property]:
        """As many properties as can be read: a broken attribute ends no other."""
        try:
            yield from mapi.properties(octets)
        except mapi.BadProperties as error:
            self.broken = f"properties: {error}"

    def said(self, found: mapi.Property, value: bytes) -> str:
        return text(value, "utf-16-le" if found.type == mapi.UNICODE else self.page)


def bounds(octets: bytes) -> list[int]:
    """Where each attribute begins, and where the last one ends; that may be past the end."""
    if not octets.startswith(SIGNATURE):
        raise BadTnef("no signature")
    found = [at := START]
    while at + HEAD <= len(octets) and octets[at] in LEVELS:
        at += HEAD + int.from_bytes(octets[at + 5 : at + HEAD], "little") + CHECKSUM
        found.append(at)
        if len(found) > ATTRIBUTES:
            raise BadTnef("too many attributes")
    return found


def rich(value: bytes) -> bytes:
    """The RTF of a body; as it stands there if it is not packed."""
    try:
        return rtf(value)
    except BadCompressedRtf:
        return value


def content(kind: int, value: bytes) -> tuple[str, bytes]:
    """An object has the id of an interface before it."""
    if kind == mapi.OBJECT and value[8:INTERFACE_SIZE] == INTERFACE:
        value = value[INTERFACE_SIZE:]
    return "message" if value.startswith(SIGNATURE) else "file", value


def text(octets: bytes, charset: str) -> str:
    """Up to the NUL that ends it."""
    return octets.decode(charset, "replace").partition("\0")[0]
