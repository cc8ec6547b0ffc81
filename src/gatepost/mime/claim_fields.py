"""Which fields of a header do programs take for Content-Type, -Transfer-Encoding and -Disposition, however spelled?"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from gatepost.mime.claims import CONTENT_NAMES, DESCRIPTION, DISPOSITION, ENCODING, LOCATION, TYPE
from gatepost.mime.values import CONTROLS, without_comments
from gatepost.model.message import Field

SEVERAL = {TYPE: "two-types", ENCODING: "two-encodings", DISPOSITION: "two-dispositions"}
EACH_LIMIT = 8  # ours: of more fields of one kind, the first ones and the last
NAME_LIMIT = 200  # octets before a colon, ours
INDENTED = re.compile(rb"[\r\n][ \t]++(content-[a-z-]{4,17})[ \t]*+:([^\r\n]*+)", re.IGNORECASE)
# What a field that is not quite one must hold to be taken for it: a signature's list of names does not.
PLAUSIBLE = {
    TYPE: re.compile(
        rb"(?:[^\r\n]*?[\s\x00])?(?:(?:text|multipart|message|application|image|audio|video|font|model)/|boundary)",
        re.IGNORECASE,
    ),
    ENCODING: re.compile(
        rb"[\s\x00-\x1f\"']*+(?:\([^)]*+\)\s*+)?(?:base\W?64|quoted|[78]bit|binary|(?:x-)?uu)", re.IGNORECASE
    ),
    DISPOSITION: re.compile(rb"[^\r\n]*?(?:attachment|inline|filename)", re.IGNORECASE),
}


class Said(Struct, frozen=True):
    """One field, or what may be one.

    Args:
        kind: its name as it should be.
        code: what is read otherwise than the RFC has it, "" for the first one that is as it should be.
        raw: what follows the colon, folded.
    """

    kind: str
    code: str
    raw: bytes


def content_fields(fields: Sequence[Field]) -> tuple[dict[str, list[Said]], dict[str, bytes], bool]:
    """By kind, the plain one first; the values of those that may give a name; and whether there are too many."""
    found: dict[str, list[Said]] = {kind: [] for kind in CONTENT_NAMES}
    others: dict[str, bytes] = {}
    for field in fields:
        name = field.name.lower()
        if name in (DESCRIPTION, LOCATION):
            others.setdefault(name, field.raw[len(name) + 1 :])
        for said in readings(field, name):
            of_kind = found[said.kind]
            if not said.code and any(not other.code for other in of_kind):
                said = Said(said.kind, SEVERAL[said.kind], said.raw)
            of_kind.append(said)
    distinct = {kind: once(of_kind) for kind, of_kind in found.items()}
    cut = any(len(of_kind) > EACH_LIMIT for of_kind in distinct.values())
    return {kind: bounded(of_kind) for kind, of_kind in distinct.items()}, others, cut


def once(found: list[Said]) -> list[Said]:
    """The plain one first, each value once."""
    by_value: dict[bytes, Said] = {}
    for said in sorted(found, key=lambda said: said.code != ""):
        by_value.setdefault(said.raw, said)
    return list(by_value.values())


def bounded(found: list[Said]) -> list[Said]:
    return found if len(found) <= EACH_LIMIT else found[: EACH_LIMIT // 2] + found[-EACH_LIMIT // 2 :]


def readings(field: Field, name: str) -> Iterator[Said]:
    """As what this field could be read."""
    if name in CONTENT_NAMES:
        rest = field.raw[len(name) :]
        yield Said(name, "", rest.partition(b":")[2])
        if not rest.startswith(b":"):
            yield Said(name, "odd-name", b"")  # who wants the colon at once sees no such field
    else:
        yield from oddly_named(field)
    yield from hidden(field.raw)


def hides_field(header: bytes) -> bool:
    """Whether one stands where a fold does."""
    lowered = header.lower()
    if b" content-" not in lowered and b"\tcontent-" not in lowered:
        return False
    return next(hidden(header), None) is not None


def hidden(raw: bytes) -> Iterator[Said]:
    for match in INDENTED.finditer(raw):
        kind = match[1].lower().decode()
        if kind in CONTENT_NAMES and PLAUSIBLE[kind].match(match[2]):
            yield Said(kind, "indented", match[2])


def oddly_named(field: Field) -> Iterator[Said]:
    """Blanks, controls, folds or comments in the name; or no name at all."""
    before, colon, rest = field.raw.partition(b":")
    if not colon or len(before) > NAME_LIMIT:
        return
    bare = before.translate(None, CONTROLS).strip()
    if not bare:
        for kind, pattern in PLAUSIBLE.items():
            if pattern.match(rest):
                yield Said(kind, "empty-name", rest)
        return
    kind = without_comments(bare).translate(None, b" \t\r\n").lower().decode("latin-1")
    if kind in CONTENT_NAMES and PLAUSIBLE[kind].match(rest):
        yield Said(kind, "odd-name", rest)
