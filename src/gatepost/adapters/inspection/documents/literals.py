"""Which files are written as words in a page: data URLs, long base64, percent or number literals?"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote_to_bytes

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.opened import Member
from gatepost.adapters.inspection.types.signatures import by_signature
from gatepost.adapters.inspection.types.texts import as_text, kinds_of_text
from gatepost.model.inspection import FileClass

SHORTEST = 100  # characters of base64 in a script that are looked at
DATA = re.compile(
    r"data:([a-z0-9.+-]{1,80}/[a-z0-9.+-]{1,80})?((?:;[^,;\"'<>\s]{1,200}){0,4}),([^\"'<>)\\\s]*)", re.IGNORECASE
)
BASE64 = re.compile(rf"[\"'`]([A-Za-z0-9+/_-]{{{SHORTEST},}}={{0,2}})[\"'`]")
NUMBERS = re.compile(
    r"[\[(]\s*((?>(?:(?:0x[0-9a-f]{1,2}|\d{1,3})\s*,\s*){100,})(?:0x[0-9a-f]{1,2}|\d{1,3}))", re.IGNORECASE
)
LONG_WORD = re.compile(r"[A-Za-z0-9+/%=_-]{500,}")
DANGEROUS = frozenset({
    FileClass.EXECUTABLE, FileClass.SCRIPT, FileClass.SHORTCUT, FileClass.DISK_IMAGE, FileClass.HELP, FileClass.ARCHIVE,
    FileClass.OFFICE, FileClass.OFFICE_MACRO, FileClass.NOTEBOOK, FileClass.HTML, FileClass.PDF,
})  # fmt: skip
RESOURCES = ("image/", "font/", "application/font", "application/x-font", "text/css")
PICTURES = 16  # of a page that are given back, for what may be written in them
START = 400  # characters of the others that tell what they are


def files(text: str, lower: str, budget: Budget) -> Iterator[Member]:
    if "data:" in lower:
        yield from from_addresses(text, budget)
    if "<script" in lower:
        yield from from_scripts(text, budget)


def from_addresses(text: str, budget: Budget) -> Iterator[Member]:
    """A page may have hundreds of pictures; one of them that is none is found all the same."""
    pictures = 0
    for match in DATA.finditer(text):
        declared = (match[1] or "text/plain").lower()
        is_resource = declared.startswith(RESOURCES)
        pictures += is_resource
        if not match[3] or (is_resource and pictures > PICTURES and not is_dangerous(start_of(match))):
            continue
        budget.member()
        octets = content_of(match, match[3])
        budget.room(len(octets))
        if octets and not declared.startswith(("font/", "application/font", "application/x-font", "text/css")):
            yield Member("data", octets, declared, alike=not is_file(octets))


def start_of(match: re.Match[str]) -> Member:
    return Member("data", content_of(match, match[3][:START]))


def content_of(match: re.Match[str], digits: str) -> bytes:
    octets = unquote_to_bytes(unescape(digits))
    return from_base64(octets) if "base64" in match[2].lower() else octets


def from_scripts(text: str, budget: Budget) -> Iterator[Member]:
    for match in BASE64.finditer(text):
        yield from file_in(from_base64(match[1].encode()), budget)
    for match in NUMBERS.finditer(text):
        yield from file_in(bytes(int(number, 0) & 0xFF for number in numbers(match[1])), budget)


def file_in(octets: bytes, budget: Budget) -> Iterator[Member]:
    if is_file(octets):
        budget.member()
        budget.room(len(octets))
        yield Member("literal", octets)


def numbers(text: str) -> Iterator[str]:
    for word in text.split(","):
        number = word.strip().lower()
        yield number if number.startswith("0x") else number.lstrip("0") or "0"


def from_base64(octets: bytes) -> bytes:
    octets = octets.translate(FROM_URLS, b" \t\r\n=")
    try:
        return b64decode(octets[: len(octets) // 4 * 4 + (0 if len(octets) % 4 == 1 else len(octets) % 4)] + b"==")
    except (Error, ValueError):
        return b""


FROM_URLS = bytes.maketrans(b"-_", b"+/")


def is_file(octets: bytes) -> bool:
    """Something with a signature, or a page."""
    return kind_of(octets) is not None


def kind_of(octets: bytes) -> FileClass | None:
    kind = by_signature(octets)
    if kind is None:
        head = as_text(octets)
        kind = next(kinds_of_text(head, True), None) if head is not None else None
    return None if kind is None else kind.file_class


def is_dangerous(member: Member) -> bool:
    """In a page no such file has to be, but for pictures and fonts."""
    return kind_of(member.octets) in DANGEROUS


def longest(text: str) -> int:
    return max((len(match[0]) for match in LONG_WORD.finditer(text)), default=0)
