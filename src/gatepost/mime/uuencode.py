"""Which uuencoded files stand in this text (POSIX uuencode, with its base64 variant)?

Mail programs take a file out wherever a line begins with `begin` and are not strict about the rest; neither is this.
"""

import binascii
import re
from collections.abc import Iterator

from gatepost.mime.folded import FoldedFile, name_text

MARK = b"begin"
BEGIN = re.compile(rb"begin(-base64)?[ \t]++(?:([0-7]{3,6})[ \t]++)?([^\r\n]{1,1000})")
LINE = re.compile(rb"[^\r\n]*+")
END_OF_LINE = re.compile(rb"\r?+\n?+")
NOTHING = (b"", b"`")  # lines of no octets; after a written one only `end` may stand
AFTER_LINE = 2  # octets of a checksum that some encoders put behind a line
NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


def holds_uuencode(text: bytes) -> bool:
    """Whether it is worth to look: cheap, and true for few texts."""
    return next(begins(text), None) is not None


def files(text: bytes) -> Iterator[FoldedFile]:
    """All of them, in order. What stands between them is not looked at."""
    end = 0
    for begin in begins(text):
        if begin.start() >= end:
            body = after_line(text, begin.end())
            found, end = base64_file(text, begin, body) if begin[1] else plain_file(text, begin, body)
            if found.octets or begin[2]:  # a sentence may begin with "begin"
                yield found


def begins(text: bytes) -> Iterator[re.Match[bytes]]:
    at = text.find(MARK)
    while at >= 0:
        if (at == 0 or text[at - 1] in b"\r\n") and (begin := BEGIN.match(text, at)):
            yield begin
        at = text.find(MARK, at + 1)


def lines(text: bytes, at: int) -> Iterator[tuple[bytes, int]]:
    """Each line from here on, and where the next begins."""
    while at < len(text):
        line = LINE.match(text, at)[0]  # type: ignore[index]  # it matches anything
        at = after_line(text, at + len(line))
        yield line, at


def after_line(text: bytes, at: int) -> int:
    return END_OF_LINE.match(text, at).end()  # type: ignore[union-attr]  # it matches anything


def plain_file(text: bytes, begin: re.Match[bytes], at: int) -> tuple[FoldedFile, int]:
    """The file that begins here, and where what follows it begins."""
    made = bytearray()
    is_cut, is_over = True, False
    for line, after in lines(text, at):
        line = line.rstrip(b" \t")
        if line == b"end":
            is_cut, at = False, after
            break
        octets = line_octets(line) if not is_over or line in NOTHING else None
        if octets is None or not (made or octets or begin[2] or line in NOTHING):
            break
        is_over |= line == b"`"
        made += octets
        at = after
    return FoldedFile(name=name_text(begin[3]), octets=bytes(made), is_cut=is_cut), at


def line_octets(line: bytes) -> bytes | None:
    """Of a line of uuencode; what is missing at its end are blanks that were lost. None if it is none."""
    if line in NOTHING:
        return b""
    size = 1 + ((line[0] - 32 & 63) + 2) // 3 * 4
    if not 32 < line[0] < 97 or len(line) > size + AFTER_LINE:
        return None
    try:
        return binascii.a2b_uu(line[:size])
    except binascii.Error:
        return None


def base64_file(text: bytes, begin: re.Match[bytes], at: int) -> tuple[FoldedFile, int]:
    """The file that begins here, up to `====`, and where what follows it begins."""
    body = []
    is_cut = True
    for line, after in lines(text, at):
        if line.startswith(b"===="):
            at, is_cut = after, False
            break
        if line and line.translate(None, NOT_BASE64) == b"":
            break
        body.append(line.translate(None, NOT_BASE64))
        at = after
    digits = b"".join(body)
    is_cut |= len(digits) % 4 == 1
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    octets = binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
    return FoldedFile(name=name_text(begin[3]), octets=octets, is_cut=is_cut), at
