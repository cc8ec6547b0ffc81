"""Which files are in a OneNote section (MS-ONESTORE §2.6.13)?"""

import re
from collections.abc import Iterator

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents.addresses import printable
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.adapters.inspection.types.extensions import RISKY
from gatepost.adapters.inspection.types.names import class_of
from gatepost.adapters.inspection.types.signatures import by_signature
from gatepost.model.inspection import FileClass, Trait
from gatepost.model.traits import EMBEDDED

OBJECT = b"\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac"
HEADER = 36  # octets: class, length (8), unused (4), reserved (8)
EXTENSION = re.compile(rb"\.\x00((?:[A-Za-z0-9-]\x00){1,20})(?=\x00\x00|[^\x20-\x7e])")
LONGEST_NAME = 200  # characters
MOST_NAMES = 200


def open_onenote(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """The names stand elsewhere, in properties: the dangerous ones are given to what is no picture."""
    names = iter(risky_names(octets))
    for content in objects(octets, budget):
        kind = by_signature(content)
        if kind is not None and kind.file_class is FileClass.IMAGE:
            yield Member("picture", content)
            continue
        name = next(names, "")
        yield Trait(EMBEDDED, printable(name))
        yield Member(name, content)


def objects(octets: bytes, budget: Budget) -> Iterator[bytes]:
    at = octets.find(OBJECT)
    while at >= 0:
        length = int.from_bytes(octets[at + 16 : at + 24], "little")
        budget.member()
        budget.room(min(length, len(octets)))
        yield octets[at + HEADER : at + HEADER + length]
        # Behind what lies within the file; else one object within another would hide.
        inside = at + HEADER + length <= len(octets)
        at = octets.find(OBJECT, at + HEADER + (length if inside else 0))


def risky_names(octets: bytes) -> list[str]:
    """Texts in UTF-16 that end in an extension which endangers."""
    kept: dict[str, None] = {}
    for match in EXTENSION.finditer(octets):
        word = match[1].decode("utf-16-le").lower()
        if class_of(word) in RISKY:
            before = octets[max(match.start() % 2, match.start() - 2 * LONGEST_NAME) : match.start()]
            letters = before.decode("utf-16-le", "replace")
            start = next((at for at in range(len(letters), 0, -1) if not letters[at - 1].isprintable()), 0)
            kept[f"{letters[start:]}.{word}"] = None
        if len(kept) >= MOST_NAMES:
            break
    return list(kept)
