"""Under which names could a mail program show a part: name, filename, RFC 2231, RFC 2047, 8-bit, percent signs?

The union of all, the likeliest first. A long one keeps its start and its end, where its kind is told.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from gatepost.mime.charset import text_of, words_of
from gatepost.mime.parameters import Parameter, Piece, assembled, unescaped

NAMES_LIMIT = 32  # ours, of one part
LENGTH = 1000  # characters, ours
ENCODED_LIMIT = 64 * 1024  # octets, ours
PLAIN = re.compile(rb"[ !#-$&-<>@-\[\]-~]*+")  # printable, and neither quote, percent, "=?" nor backslash
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
EDGES = " \t\r\n\"'<>.\x00"
STEPS = re.compile(r"[/\\]")
QUERY = re.compile(r"[?#]")
HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^/\\]*/?")
# A description or location that could be a file's, its dot and extension in any script.
DOTTED = re.compile(r"[^\r\n]*[^\x00-\x2d\x2f-\x7f\w\s]\S{1,40}")


def names_of(disposition: Sequence[Parameter], content_type: Sequence[Parameter]) -> tuple[str, ...]:
    """What is said by the parameters of both fields; filename goes before name (RFC 2183 §2.3)."""
    found: dict[str, None] = {}
    for parameters, name in (
        (disposition, "filename"),
        (content_type, "name"),
        (disposition, "name"),
        (content_type, "filename"),
    ):
        for text in said(parameters, name):
            add(found, text)
    return tuple(found)


def said(parameters: Sequence[Parameter], name: str) -> Iterator[str]:
    for piece in assembled(parameters, name):
        yield from piece_forms(piece)
    for each in parameters:
        if each.name == name:
            yield from forms(each.value)
            if each.raw != each.value:
                yield from forms(each.raw)
            if each.after:
                yield from forms(each.value + each.after)
                yield from forms((each.value + each.after).replace(b'"', b""))


def union(names: Iterable[str], others: Iterable[bytes]) -> tuple[str, ...]:
    """Those names, and what else was found by looking in other ways."""
    found: dict[str, None] = {}
    for name in names:
        add(found, name)
    for value in others:
        for text in forms(value):
            add(found, text)
    return tuple(found)


def add(found: dict[str, None], text: str) -> None:
    text = text.strip(" \t\r\n")
    if text and len(found) < NAMES_LIMIT:
        found.setdefault(text if len(text) <= LENGTH else text[: LENGTH // 2] + text[-LENGTH // 2 :])


def piece_forms(piece: Piece) -> Iterator[str]:
    """A name of RFC 2231; some programs read encoded words in it all the same."""
    value = piece.value[:ENCODED_LIMIT]
    if not piece.charset:
        yield from forms(value)
    else:
        yield from cleaned(text_of(value, piece.charset))
        yield from forms(value)
    if piece.raw != piece.value:
        yield from forms(piece.raw)


def forms(value: bytes) -> Iterator[str]:
    """What one value could be shown as."""
    value = value[:ENCODED_LIMIT]
    if PLAIN.fullmatch(value):
        yield value.decode()
        return
    for text in eight_bit(value):
        if "=?" in text:
            once = words_of(text)
            yield from cleaned(once)
            if "=?" in once:  # read when the mail comes, and once more when it is shown
                yield from cleaned(words_of(once))
        yield from cleaned(text)
    if b"%" in value:
        yield from cleaned(text_of(unescaped(value), ""))


def eight_bit(value: bytes) -> Iterator[str]:
    """As UTF-8 if it is. Else as that with gaps, and as Western text: who reads it in another script sees its plain
    letters where these have them."""
    try:
        yield value.decode()
    except UnicodeDecodeError:
        yield value.decode("utf-8", "replace")
        yield value.decode("cp1252", "replace")


def cleaned(text: str) -> Iterator[str]:
    """With control characters; without; up to the first, as programs written in C see it."""
    if CONTROL.search(text):
        yield CONTROL.sub("", text)
        yield CONTROL.split(text, maxsplit=1)[0]
    yield text


def from_description(value: bytes) -> tuple[str, ...]:
    """Names where no parameter gives one: Content-Description, if it looks like a name."""
    return distinct(said_of(value))


def from_location(value: bytes) -> tuple[str, ...]:
    """The last step of a Content-Location, if it looks like a name: percent signs read or not, without its query."""
    return distinct(without_query(text) for text in said_of(value))


def said_of(value: bytes) -> Iterator[str]:
    """A text without its quotes, as it is written and with percent signs read."""
    for octets in dict.fromkeys((value, unescaped(value))):
        yield words_of(octets.decode("utf-8", "replace")).strip(EDGES)


def without_query(address: str) -> str:
    """A host alone is no file."""
    path = QUERY.split(address, maxsplit=1)[0]
    return "" if HOST.fullmatch(path) else path


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    last = (STEPS.split(text.rstrip("/\\" + EDGES))[-1] for text in texts)
    return tuple(dict.fromkeys([name for name in last if len(name) <= LENGTH and DOTTED.fullmatch(name)]))
