"""What does a PDF do when it is opened, and which files are in it?

Twice over: the octets themselves are searched, with their names unescaped and object streams unpacked, since a reader
opens what a strict parser does not; and where qpdf can read it, what it holds is taken out.
"""

import re
from collections.abc import Iterator

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents.addresses import links, printable
from gatepost.adapters.inspection.documents.inflating import inflated
from gatepost.adapters.inspection.documents.pdf_objects import contents
from gatepost.adapters.inspection.opened import Hints, Opened
from gatepost.model.inspection import Link, Trait
from gatepost.model.traits import ATTACHED, FORM_SCRIPT, JAVASCRIPT, LAUNCH, UNREADABLE

HEADER_WITHIN = 1024  # octets
STREAM, END_STREAM = b"stream", b"endstream"
DICTIONARY = 1024  # octets in front of a stream in which its dictionary is looked for
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
WORDS = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|OpenAction|AA|GoToE|GoToR|ImportData|SubmitForm|URI|XFA)(?![A-Za-z0-9_])"
)
URI = re.compile(rb"/URI\s*\(((?:[^()\\]|\\.){1,2000})\)", re.DOTALL)
BACKSLASH = re.compile(rb"\\(?:\r\n|\n|\r|([0-7]{1,3})|(.))", re.DOTALL)
LAUNCHED = re.compile(rb"/(?:F|Win)\s*(?:<<[^>]{0,200}?/F\s*)?\(([^()]{1,300})\)")
MOST_LINKS = 200
XFA_SCRIPT = b"<script"


def open_pdf(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    at = octets.find(b"%PDF-", 0, HEADER_WITHIN)
    octets = octets[at:] if at > 0 else octets
    text = unescaped(skeleton(octets, budget))
    words = [match[1].decode() for match in WORDS.finditer(text)]
    seen = set(words)
    yield from traits(seen, text)
    yield from addresses(text)
    codes: list[str] = []
    for each in contents(octets, hints, budget):
        if isinstance(each, Trait):
            codes.append(each.code)
        yield each
    yield from not_taken_out(words, codes)


def not_taken_out(words: list[str], codes: list[str]) -> Iterator[Trait]:
    """What a reader may open that qpdf has not found.

    Args:
        words: names that stand in it.
        codes: of what was found.
    """
    if "EmbeddedFile" in words and ATTACHED not in codes:
        yield Trait(UNREADABLE, "a file in it that cannot be taken out")
    scripts = codes.count(FORM_SCRIPT)
    if JAVASCRIPT not in codes and (words.count("JS") > scripts or ("JavaScript" in words and not scripts)):
        yield Trait(JAVASCRIPT, "that cannot be taken out")


def skeleton(octets: bytes, budget: Budget) -> bytes:
    """All that is outside of streams, and what is in those that hold objects."""
    pieces: list[bytes] = []
    at = 0
    while (start := octets.find(STREAM, at)) >= 0:
        pieces.append(octets[at:start])
        end = octets.find(END_STREAM, start + len(STREAM))
        if end < 0:
            return b"\n".join([*pieces, octets[start:]])
        said = unescaped(octets[max(at, start - DICTIONARY) : start])
        if b"/ObjStm" in said:
            body = octets[start + len(STREAM) : end].lstrip(b"\r\n")
            pieces.append(inflated(body, budget) if b"/FlateDecode" in said or b"/Fl" in said else body)
        at = end + len(END_STREAM)
    pieces.append(octets[at:])
    return b"\n".join(pieces)


def unescaped(octets: bytes) -> bytes:
    """`/J#61vaScript` is a name like any other (ISO 32000-1 §7.3.5)."""
    return ESCAPED.sub(lambda match: bytes((int(match[1], 16),)), octets) if b"#" in octets else octets


def traits(seen: set[str], text: bytes) -> Iterator[Trait]:
    if "Launch" in seen:
        program = LAUNCHED.search(text, text.find(b"/Launch"))
        yield Trait(LAUNCH, printable(program[1].decode("latin-1")) if program else "")
    elif "ImportData" in seen:
        yield Trait(LAUNCH, "imports data")
    elif opens_address(text):
        yield Trait(LAUNCH, "opens an address")
    if "RichMedia" in seen:
        yield Trait(LAUNCH, "RichMedia")


def opens_address(text: bytes) -> bool:
    """`/OpenAction` with an address or a form that is sent, in place: not where it only says which page to show."""
    at = text.find(b"/OpenAction")
    if at < 0:
        return False
    action = text[at : at + 300]
    end = action.find(b">>")
    return bool(re.search(rb"/S\s*/(?:URI|SubmitForm|GoToR)\b", action[: end if end >= 0 else None]))


def addresses(text: bytes) -> Iterator[Link]:
    seen: set[str] = set()
    for match in URI.finditer(text):
        address = BACKSLASH.sub(plain, match[1]).decode("latin-1")
        if address not in seen:
            seen.add(address)
            yield from links(address, "pdf")
        if len(seen) >= MOST_LINKS:
            return


def plain(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes((int(match[1], 8) & 0xFF,))
    return match[2] or b""
