"""What is in a document that is one XML file: Word and Excel 2003, flat OPC, flat OpenDocument, PDF in XDP?"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents import odf, relationships, word_fields
from gatepost.adapters.inspection.documents.addresses import printable
from gatepost.adapters.inspection.documents.inflating import inflated
from gatepost.adapters.inspection.documents.pdf_forms import holds_script
from gatepost.adapters.inspection.documents.xml_tags import as_string, has_own_entities
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import DDE, ENTITIES, JAVASCRIPT, MACRO, UNREADABLE

ENCODED = re.compile(r"<(?:\w+:)?(?:binData|binaryData|binary-data|chunk)\b([^<>]*)>([^<]+)<")
NAME = re.compile(r"name=\"([^\"]{1,300})\"")
BASIC = re.compile(
    r"<(?:ooo:|script:|office:)?(?:module|script)\b[^<>]*(?:language=\"[^\"]*Basic|name=)", re.IGNORECASE
)
FORMULA = re.compile(r"\bFormula=\"=(?:[^\"<|]{0,200}?\W)?([A-Za-z]\w{0,40})[ ]{0,5}\|([^\"<!]{1,300})!")
ELSEWHERE = re.compile(r"<(?:\w{1,20}:)?Path>[ \t\r\n]{0,20}([A-Za-z]\w{0,40})[ ]{0,5}\|([^<]{1,300})<")
DEFLATED = re.compile(rb"\x78[\x01\x5e\x9c\xda]")


def open_flat(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    if has_own_entities(octets):
        yield Trait(ENTITIES)
        return
    text = as_string(octets)
    for match in ENCODED.finditer(text):
        budget.member()
        name = NAME.search(match[1])
        yield Member(name[1] if name else "object", decoded(match[2], budget), alike=True)
    if 'macrosPresent="yes"' in text or BASIC.search(text):
        yield Trait(MACRO)
    if "<xdp:xdp" in text and holds_script(octets):
        yield Trait(JAVASCRIPT, "XFA")
    yield from conversations(text)
    yield from word_fields.dangers(octets)
    yield from relationships.dangers(octets)
    yield from odf.in_content(octets, "content.xml")


def conversations(text: str) -> Iterator[Trait]:
    """DDE of an Excel 2003 workbook: in a formula, or kept as a workbook elsewhere."""
    for pattern in (FORMULA, ELSEWHERE):
        found = pattern.search(text) if "|" in text else None
        if found:
            yield Trait(DDE, printable(f"{found[1]}|{found[2]}"))


def decoded(text: str, budget: Budget) -> bytes:
    budget.room(len(text))
    try:
        return b64decode(text)
    except (Error, ValueError):
        return b""


def open_activemime(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """The macros of a Word or Excel document that is XML or MHT: an OLE storage, deflated behind a short header."""
    yield Trait(MACRO, "ActiveMime")
    found = DEFLATED.search(octets, 0, 256)
    plain = inflated(octets[found.start() :], budget) if found else b""
    if plain:
        yield Member("macros", plain, alike=True)
    else:
        yield Trait(UNREADABLE, "ActiveMime without content")
