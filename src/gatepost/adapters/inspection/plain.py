"""Is this a small letter of nothing but text, which can be looked into at once, without opening anything?

Only what needs no library written in C, no opener and no second reading is looked into here; everything else goes to
a process of its own.
"""

import re
from hashlib import sha256

from gatepost.adapters.inspection.embedded_rules import TooSlow
from gatepost.adapters.inspection.encoded.words import words
from gatepost.adapters.inspection.identify import Identity, identify
from gatepost.adapters.inspection.things import Matcher
from gatepost.mime.decode import decodings
from gatepost.mime.part import Limits, Part
from gatepost.mime.reader import read
from gatepost.model.inspection import FileClass, Inspection, Item, Link, Text
from gatepost.model.message import Message
from gatepost.syntax.header import unstuffed

LARGEST = 64 * 1024  # octets
NO_TEXT = bytes(set(range(32)) - set(b"\t\n\r\f")) + b"\x7f"
MARKS = re.compile(rb"begin[ \t-]|=y|This file must be|-----BEGIN|%PDF|<[!?A-Za-z/]|[\r\n][Mm][Ii][Mm][Ee]-[Vv]ersion:")
"""What an opener could be asked to look at."""

PLAIN = re.compile(rb"text/plain(?:[ \t]*;[ \t]*(?:charset|format|delsp)=\"?[A-Za-z0-9_-]+\"?)*")
ENCODINGS = frozenset((b"7bit", b"8bit", b"quoted-printable", b"base64"))
MOST_TEXT = 64 * 1024  # characters
MOST_LINKS = 200


def inspect_plain(message: Message, limits: Limits, match: Matcher) -> Inspection | None:
    """None where it is anything else."""
    if message.content.size > LARGEST or message.malformed or not is_plain(message):
        return None
    octets = unstuffed(b"".join(message.content.chunks()))
    part = only_part(octets, limits)
    if part is None:
        return None
    found = decodings(octets, part)
    body = found[0].octets
    if len(found) > 1 or body.translate(None, NO_TEXT) != body or MARKS.search(body):
        return None
    identity = identify(body, part.names, part.media_type if part.declared else "")
    if identity.formats or identity.traits or identity.classes != (FileClass.TEXT,):
        return None
    return looked_into(part, body, identity, match)


def is_plain(message: Message) -> bool:
    """By its header: text/plain or nothing, in one of the usual encodings, without a name."""
    types, encodings = message.fields("content-type"), message.fields("content-transfer-encoding")
    if len(types) > 1 or len(encodings) > 1 or message.fields("content-disposition"):
        return False
    if types and not PLAIN.fullmatch(types[0].value.lower()):
        return False
    return not encodings or encodings[0].value.lower() in ENCODINGS


def only_part(octets: bytes, limits: Limits) -> Part | None:
    view = read(octets, limits)
    if len(view.parts) != 1 or view.ambiguities or view.over:
        return None
    part = view.parts[0]
    return part if part.media_type == "text/plain" and not part.holds_parts and not part.names else None


def looked_into(part: Part, body: bytes, identity: Identity, match: Matcher) -> Inspection | None:
    try:
        engines = match(body)
    except TooSlow:
        return None
    texts, links = [], []
    for found in words(body, identity.media_type, part.charset, part.path):
        if isinstance(found, Link):
            links.append(found)
        elif found.text:
            texts.append(Text(path=found.path, kind=found.kind, text=found.text[:MOST_TEXT]))
    item = Item(
        path=part.path, declared=part.media_type if part.declared else "", media_type=identity.media_type,
        classes=identity.classes, size=len(body), digest=sha256(body).hexdigest(), engines=engines,
    )  # fmt: skip
    return Inspection(items=(item,), texts=tuple(texts), links=tuple(links[:MOST_LINKS]))
