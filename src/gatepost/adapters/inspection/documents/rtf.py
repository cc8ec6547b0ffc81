"""Which objects, fields and templates are in an RTF file, however its hexadecimal digits are cut up?

Word is lenient: `{\\rt` is header enough, and between the digits of an object may stand blanks, groups and control
words. The file is read once from left to right.
"""

import re
from binascii import unhexlify
from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents import packages, word_fields
from gatepost.adapters.inspection.documents.addresses import host_of, printable
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.model.inspection import Link, Trait
from gatepost.model.traits import EMBEDDED

OBJECT = re.compile(rb"\\objdata(?![a-z])", re.IGNORECASE)
TOKEN = re.compile(
    rb"(?P<hex>[0-9A-Fa-f\s]+)|(?P<open>\{)|(?P<close>\})"
    rb"|\\bin(?P<raw>\d{0,9})(?![a-zA-Z]) ?|\\'(?P<code>[0-9A-Fa-f]{2})"
    rb"|\\[a-zA-Z]{1,64}-?\d{0,10} ?|\\.|[^\\{}0-9A-Fa-f\s]+|\\",
    re.DOTALL,
)
TEMPLATE = re.compile(rb"\\\*\s*\\template(?![a-z])([^{}]{1,4000})", re.IGNORECASE)
INSTRUCTION = re.compile(rb"\\fldinst(?![a-z])((?>(?:[^{}\\]|\\[^\r\n]|[{}](?!\s*\\fldrslt)){1,3000}))", re.IGNORECASE)
ESCAPED = re.compile(rb"\\'([0-9A-Fa-f]{2})|\\u(-?\d{1,6}) ?\??|\\[a-z]{1,32}-?\d{0,10} ?|\\\*|[{}\r\n]", re.IGNORECASE)
BLANKS = b" \t\r\n\x0b\x0c"
BETWEEN_LOOKS = 4096  # words
DEEPEST = 200  # groups within an object's digits
MARKS = ((b"\xd0\xcf\x11\xe0", "ole"), (b"PK\x03\x04", "zip"), (b"MZ", "program"), (b"{\\rt", "rtf"), (b"%PDF", "pdf"))
NAME_LIMIT = 4096  # octets of a class name, topic or item
LONGEST_CLASS = 80


class Embedded(Struct, frozen=True):
    """An OLE 1 object (MS-OLEDS §2.2).

    Args:
        kind: the name of its class, such as `Package`, `Equation.3`.
        octets: its native data.
    """

    kind: str
    octets: bytes


def open_rtf(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    at = 0
    while found := OBJECT.search(octets, at):
        digits, at = collected(octets, found.end(), budget)
        budget.member()
        yield from in_object(digits)
    lower = octets.lower() if b"\\obj" in octets or b"\\OBJ" in octets else b""
    for word in (b"\\objupdate", b"\\objautlink", b"\\objlink"):
        if word in lower:
            yield Trait(EMBEDDED, word.decode().lstrip("\\"))
    for match in TEMPLATE.finditer(octets):
        address = unescaped(match[1]).strip()
        if host_of(address):
            yield packages.remote(address, "template")
    yield from in_fields(octets)


def collected(octets: bytes, at: int, budget: Budget) -> tuple[bytes, int]:
    """The object that begins here, and where its group ends."""
    digits = bytearray()
    depth = count = 0
    while match := TOKEN.match(octets, at):
        at = match.end()
        if match["hex"] or match["code"]:
            digits += (match["hex"] or match["code"]).translate(None, BLANKS)
        elif match["raw"]:
            length = int(match["raw"])
            digits += octets[at : at + length].hex().encode()
            at += length
        depth += (match["open"] is not None) - (match["close"] is not None)
        if depth < 0 or depth > DEEPEST:
            break
        count += 1
        if count % BETWEEN_LOOKS == 0:
            budget.time()
    budget.room(len(digits))
    return unhexlify(digits[: len(digits) & ~1]), at


def in_object(octets: bytes) -> Iterator[Member | Trait]:
    found = embedded(octets) or by_mark(octets)
    if found is None:
        yield Trait(EMBEDDED, "object")
        yield Member("object", octets, alike=True)
        return
    yield Trait(EMBEDDED, printable(found.kind, LONGEST_CLASS))
    packaged = packages.from_native(found.octets)
    if packaged:
        yield packaged
        return
    for address in packages.remote_targets(octets[:NAME_LIMIT]):
        yield packages.remote(address, "linked object")
    yield Member(printable(found.kind, LONGEST_CLASS), found.octets)


def embedded(octets: bytes) -> Embedded | None:
    """Version, format, then three texts with their lengths, then the data with its own."""
    at, texts = 8, []
    for _ in range(3):
        length = int.from_bytes(octets[at : at + 4], "little")
        if length > NAME_LIMIT or at + 4 > len(octets):
            return None
        texts.append(octets[at + 4 : at + 4 + length].rstrip(b"\x00").decode("latin-1"))
        at += 4 + length
    if octets[4:8] == b"\x01\x00\x00\x00":
        return Embedded(f"link {texts[1]}", octets)
    size = int.from_bytes(octets[at : at + 4], "little")
    content = octets[at + 4 : at + 4 + size]
    return Embedded(texts[0] or "object", content) if content else None


def by_mark(octets: bytes) -> Embedded | None:
    """The header is broken: what it should lead to may still be found by how it begins."""
    places = [(at, kind) for mark, kind in MARKS if (at := octets.find(mark)) >= 0]
    if not places:
        return None
    at, kind = min(places)
    return Embedded(kind, octets[at:])


def unescaped(octets: bytes) -> str:
    def letter(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return unhexlify(match[1])
        return bytes((int(match[2]) & 0xFF,)) if match[2] else b""

    return ESCAPED.sub(letter, octets).decode("latin-1")


def in_fields(octets: bytes) -> Iterator[Trait | Link]:
    if b"fldinst" not in octets:
        return
    instructions = [unescaped(match[1]) for match in INSTRUCTION.finditer(octets)]
    yield from word_fields.in_instructions("\x13 " + " \x13 ".join(instructions))
