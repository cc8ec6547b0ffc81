"""Which uuencoded files stand in this text (POSIX uuencode, with its base64 variant)?

Mail programs take a file out wherever a line begins with `begin` and are not strict about the rest; neither is this.
Only where no mode follows the word, as in a sentence that begins so, what stands below must be whole lines of a file.
"""

import binascii
import re
from collections.abc import Iterator
from itertools import islice

from gatepost.mime.folded import FoldedFile, name_text

MARK = b"begin"
BEGIN = re.compile(rb"begin(-base64)?[ \t]++(?:([0-7]{3,6})[ \t]++)?([^\r\n]{1,1000})")
LINE = re.compile(rb"[^\r\n]*+")
END_OF_LINE = re.compile(rb"\r?+\n?+")
NOTHING = (b"", b"`")  # lines of no octets; after a written one only `end` may stand
WORDS_LIMIT = 10  # ours: lines between that word and the file
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
            if found.octets or (begin[2] and not found.is_cut):  # a sentence may begin with "begin"
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
    at = first_line(text, at) if begin[2] else at
    for line, after in lines(text, at):
        stripped = line.rstrip(b" \t")
        if stripped == b"end":
            is_cut, at = False, after
            break
        octets = line_octets(line, whole=not begin[2]) if not is_over or stripped in NOTHING else None
        if octets is None or not (made or octets or begin[2] or stripped in NOTHING):
            break
        is_over |= stripped == b"`"
        made += octets
        at = after
    return FoldedFile(name=name_text(begin[3]), octets=bytes(made), is_cut=is_cut), at


def first_line(text: bytes, at: int) -> int:
    """Behind words that stand between; where it was if no whole line follows them."""
    start = at
    words = False
    for line, after in islice(lines(text, at), WORDS_LIMIT):
        if line.rstrip(b" \t") in (b"`", b"end"):
            break
        octets = line_octets(line, whole=words)
        if octets:
            return start
        words |= octets is None
        start = after
    return at


def line_octets(line: bytes, whole: bool) -> bytes | None:
    """Of a line of uuencode; unless it has to be whole, what is missing at its end are blanks that were lost.

    None if it is none.
    """
    stripped = line.rstrip(b" \t")
    if stripped in NOTHING:
        return b""
    size = 1 + ((line[0] - 32 & 63) + 2) // 3 * 4
    if not 32 < line[0] < 97 or len(stripped) > size + AFTER_LINE or (whole and len(line) < size):
        return None
    try:
        return binascii.a2b_uu(stripped[:size])
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
    digits = b"".join(body) if begin[2] or not is_cut else b""
    is_cut |= len(digits) % 4 == 1
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    octets = binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
    return FoldedFile(name=name_text(begin[3]), octets=octets, is_cut=is_cut), at
