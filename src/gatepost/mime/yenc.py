"""Which yEnc files stand in this text (yEnc draft 1.3)?"""

import re
from collections.abc import Iterator

from gatepost.mime.folded import FoldedFile, name_text

MARK = b"=ybegin "
LINE_MARKS = (b"=ypart", b"=yend", b"=ybegin")
BEGIN = re.compile(rb"=ybegin ([^\r\n]{0,2000}+)[^\r\n]*+\r?+\n?+")
PART = re.compile(rb"=ypart [^\r\n]*+\r?+\n?+")
END = re.compile(rb"[\r\n]=y(?:end|begin) ")
NAME = re.compile(rb"(?:^| )name=(.*+)", re.DOTALL)
PIECE = re.compile(rb"(?:^| )(?:part|total)=(\d{1,9})")
SIZE = re.compile(rb"(?:^| )size=(\d{1,15})")
ESCAPE = re.compile(rb"=(.)", re.DOTALL)
SHIFT = 42
ESCAPE_SHIFT = 64
UNSHIFTED = bytes((octet - SHIFT) % 256 for octet in range(256))
UNESCAPED = [bytes([(octet - ESCAPE_SHIFT) % 256]) for octet in range(256)]


def holds_yenc(text: bytes) -> bool:
    """Whether it is worth to look: cheap, and true for few texts."""
    return MARK in text


def files(text: bytes) -> Iterator[FoldedFile]:
    """All of them, in order; sizes and checksums are not believed."""
    at = text.find(MARK)
    while at >= 0:
        begin = BEGIN.match(text, at)
        if begin is None or (at and text[at - 1] not in b"\r\n"):
            at = text.find(MARK, at + 1)
            continue
        found, after = file(text, begin)
        yield found
        at = text.find(MARK, after)


def file(text: bytes, begin: re.Match[bytes]) -> tuple[FoldedFile, int]:
    """The file that begins here, and where to look on."""
    start = begin.end()
    part = PART.match(text, start)
    if part:
        start = part.end()
    end = END.search(text, max(start - 1, 0))
    stop = end.start() if end else len(text)
    name = NAME.search(begin[1])
    octets = decoded(text[start:stop])
    said = begin[1][: name.start()] if name else begin[1]
    pieces = {int(number) for number in PIECE.findall(said)}
    size = SIZE.search(said)
    is_short = part is not None and size is not None and int(size[1]) > len(octets)  # of the whole file
    return FoldedFile(
        name=name_text(name[1]) if name else "",
        octets=octets,
        is_cut=end is None or b"begin" in end[0],
        is_partial=is_short or bool(pieces - {1}),
    ), stop


def decoded(body: bytes) -> bytes:
    body = body.translate(None, b"\r\n")
    return ESCAPE.sub(lambda escape: UNESCAPED[escape[1][0]], body).translate(UNSHIFTED)
