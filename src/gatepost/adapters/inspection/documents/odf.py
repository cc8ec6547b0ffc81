"""What is in an OpenDocument (ISO 26300): macros, objects, what it fetches from elsewhere?"""

import re
import zlib
from collections.abc import Iterator
from zipfile import BadZipFile, ZipInfo

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents.addresses import host_of, links, printable
from gatepost.adapters.inspection.documents.ooxml import is_markup, is_risky, is_told
from gatepost.adapters.inspection.documents.package import Package, name_of
from gatepost.adapters.inspection.documents.packages import remote
from gatepost.adapters.inspection.documents.xml_tags import Tag, has_own_entities, tags
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.model.inspection import Link, Trait
from gatepost.model.traits import AUTO_MACRO, DDE, EMBEDDED, ENCRYPTED, ENTITIES, MACRO, UNREADABLE

CONTENT = re.compile(r"(?:.*/)?(?:content|styles|settings|meta)\.xml")
MODULES = re.compile(r"(?:.*/)?basic/(?!.*script-l[bc]\.xml).*\.(?:xml|xba)|(?:.*/)?scripts/.+")
OBJECTS = re.compile(r"(?:.*/)?object \d+")
EVENTS = re.compile(
    r"(?:dom:load|office:(?:load-finished|new|start-app|create|view-created)|on-?load|on-?open)", re.IGNORECASE
)
CLICKED = frozenset({"a", "hyperlink", "bookmark"})
PICTURES = frozenset({"image", "fill-image", "background-image"})
MOST_LINKS = 200


def open_odf(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    package = Package(octets, budget)
    yield from package.oddities()
    for member in package.members:
        try:
            yield from in_part(package, member)
        except (BadZipFile, zlib.error) as error:
            yield Trait(UNREADABLE, printable(f"{member.filename}: {error}"))


def in_part(package: Package, member: ZipInfo) -> Iterator[Member | Trait | Link]:
    name, start = name_of(member), package.peek(member)
    if MODULES.fullmatch(name):
        yield Trait(MACRO, printable(name))
        yield Member(member.filename, package.read(member), "text/plain", alike=True)
    elif name == "meta-inf/manifest.xml":
        if b"encryption-data" in package.read(member):
            yield Trait(ENCRYPTED, "members")
    elif OBJECTS.fullmatch(name) or (not is_markup(start) and is_told(name, start)):
        if is_risky(name, start):
            yield Trait(EMBEDDED, printable(name))
        yield Member(member.filename, package.read(member))
    elif CONTENT.fullmatch(name) and is_markup(start):
        yield from in_content(package.read(member), name)


def in_content(octets: bytes, name: str) -> Iterator[Trait | Link]:
    if has_own_entities(octets):
        yield Trait(ENTITIES, printable(name))
        return
    count = 0
    for tag in tags(octets):
        href = tag.attributes.get("href", "")
        if href and count < MOST_LINKS and host_of(href):
            count += 1
            yield from links(href, "office")
            if tag.name not in CLICKED and tag.name not in PICTURES:
                yield remote(href, tag.name)
        yield from dangers(tag)


def dangers(tag: Tag) -> Iterator[Trait]:
    if tag.name in ("dde-source", "dde-link", "dde-connection-decl"):
        words = [tag.attributes.get(name, "") for name in ("dde-application", "dde-topic")]
        if any(words):
            yield Trait(DDE, printable("|".join(words)))
    elif tag.name == "event-listener":
        if EVENTS.search(tag.attributes.get("event-name", "")):
            yield Trait(AUTO_MACRO, printable(tag.attributes.get("event-name", "")))
    elif tag.name in ("object-ole", "plugin", "applet"):
        yield Trait(EMBEDDED, tag.name)
