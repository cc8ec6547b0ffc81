"""What is in an Office document that is a ZIP package (ECMA-376): macros, objects, what it fetches from elsewhere?

A part counts for what is in it, whatever its name and type are said to be: a VBA project may be called anything.
"""

import re
import zlib
from collections.abc import Iterator
from zipfile import BadZipFile, ZipInfo

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents import relationships, word_fields
from gatepost.adapters.inspection.documents.addresses import printable
from gatepost.adapters.inspection.documents.ole import projects
from gatepost.adapters.inspection.documents.package import Package, name_of
from gatepost.adapters.inspection.documents.storage import Storage
from gatepost.adapters.inspection.documents.xml_tags import as_string, has_own_entities, tags
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.adapters.inspection.types.extensions import RISKY
from gatepost.adapters.inspection.types.names import read_name
from gatepost.adapters.inspection.types.signatures import by_signature
from gatepost.adapters.inspection.types.texts import as_text, kinds_of_text
from gatepost.model.inspection import Link, Trait
from gatepost.model.traits import AUTO_MACRO, DDE, EMBEDDED, ENTITIES, MACRO, UNREADABLE, XLM

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_PACKAGE = "\x01Ole10Native".encode("utf-16-le")
PROJECT = "_VBA_PROJECT".encode("utf-16-le")
PEEKED = 512  # octets of each part
BORING = (".odttf", ".fntdata", "printersettings1.bin")
FIELD_PARTS = re.compile(r"word/(?:document|header|footer|comments|footnotes|endnotes|glossary/document)\w*\.xml")
READ_WHOLE = re.compile(
    r"\[content_types\]\.xml|.*\.rels|(?:.*/)?customui/[^/]*\.xml|xl/externallinks/[^/]*\.xml|xl/workbook\.xml"
)
CALLED = re.compile(r"onLoad\s*=\s*[\"'][^\"']", re.IGNORECASE)
AUTOMATIC_NAME = re.compile(rb"_xlnm\.Auto_|name\s*=\s*[\"']Auto_(?:Open|Close|Activate)", re.IGNORECASE)


def open_ooxml(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    package = Package(octets, budget)
    yield from package.oddities()
    for member in package.members:
        try:
            yield from in_part(package, member)
        except (BadZipFile, zlib.error) as error:
            yield Trait(UNREADABLE, printable(f"{member.filename}: {error}"))


def in_part(package: Package, member: ZipInfo) -> Iterator[Member | Trait | Link]:
    name, start = name_of(member), package.peek(member, PEEKED)
    if start.startswith(OLE):
        yield from in_storage(package, member)
    elif is_page(start):
        yield Member(member.filename, package.read(member))
    elif is_markup(start):
        yield from in_markup(package, member, name)
    elif is_told(name, start):
        if is_risky(name, start):
            yield Trait(EMBEDDED, printable(name))
        yield Member(member.filename, package.read(member))
    if name.startswith(("xl/macrosheets/", "xl/intlmacrosheets/")) and not name.endswith(".rels"):
        yield Trait(XLM, printable(name))
    if "/activex/" in f"/{name}" and name.endswith(".xml"):
        yield Trait(EMBEDDED, "activeX")


def is_markup(start: bytes) -> bool:
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or start.startswith(
        (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
    )


def is_page(start: bytes) -> bool:
    """HTML or MHT that Word takes in as if it were written in the document, or a picture that is a page."""
    head = as_text(start)
    kind = next(kinds_of_text(head, True), None) if head else None
    return kind is not None and kind.format in ("html", "rfc822", "svg")


def is_told(name: str, start: bytes) -> bool:
    """A file that a reader could take out, or that a program could use: not fonts and settings."""
    if "/embeddings/" in name or is_risky(name, start):
        return True
    return not name.endswith(BORING) and by_signature(start) is not None


def is_risky(name: str, start: bytes) -> bool:
    kind = by_signature(start)
    return bool(RISKY.intersection(read_name(name).classes)) or (kind is not None and kind.file_class in RISKY)


def in_storage(package: Package, member: ZipInfo) -> Iterator[Member | Trait]:
    octets = package.read(member)
    if PROJECT in octets:
        try:
            yield from projects(Storage(octets, package.budget))
        except (OSError, ValueError, IndexError, KeyError) as error:
            yield Trait(MACRO, "damaged")
            yield Trait(UNREADABLE, printable(f"{member.filename}: {error}"))
        return
    if OLE_PACKAGE in octets:
        yield Trait(EMBEDDED, printable(member.filename))
    yield Member(member.filename, octets)


def in_markup(package: Package, member: ZipInfo, name: str) -> Iterator[Member | Trait | Link]:
    is_fields = FIELD_PARTS.fullmatch(name)
    if not (is_fields or READ_WHOLE.fullmatch(name)):
        if has_own_entities(package.peek(member, 2048)):
            yield Trait(ENTITIES, printable(name))
        return
    octets = package.read(member)
    if has_own_entities(octets):
        yield Trait(ENTITIES, printable(name))
        return
    if is_fields:
        yield from word_fields.dangers(octets)
    elif name.endswith(".rels"):
        yield from relationships.dangers(octets)
    else:
        yield from in_named(octets, name)


def in_named(octets: bytes, name: str) -> Iterator[Trait]:
    if name == "[content_types].xml":
        yield from declared(octets)
    elif name == "xl/workbook.xml":
        if AUTOMATIC_NAME.search(octets):
            yield Trait(AUTO_MACRO, "automatic name")
    elif name.startswith("xl/externallinks/"):
        for tag in tags(octets):
            if tag.name == "ddeLink":
                yield Trait(
                    DDE, printable(f"{tag.attributes.get('ddeService', '')}|{tag.attributes.get('ddeTopic', '')}")
                )
    elif CALLED.search(as_string(octets)):
        yield Trait(AUTO_MACRO, "customUI onLoad")


def declared(octets: bytes) -> Iterator[Trait]:
    types = {tag.attributes.get("ContentType", "").lower() for tag in tags(octets)}
    if any("vbaproject" in kind for kind in types):
        yield Trait(MACRO, "declared")
    if any("macrosheet" in kind for kind in types):
        yield Trait(XLM, "declared")
