"""Which boundary can a Content-Type or Content-Disposition name (RFC 2046 §5.1.1, RFC 2231 §3)?"""

import re
from collections.abc import Iterator, Sequence

from gatepost.mime.parameters import Parameter, assembled, loose
from gatepost.mime.values import CONTROL, CONTROLS, words_read

LENGTH = 1000  # octets, ours; RFC 2046 has 70, and a longer one stands on no line that SMTP lets pass
NAME = "boundary"
CUT = re.compile(rb"[\s,;:]")


def plain_boundary(found: Sequence[Parameter]) -> bytes | None:
    """As the RFCs have it: the first one, its blanks at the end removed."""
    for parameter in found:
        if parameter.name == NAME:
            return parameter.value.rstrip(b" \t")
    pieces = assembled(found, NAME)
    return pieces[0].value.rstrip(b" \t") if pieces else None


def boundaries(found: Sequence[Parameter], text: bytes, most: int) -> Iterator[tuple[str, bytes]]:
    """Every one that a program could take, the plain one among them; not yet whether it is used anywhere."""
    several = "boundary"
    for parameter in found:
        if parameter.name == NAME:
            yield several, parameter.value
            several = "two-boundaries"
            yield from variants(parameter.value)
            yield from variants(parameter.raw)
            yield "boundary", b'"' + parameter.raw + b'"'
            yield from variants(parameter.value + parameter.after)
    for piece in assembled(found, NAME):
        yield "boundary", piece.value
        yield from variants(piece.value)
        yield from variants(piece.raw)
    for value in loose(text, NAME.encode(), most):
        yield from variants(value)


def variants(value: bytes) -> Iterator[tuple[str, bytes]]:
    """One value, read in several ways."""
    value = value[: LENGTH + 1]
    yield "boundary", value
    stripped = value.strip(b" \t")
    yield "boundary", stripped
    yield "boundary", stripped.strip(b"\"'")
    yield "boundary", CUT.split(stripped, maxsplit=1)[0]
    yield "boundary", stripped.replace(b'"', b"")
    yield "boundary", value.translate(None, CONTROLS)
    yield "boundary", CONTROL.split(value, maxsplit=1)[0]
    yield "boundary", words_read(value)
