"""Which types, character sets and boundaries can one Content-Type mean (RFC 2045 §5)?"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from gatepost.mime.parameters import Parameter, parameters

DECLARED_LIMIT = 100  # characters
TOP = "text|multipart|message|application|image|audio|video|font|model"
SIGN = r"""[^\s;,"()<>@:\\/\[\]?=\x00-\x1f\x7f]"""
MEDIA_TYPE = re.compile(rf"{SIGN}++[ \t]*+/[ \t]*+{SIGN}++".encode())
ANY_TYPE = re.compile(rf"(?<![\w/.+-])(?:{TOP})/{SIGN}++".encode(), re.IGNORECASE)
QUOTED = re.compile(rb'"[^"]*+"')
WORD = re.compile(rb"[^\s;]*+")
TYPES_OF_ONE = 4  # ours: types found in one value


class TypeText(Struct, frozen=True):
    """One text of a value, taken apart.

    Args:
        code: what is read otherwise, "" if nothing.
        declared: as written, lower-case.
        media_type: "" if what is declared is none.
        more_types: found elsewhere in the text.
        parameters: of the first type.
        cut: there are more of them.
    """

    code: str
    text: bytes
    declared: str
    media_type: str
    more_types: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    cut: bool


def type_text(code: str, text: bytes, most: int) -> TypeText:
    match = MEDIA_TYPE.match(text)
    word = match or WORD.match(text)
    declared = word[0] if word else b""
    found, cut = parameters(text[len(declared) :], most)
    return TypeText(
        code,
        text,
        lowered(declared),
        lowered(declared) if match else "",
        tuple(more_types(text, b"" if match is None else declared)),
        found,
        cut,
    )


def more_types(text: bytes, declared: bytes) -> Iterator[str]:
    """Types that stand elsewhere, quoted texts left out; or what begins like a multipart and is no type."""
    found = dict.fromkeys(map(lowered, ANY_TYPE.findall(QUOTED.sub(b"", text))))
    found.pop(lowered(declared), None)
    if b"multipart" in text.lower() and not any(each.startswith("multipart/") for each in (lowered(declared), *found)):
        found["multipart/mixed"] = None
    yield from list(found)[:TYPES_OF_ONE]


def lowered(octets: bytes) -> str:
    return octets[:DECLARED_LIMIT].translate(None, b" \t").decode("latin-1").lower()


def charsets(found: Sequence[Parameter]) -> tuple[str, ...]:
    """The first one is the plain reading's; "" if there is none."""
    return tuple(dict.fromkeys(lowered(each.value) for each in found if each.name == "charset")) or ("",)
