"""What is in an OLE storage: Word, Excel, PowerPoint, Outlook, an installer, an object out of another document?

The streams are asked by their names wherever they lie, since a document may lie within a document.
"""

import re
from collections.abc import Iterator

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents import biff, encrypted, outlook, packages, powerpoint, word_binary
from gatepost.adapters.inspection.documents.addresses import printable
from gatepost.adapters.inspection.documents.inflating import inflated
from gatepost.adapters.inspection.documents.storage import Storage, Stream
from gatepost.adapters.inspection.documents.vba import vba
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.adapters.inspection.types.signatures import by_signature
from gatepost.model.inspection import FileClass, Trait
from gatepost.model.traits import EMBEDDED, ENCRYPTED

HARMLESS = frozenset({FileClass.IMAGE, FileClass.MEDIA, FileClass.FONT, FileClass.TEXT, FileClass.UNKNOWN})
ENCRYPTED_USER = b"\xdf\xc4\xd1\xf3"  # of the stream Current User (MS-PPT §2.3.2)
LENGTH = 4  # octets in front of what is deflated
ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
MONIKERS = 4096  # octets of the stream \x01Ole that are looked at: it holds no content


def open_ole(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    storage = Storage(octets, budget)
    if storage.has("EncryptedPackage"):
        info = next(iter(storage.named("EncryptionInfo")), None)
        yield from encrypted.opened(octets, storage.read(info) if info else b"", hints, budget)
        return
    yield from projects(storage)
    if storage.has("__properties_version1.0"):
        yield from outlook.contents(storage)
    for stream in storage.streams:
        yield from in_stream(storage, stream, hints)


def projects(storage: Storage) -> Iterator[Member | Trait]:
    """VBA: each storage that has a directory of modules or a compiled project, whatever its name is."""
    places = {stream.storage for stream in storage.streams if stream.name in ("dir", "_vba_project") and stream.storage}
    for place in sorted(places):
        streams = {stream.name: storage.read(stream) for stream in storage.within(place)}
        yield from vba(streams, storage.budget)


def in_stream(storage: Storage, stream: Stream, hints: Hints) -> Iterator[Member | Trait]:
    match stream.name:
        case "worddocument":
            yield from in_word(storage, stream, hints)
        case "workbook" | "book":
            yield from in_workbook(storage, storage.read(stream), hints)
        case "powerpoint document":
            yield from in_slides(storage, storage.read(stream), hints)
        case "\x01ole10native":
            yield from native(storage.read(stream))
        case "\x01ole":
            targets = packages.remote_targets(storage.read(stream)[:MONIKERS])
            yield from (packages.remote(target, "linked object") for target in targets)
        case "package" | "contents":
            yield Member(stream.path[-1], storage.read(stream))
        case _:
            yield from hidden(storage, stream)


def in_word(storage: Storage, stream: Stream, hints: Hints) -> Iterator[Member | Trait]:
    document = storage.read(stream)
    if word_binary.is_encrypted(document):
        yield from locked(storage, hints, at_root=not stream.storage)
        return
    yield from word_binary.fields(document)
    wanted = word_binary.table_name(document)
    for table in storage.within(stream.storage):
        if table.name == wanted:
            yield from word_binary.template(document, storage.read(table))


def in_workbook(storage: Storage, workbook: bytes, hints: Hints) -> Iterator[Member | Trait]:
    yield from biff.dangers(workbook, storage.budget)
    if biff.is_encrypted(workbook):
        yield from locked(storage, hints, at_root=True)


def in_slides(storage: Storage, slides: bytes, hints: Hints) -> Iterator[Member | Trait]:
    users = [storage.read(stream)[:20] for stream in storage.named("Current User")]
    if storage.has("EncryptedSummary") or any(ENCRYPTED_USER in user for user in users):
        yield from locked(storage, hints, at_root=True)
        return
    for inner in powerpoint.objects(slides, storage.budget):
        yield Member("object", inner, alike=True)


def locked(storage: Storage, hints: Hints, at_root: bool) -> Iterator[Member | Trait]:
    if at_root:
        yield from encrypted.opened(storage.octets, b"", hints, storage.budget)
    else:
        yield Trait(ENCRYPTED)


def native(octets: bytes) -> Iterator[Member | Trait]:
    member = packages.from_native(octets)
    if member is None:
        yield Member("object", octets[4:], alike=True)
        return
    yield Trait(EMBEDDED, printable(member.name))
    yield member


def hidden(storage: Storage, stream: Stream) -> Iterator[Member | Trait]:
    """A stream of any other name that is a file of its own: programs in installers, what droppers leave."""
    if stream.name.startswith("__substg1.0_") or storage.ole.get_size(list(stream.path)) < 64:
        return
    octets = storage.read(stream)
    if ZLIB.match(octets, LENGTH):  # an object in the file `oledata.mso` of a document that is XML
        yield Member(stream.path[-1], inflated(octets[LENGTH:], storage.budget), alike=True)
    kind = by_signature(octets)
    if kind is not None and kind.file_class not in HARMLESS:
        yield Trait(EMBEDDED, printable(stream.path[-1]))
        yield Member(stream.path[-1], octets)
