"""What do octets in base64 decode to, for programs that skip what does not belong there, that stop at it, or that go on
after padding (RFC 2045 §6.8)?
"""

import binascii
import re
from collections.abc import Iterator

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
NO_BASE64 = bytes(set(range(256)) - set(ALPHABET))
ILLEGAL = re.compile(rb"[^A-Za-z0-9+/\s]")
NO_LINE = re.compile(rb"[^A-Za-z0-9+/]")
PADDING = re.compile(rb"=[=\s]*")
URL_ALPHABET = bytes.maketrans(b"-_", b"+/")
LINES_LIMIT = 200_000  # ours: lines that are decoded one by one
STREAMS_LIMIT = 10_000  # ours: pieces between paddings


def regular(octets: bytes) -> bytes | None:
    """Decoded, where all programs do the same: lines of one length, nothing but the alphabet, padding at the end.

    None where it is not so.
    """
    body = octets.rstrip(b"\r\n")
    width = body.find(b"\r\n")
    if width < 0:
        width = len(body)
    lines = len(body) // (width + 2)
    if (
        width % 4
        or body[width :: width + 2].count(b"\r") != lines
        or body[width + 1 :: width + 2].count(b"\n") != lines
    ):
        return None
    try:
        decoded = binascii.a2b_base64(body)
    except binascii.Error:
        return None
    signs = len(body) - 2 * lines
    # Whatever was skipped, or stands after padding, is missing in the length.
    return decoded if len(decoded) == signs // 4 * 3 - body.count(b"=", -2) and signs % 4 == 0 else None


def readings(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """(reading, decoded), the plain one first; some may be the same."""
    yield "", lenient(octets)
    illegal = ILLEGAL.search(octets)
    yield "strict", pure(octets[: illegal.start() if illegal else len(octets)])
    if b"=" in octets:
        yield "streams", b"".join([pure(stream) for stream in PADDING.split(octets, maxsplit=STREAMS_LIMIT)])
        yield "no-padding", pure(octets)
    lines = octets.split(b"\n", LINES_LIMIT)
    yield "lines", b"".join([pure(line) for line in lines])
    if b"-" in octets or b"_" in octets:
        yield "url-alphabet", pure(octets.translate(URL_ALPHABET))


def lenient(octets: bytes) -> bytes:
    """What does not belong there is skipped; whole padding ends it; what is cut short is filled up."""
    try:
        return binascii.a2b_base64(octets + b"====")
    except binascii.Error:
        return pure(octets.rstrip(NO_BASE64))


def pure(octets: bytes) -> bytes:
    """All of the alphabet that is there, padding or none; one sign too many is left out."""
    signs = octets.translate(None, NO_BASE64)
    return binascii.a2b_base64(signs[: len(signs) - (len(signs) % 4 == 1)] + b"==")


def looks_like_it(octets: bytes) -> bool:
    """A body that is nothing else but base64: no blanks in its lines, and long enough to be no word."""
    text = octets.strip()
    return len(text) >= 40 and not text.translate(None, ALPHABET + b"=\r\n")
