"""What does a calendar or a card say, where does it lead, and which files does it hold (RFC 5545, RFC 6350)?"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from gatepost.adapters.inspection.encoded.url_spans import spans
from gatepost.adapters.inspection.encoded.urls import link
from gatepost.model.inspection import Link, Text

TEXTS = frozenset("SUMMARY DESCRIPTION LOCATION COMMENT CONTACT NOTE FN ORG TITLE NAME X-WR-CALNAME".split())
HTML_TEXT = "X-ALT-DESC"
PEOPLE = frozenset(("ORGANIZER", "ATTENDEE", "EMAIL"))  # addresses, which are no links
FILES = frozenset("ATTACH IMAGE PHOTO LOGO SOUND KEY".split())
LINES = 20_000
LINKS = 500
FOLD = re.compile(r"\r?+\n[ \t]")
ESCAPE = re.compile(r"\\([\\;,nN])")
PARAMETER = re.compile(r';([A-Za-z0-9-]{1,40})=("[^"\n]*+"|[^;:"\n]*+)')
NAME = re.compile(r"(?:[A-Za-z0-9-]{1,60}\.)?([A-Za-z0-9-]{1,60})(?=[;:])")
ENCODED = re.compile(r"encoding=|base64,", re.IGNORECASE)
DATA_URL = re.compile(r"data:([^,;]{0,100})[^,]{0,200};base64,", re.IGNORECASE)


class Line(Struct, frozen=True):
    """One property: its name in upper case, its parameters by name in upper case, its value as it stands there."""

    name: str
    parameters: dict[str, str]
    value: str


class File(Struct, frozen=True):
    """A file that stands in the calendar itself."""

    name: str
    media_type: str
    octets: bytes


def content_lines(text: str) -> Iterator[Line]:
    """Folds undone; what is no property is left out."""
    yield from (made for line in FOLD.sub("", text).splitlines()[:LINES] if (made := property_of(line)))


def encoded_lines(text: str) -> Iterator[Line]:
    """Those that may hold a file, however many others there are."""
    for line in FOLD.sub("", text).splitlines():
        if ENCODED.search(line) and (made := property_of(line)):
            yield made


def property_of(line: str) -> Line | None:
    name = NAME.match(line)
    if name is None:
        return None
    at = name.end()
    parameters = {}
    while found := PARAMETER.match(line, at):
        parameters[found[1].upper()] = found[2].strip('"')
        at = found.end()
    return Line(name[1].upper(), parameters, line[at:].removeprefix(":"))


def calendar_words(lines: Sequence[Line], path: str) -> Iterator[Text | Link]:
    """What it says, as one text; then where it leads."""
    said = [unescaped(line.value) for line in lines if line.name in TEXTS]
    yield Text(path=path, kind="plain", text="\n".join(said))
    known = set()
    for line in lines:
        if line.name in PEOPLE or line.name == HTML_TEXT or is_file(line):
            continue
        for span in spans(unescaped(line.value)):
            made = link(span.url, source="calendar", assumed=span.assumed)
            if made and made.url not in known:
                known.add(made.url)
                yield made
                if len(known) >= LINKS:
                    return


def html_texts(lines: Sequence[Line]) -> list[str]:
    """Descriptions in HTML, as Outlook writes them beside the plain one."""
    return [unescaped(line.value) for line in lines if line.name == HTML_TEXT]


def files(lines: Iterable[Line]) -> Iterator[File]:
    """Files that stand in it as base64."""
    for line in lines:
        if not is_file(line):
            continue
        data = DATA_URL.match(line.value)
        digits = line.value[data.end() :] if data else line.value
        media_type = (data[1] if data else "") or line.parameters.get("FMTTYPE", "")
        yield File(name_of(line), media_type.lower(), decoded(digits))


def name_of(line: Line) -> str:
    """Each program has a parameter of its own: X-FILENAME, X-APPLE-FILENAME, X-ORACLE-FILENAME, LABEL (RFC 9073)."""
    named = (value for key, value in line.parameters.items() if "FILENAME" in key and value)
    return next(named, line.parameters.get("LABEL", ""))


def is_file(line: Line) -> bool:
    if line.parameters.get("ENCODING", "").upper() in ("BASE64", "B"):
        return True
    return line.name in FILES and DATA_URL.match(line.value) is not None


def decoded(digits: str) -> bytes:
    pure = re.sub(r"[^A-Za-z0-9+/]", "", digits)
    pure = pure[: len(pure) - (len(pure) % 4 == 1)]
    try:
        return base64.b64decode(pure + "=" * (-len(pure) % 4))
    except binascii.Error:
        return b""


def unescaped(value: str) -> str:
    return ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value) if "\\" in value else value
