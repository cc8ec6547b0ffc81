"""Which fields of a Word document (ECMA-376 part 1, §17.16) start a conversation, or fetch what they show?"""

import re
from collections.abc import Iterator

from gatepost.adapters.inspection.documents.addresses import host_of, links, printable
from gatepost.adapters.inspection.documents.packages import remote
from gatepost.adapters.inspection.documents.xml_tags import tags
from gatepost.model.inspection import Link, Trait
from gatepost.model.traits import DDE

MARKS = (b"instrText", b"fldSimple", b"i\x00n\x00s\x00t\x00r\x00")
CONVERSATION = re.compile(r"(?:^|[\s{\x13])(DDE(?:AUTO)?)(?=[\s\"\\]|$)([^\x13\x15]{0,200})", re.IGNORECASE)
FETCHED = re.compile(
    r"\b(INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|RD)\s[^\"]{0,100}\"([^\"]{1,1000})\"", re.IGNORECASE
)
CLICKED = re.compile(r"\bHYPERLINK\s+\"([^\"]{1,2000})\"", re.IGNORECASE)
MOST = 200  # of each in one part


def dangers(octets: bytes) -> Iterator[Trait | Link]:
    """An instruction may be cut into runs; together they are what Word reads."""
    if not any(mark in octets for mark in MARKS):
        return
    pieces: list[str] = []
    for tag in tags(octets):
        if tag.name == "instrText":
            pieces.append(tag.text)
        elif tag.name == "fldSimple":
            pieces.append(" " + tag.attributes.get("instr", "") + " ")
        elif tag.name == "fldChar" and tag.attributes.get("fldCharType") == "begin":
            pieces.append(" \x13")
    yield from in_instructions("".join(pieces))


def in_instructions(text: str) -> Iterator[Trait | Link]:
    found = CONVERSATION.search(text)
    if found:
        yield Trait(DDE, printable(found[1] + found[2]))
    for match in list(FETCHED.finditer(text))[:MOST]:
        address = match[2].replace("\\\\", "\\")
        if host_of(address) and match[1].upper() != "INCLUDEPICTURE":
            yield remote(address, match[1].lower())
    for match in list(CLICKED.finditer(text))[:MOST]:
        if host_of(match[1]):
            yield from links(match[1], "office")
