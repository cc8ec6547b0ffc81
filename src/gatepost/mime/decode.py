"""What are the octets of a part once its transfer encoding is off, in every way in which programs take it off?"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from gatepost.mime import base64, quoted_printable
from gatepost.mime.encodings import IDENTITY
from gatepost.mime.part import Part

OTHERS = frozenset(("x-uuencode", "x-yenc", "mac-binhex40"))  # their lines are a format of their own: opened as such


class Decoding(Struct, frozen=True):
    """One of them.

    Args:
        reading: what is done otherwise than the RFC has it, "" if nothing.
    """

    reading: str
    octets: bytes


def decodings(octets: bytes, part: Part) -> tuple[Decoding, ...]:
    """Each different result once, the plain one first. Never raises.

    Args:
        octets: those that `part` was read from.
    """
    body = octets[part.start : part.end]
    if part.encoding in IDENTITY or part.encoding in OTHERS:
        return (Decoding("", body),)
    if part.encoding == "base64":
        regular = base64.regular(body)
        return (Decoding("", regular),) if regular is not None else distinct(based(body))
    is_text = part.media_type.startswith("text/")
    if part.encoding == "quoted-printable":
        regular = quoted_printable.regular(body)
        return (Decoding("", regular),) if regular is not None else distinct(quoted_printable.readings(body, is_text))
    return distinct(unknown(body))


def distinct(found: Iterable[tuple[str, bytes]]) -> tuple[Decoding, ...]:
    kept: dict[bytes, str] = {}
    for reading, octets in found:
        kept.setdefault(octets, reading)
    return tuple(Decoding(reading, octets) for octets, reading in kept.items() if octets or not reading)


def based(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Where its first line is no base64 some programs show the body as it is."""
    yield from base64.readings(body)
    if base64.NO_LINE.search(body.lstrip()[:76].partition(b"\n")[0].rstrip(b"= \t\r")):
        yield "identity", body


def unknown(body: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", body
    yield "base64", base64.lenient(body)
    yield "quoted-printable", next(quoted_printable.readings(body, False))[1]


def guesses(body: bytes) -> tuple[str, ...]:
    """Encodings that a body could well be in, whatever is declared."""
    found = []
    if base64.looks_like_it(body):
        found.append("base64")
    elif quoted_printable.looks_like_it(body):
        found.append("quoted-printable")
    return tuple(found)
