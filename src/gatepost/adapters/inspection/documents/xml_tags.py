"""Which tags are in this XML, without ever resolving anything it refers to?

No parser: a scan in one pass over what is there. A document type or an entity of its own makes the whole file
suspect, and it is not read (XXE, entity bombs).
"""

import re
from collections.abc import Iterator
from html import unescape

from msgspec import Struct

TAG = re.compile(r"<([A-Za-z_][\w.\-:]{0,200}+)((?>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*))>")
ATTRIBUTE = re.compile(r"([A-Za-z_][\w.\-:]{0,200})\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
BETWEEN = re.compile(r"[^<]*")
OWN_ENTITIES = re.compile(r"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)", re.IGNORECASE)


class Tag(Struct, frozen=True):
    """One start tag.

    Args:
        name: without its prefix.
        attributes: names without their prefixes; values with references undone.
        text: what follows up to the next tag.
    """

    name: str
    attributes: dict[str, str]
    text: str = ""


def as_string(octets: bytes) -> str:
    """UTF-16 where it is marked or plainly so, else UTF-8."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return octets.decode("utf-16", "replace")
    if octets[:2] == b"<\x00" and octets[3:4] == b"\x00":
        return octets.decode("utf-16-le", "replace")
    if octets[:2] == b"\x00<" and octets[2:3] == b"\x00":
        return octets.decode("utf-16-be", "replace")
    return octets.decode("utf-8", "replace")


def has_own_entities(octets: bytes) -> bool:
    return b"!" in octets and bool(OWN_ENTITIES.search(as_string(octets)))


def tags(octets: bytes) -> Iterator[Tag]:
    text = as_string(octets)
    for match in TAG.finditer(text):
        attributes = {
            local(attribute[1]): unescape(attribute[2] if attribute[2] is not None else attribute[3] or "")
            for attribute in ATTRIBUTE.finditer(match[2])
        }
        between = BETWEEN.match(text, match.end())
        yield Tag(local(match[1]), attributes, unescape(between[0]) if between else "")


def local(name: str) -> str:
    return name.rpartition(":")[2]
