"""Which VBA is in this storage, and does it run by itself?

The source is what is told; where it was removed and only the compiled form is left, that VBA is there still is.
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents.addresses import printable
from gatepost.adapters.inspection.documents.ovba import BadContainer, decompress
from gatepost.adapters.inspection.opened import Member
from gatepost.model.inspection import Trait
from gatepost.model.traits import AUTO_MACRO, MACRO, UNREADABLE

LONGEST_SOURCE = 4 * 1024 * 1024  # octets of one module
MODULES = 500
MODULE_STREAM, MODULE_STREAM_WIDE, MODULE_OFFSET, PROJECT_VERSION = 0x1A, 0x32, 0x31, 0x09
AUTOMATIC = re.compile(
    rb"\b(?:sub|function)\s+"
    rb"(auto_?(?:open|close|exec|exit|new|activate|deactivate)"
    rb"|(?:this)?(?:document|workbook|presentation|project|drawing|slideshow|wb|doc|app)_?"
    rb"(?:open|opened|close|beforeclose|activate|new|begin|windowactivate|contentcontrolonenter|sheetactivate|startup)"
    rb"|(?:open|new|close)document|worksheet_activate|onslideshowpagechange"
    rb"|\w{1,60}_(?:painted|painting|layout|onconnecting|beforenavigate2|documentcomplete|downloadcomplete))\s*\(",
    re.IGNORECASE,
)
SOURCE_MARK = b"\x00Attribut"  # a module begins with "Attribute VB_Name", of which the first octet is a token's flags


class Module(Struct, frozen=True):
    """Where a module's source is."""

    stream: str
    offset: int


def vba(streams: Mapping[str, bytes], budget: Budget) -> Iterator[Member | Trait]:
    """What one storage called VBA holds.

    Args:
        streams: its streams by their names in lower case.
    """
    yield Trait(MACRO, f"{max(0, len(streams) - 2)} modules")
    sources = dict(from_directory(streams, budget))
    for name, octets in streams.items():
        if name not in sources and (found := from_mark(octets, budget)):
            sources[name] = found
    if not any(sources.values()):
        yield Trait(UNREADABLE, "VBA without source")
    for name, source in sources.items():
        automatic = AUTOMATIC.search(source)
        if automatic:
            yield Trait(AUTO_MACRO, printable(automatic[1].decode("latin-1")))
        yield Member(f"{name}.bas", source, "text/vbscript", alike=True)


def from_directory(streams: Mapping[str, bytes], budget: Budget) -> Iterator[tuple[str, bytes]]:
    try:
        listed = decompress(streams.get("dir", b""), LONGEST_SOURCE)
    except BadContainer as error:
        listed = error.octets
    budget.room(len(listed))
    for module in modules(listed):
        stream = streams.get(module.stream)
        if stream is not None:
            yield module.stream, source_at(stream, module.offset, budget)


def modules(listed: bytes) -> Iterator[Module]:
    """From the records of the stream `dir` (§2.3.4.2): each an id, a length and that many octets."""
    at, stream, count = 0, "", 0
    while at + 6 <= len(listed) and count < MODULES:
        kind, length = int.from_bytes(listed[at : at + 2], "little"), int.from_bytes(listed[at + 2 : at + 6], "little")
        content = listed[at + 6 : at + 6 + length]
        if kind == PROJECT_VERSION:
            length = 6  # says 4, and is 6
        elif kind == MODULE_STREAM:
            stream = stream or content.decode("latin-1").lower()
        elif kind == MODULE_STREAM_WIDE:
            stream = content.decode("utf-16-le", "replace").lower() or stream
        elif kind == MODULE_OFFSET:
            yield Module(stream, int.from_bytes(content[:4], "little"))
            stream, count = "", count + 1
        at += 6 + length


def source_at(stream: bytes, offset: int, budget: Budget) -> bytes:
    try:
        source = decompress(stream[offset:], LONGEST_SOURCE)
    except BadContainer as error:
        source = error.octets
    budget.room(len(source))
    return source


def from_mark(stream: bytes, budget: Budget) -> bytes:
    """Where the directory does not lead to a source: by how every source begins."""
    at = stream.find(SOURCE_MARK)
    return source_at(stream, at - 3, budget) if at >= 3 else b""
