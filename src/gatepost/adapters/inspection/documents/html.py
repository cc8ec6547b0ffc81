"""Does this page or picture run something, or build a file in the browser (HTML smuggling)?

Looked for where it stands, in one pass over the text; nothing is run. What is encoded in it (data URLs, long literals)
is decoded and given back, so that a file hidden there is judged as what it is.
"""

import re
from collections.abc import Iterator
from html import unescape

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents import literals
from gatepost.adapters.inspection.documents.xml_tags import as_string
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import ENTITIES, SCRIPTED, SMUGGLING

LONGEST = 16 * 1024 * 1024  # characters looked at
SCRIPT = re.compile(r"<script\b([^>]{0,2000})>", re.IGNORECASE)
NOT_RUN = re.compile(r"type\s*=\s*[\"']?(?:application/(?:ld\+)?json|text/(?:template|html|x-))", re.IGNORECASE)
HANDLER = re.compile(  # two letters first: that is what is looked for fastest
    r"on(?<=[\s\"'/]on)(?:load|error|begin|end|click|mouse\w{1,10}|focus\w{0,3}|toggle|resize|pointer\w{1,10})\s*="
)
EVENT_OR_EDGE = re.compile(rf"([<>])|(\"[^\"<]*+\"|'[^'<]*+')|{HANDLER.pattern}")  # what is quoted is neither
# These are searched in lower case.
SCRIPT_ADDRESS = re.compile(r"(?:href|src|action|to|values|from)\s*=\s*[\"']?\s*(?:java|vb)script:")
REFRESH = re.compile(r"<meta\b[^>]{0,500}?url\s*=\s*['\"]?\s*(?:data|javascript|blob):")
DOWNLOAD = re.compile(r"<a\b([^>]{0,4000})")
DATA_ADDRESS = re.compile(r"href\s*=\s*[\"']?\s*data:")
TAG_LENGTH = 4000  # characters between a tag's begin and an attribute of it
MAKES_FILE = tuple(
    "createobjecturl mssaveoropenblob mssaveblob blob( file( showsavefilepicker .download= 'download'".split()
)
FROM_WORDS = tuple(
    "atob( fromcharcode uint8array charcodeat textdecoder unescape( decodeuricomponent( arraybuffer".split()
)
RUNS_WORDS = re.compile(
    r"(?:eval|document\.write(?:ln)?|settimeout|function)\s*\(\s*(?:window\.)?(?:unescape|atob|decodeuricomponent|string\.fromcharcode)\s*\(",
)
ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
FOREIGN = re.compile(r"<(?:\w+:)?(?:foreignObject|iframe|embed|object|handler|listener|script)\b", re.IGNORECASE)
# Where the value of an attribute is another to a browser than it looks: references, tabs and line ends in an address.
# XHTML in XML, where elements may have a prefix.
PREFIX = re.compile(r"<[A-Za-z_][\w.-]{0,40}+:(?=(?:script|a|meta|iframe|object|embed)\b)", re.IGNORECASE)
REFERENCE = re.compile(r"&(?:#|tab;|newline;|colon;|lt;|quot;|apos;)", re.IGNORECASE)
VALUE = re.compile(r"((?:\bsrcdoc\s*+)?=\s*+)(\"[^\"]*+\"|'[^']*+'|[^\s\"'<>=]++)", re.IGNORECASE)
ADDRESS = re.compile(r"[\"'\x00-\x20]*+[a-z\t\r\n-]{3,40}:", re.IGNORECASE)
SCHEMES = ("data:", "script:")
LINE_SIGNS = str.maketrans("", "", "\t\r\n")
LONG_ENOUGH = 2000  # characters of literals that a file could be in


def open_html(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    text = as_string(octets)[:LONGEST]
    if "xmlns:" in text:
        text = PREFIX.sub("<", text)
    text = values_read(text)
    lower = text.lower()
    yield from scripts(text, lower)
    found = tuple(literals.files(text, lower, budget))
    if why := smuggling(text, lower, found):
        yield Trait(SMUGGLING, why)
    yield from found


def open_svg(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """A picture that browsers run as a page."""
    text = as_string(octets)[:LONGEST]
    if ENTITY.search(text):
        yield Trait(ENTITIES)
    if FOREIGN.search(text):
        yield Trait(SCRIPTED, "a page within")
    yield from open_html(octets, hints, budget)


def values_read(text: str) -> str:
    """With the values of attributes as a browser reads them."""
    if not REFERENCE.search(text):
        joined = text.lower().replace("\t", "").replace("\r", "").replace("\n", "")
        if not any(scheme in joined for scheme in SCHEMES):
            return text
    return VALUE.sub(value_read, text)


def value_read(match: re.Match[str]) -> str:
    """Only the value of `srcdoc` is a page of its own: elsewhere `&lt;` begins no tag."""
    value = unescape(match[2]) if "&" in match[2] else match[2]
    if match[1].startswith("="):
        value = value.replace("<", "&lt;")
    return match[1] + (value.translate(LINE_SIGNS) if ADDRESS.match(value) else value)


def scripts(text: str, lower: str) -> Iterator[Trait]:
    if "<script" in lower and any(not NOT_RUN.search(match[1]) for match in SCRIPT.finditer(text)):
        yield Trait(SCRIPTED, "script")
    elif "script:" in lower and SCRIPT_ADDRESS.search(lower):
        yield Trait(SCRIPTED, "address")
    elif HANDLER.search(lower) and has_event(lower):
        yield Trait(SCRIPTED, "event")


def has_event(lower: str) -> bool:
    """Within a tag, not in the text between."""
    start = -1
    for match in EVENT_OR_EDGE.finditer(lower):
        if match[1]:
            start = match.end() if match[1] == "<" else -1
        elif not match[2] and start >= 0 and match.start() - start <= TAG_LENGTH:
            return True
    return False


def smuggling(text: str, lower: str, found: tuple[Member, ...]) -> str:
    """Why it is, "" if it is not: a file comes to be on the reader's disk that was no attachment."""
    if any(literals.is_dangerous(member) for member in found):
        return "a file in the text"
    if "data:" in lower and any(is_download(match[1]) for match in DOWNLOAD.finditer(lower)):
        return "data to download"
    if "http-equiv" in lower and REFRESH.search(lower):
        return "refresh"
    return builder(text, lower)


def is_download(attributes: str) -> bool:
    return "download" in attributes and bool(DATA_ADDRESS.search(attributes))


def builder(text: str, lower: str) -> str:
    """What its scripts are made of."""
    if "<script" not in lower and "script:" not in lower and " on" not in lower:
        return ""
    if any(word in lower for word in MAKES_FILE) and any(word in lower for word in FROM_WORDS):
        return "builds a file"
    if RUNS_WORDS.search(lower) and literals.longest(text) >= LONG_ENOUGH:
        return "builds a page"
    return ""
