"""Does a sheet that is a text start a program: CSV, SYLK, web query?

Excel takes a cell that begins with `=`, `+`, `-` or `@` for a formula in any of these.
"""

import re

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents.addresses import host_of, links, printable
from gatepost.adapters.inspection.documents.xml_tags import as_string
from gatepost.adapters.inspection.opened import Hints, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import AUTO_MACRO, DDE, REMOTE, XLM

LONGEST = 8 * 1024 * 1024  # characters
FORMULA = re.compile(
    r"(?:(?:^|[,;\t\r\n\"])[ ]{0,20}[=+\-@]|;E)(?:[^,;\t\r\n|]{0,200}?\W)?"  # where a formula begins
    r"([A-Za-z]\w{0,40})[ ]{0,5}\|([^\r\n!]{1,300})!",  # service|topic!item
    re.MULTILINE,
)
CALLED = re.compile(r";E[^\r\n;]{0,300}?\b(EXEC|CALL|REGISTER|FOPEN|HALT|RUN|ALERT)\(", re.IGNORECASE)
AUTOMATIC = re.compile(r"^NN;NAuto_?\w{0,20}", re.IGNORECASE | re.MULTILINE)
MACRO_SHEET = re.compile(r"^O(?:;[^;\r\n]{0,20}){0,10};E(?:;|\r|\n|$)", re.MULTILINE)
QUERY = re.compile(r"\A\ufeff?\s*(?:WEB\s*\r?\n\s*1\s*\r?\n|XLODBC)", re.IGNORECASE)
ADDRESS = re.compile(r"(?:https?|ftp|file)://[^\s\"',;]{1,2000}", re.IGNORECASE)


def open_sheet(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    text = as_string(octets)[:LONGEST]
    found = FORMULA.search(text) if "|" in text else None
    if found:
        yield Trait(DDE, printable(f"{found[1]}|{found[2]}"))
    if text.lstrip()[:4].upper() == "ID;P":
        if MACRO_SHEET.search(text) or CALLED.search(text):
            yield Trait(XLM, "SYLK")
        if AUTOMATIC.search(text):
            yield Trait(AUTO_MACRO, "automatic name")
    if QUERY.match(text):
        for match in list(ADDRESS.finditer(text))[:20]:
            if host_of(match[0]):
                yield Trait(REMOTE, printable(host_of(match[0])))
                yield from links(match[0], "office")
