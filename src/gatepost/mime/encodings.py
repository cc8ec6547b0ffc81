"""Which encoding can a Content-Transfer-Encoding mean (RFC 2045 §6)?"""

import re
from collections.abc import Iterator

from gatepost.mime.values import LINE_ENDS, texts

IDENTITY = frozenset(("", "7bit", "8bit", "binary"))
DECODED = frozenset(("base64", "quoted-printable", "x-uuencode"))
# What is written by programs that mean no encoding; nobody takes it for one.
AS_IF_NONE = frozenset((
    "7-bit", "8-bit", "7bits", "8bits", "none", "utf-8", "utf8", "us-ascii", "ascii", "plain", "text", "iso-8859-1",
    "windows-1252", "en", "unknown-8bit", "8-bits", "7-bits", "text/plain", "text/html",
))  # fmt: skip
OTHER_NAMES = {"uuencode": "x-uuencode", "x-uue": "x-uuencode", "uue": "x-uuencode"}
SEPARATOR = re.compile(rb"[\s;,]+")
NO_LETTER = re.compile(rb"[^0-9a-z]")
SQUEEZED = ((b"base64", "base64"), (b"quotedprintable", "quoted-printable"), (b"uuencode", "x-uuencode"))
LENGTH = 100  # characters of an unknown one


def encodings(raw: bytes) -> Iterator[tuple[str, str]]:
    """(what is read otherwise, encoding), the plain one first; unknown ones as written.

    Args:
        raw: what follows the colon, folded.
    """
    plain = ""
    for code, text in texts(raw):
        words = [encoding(word) for word in SEPARATOR.split(text) if word][:16]
        first = words[0] if words else ""
        plain = plain or first
        yield code, first
        for word in words[1:]:
            if word in DECODED:
                yield "two-values", word
        squeezed = NO_LETTER.sub(b"", text.lower())
        for letters, name in SQUEEZED:
            if letters in squeezed:
                yield "odd-encoding", name
    as_written = encoding(LINE_ENDS.sub(b"", raw).strip())
    if plain in DECODED and as_written != plain:
        yield "odd-encoding", ""  # who knows no such word reads it as it is


def encoding(word: bytes) -> str:
    name = word.strip(b" \t\"'").lower().decode("latin-1")[:LENGTH]
    return "" if name in AS_IF_NONE else OTHER_NAMES.get(name, name)
