"""How can the value of a field be read before its grammar is looked at (RFC 5322 §2.2.3, §3.2.2; RFC 2047)?

Mail programs differ in whether a fold is a blank or nothing, whether comments count, what a control character does, and
whether encoded words are read where they may not stand.
"""

import re

from gatepost.mime.charset import words_of

VALUE_LIMIT = 64 * 1024  # octets, ours: a name of 3,000 characters is 27 KB in RFC 2231's writing
COMMENT_OR_QUOTE = re.compile(rb'\\.|[()"]', re.DOTALL)
LINE_ENDS = re.compile(rb"[\r\n]+")
FOLDS = re.compile(rb"[\r\n]++[ \t]*")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
CONTROLS = bytes(set(range(0x20)) - set(b"\t\r\n")) + b"\x7f"


def texts(raw: bytes) -> tuple[tuple[str, bytes], ...]:
    """Each text that the value can be taken for, once, with what is read otherwise; the plain one first, as "".

    Args:
        raw: what follows the colon, folded.
    """
    raw = raw[:VALUE_LIMIT]
    unfolded = LINE_ENDS.sub(b"", raw)
    found = {without_comments(unfolded).strip(): ""}
    joined = FOLDS.sub(b"", raw)
    clean = unfolded.translate(None, CONTROLS)
    for code, text in (
        ("comment", unfolded),
        ("fold", without_comments(joined)),
        ("control", without_comments(clean)),
        ("control", CONTROL.split(unfolded, maxsplit=1)[0]),
        ("encoded-word", without_comments(words_read(unfolded))),
        ("lenient", without_comments(words_read(joined.translate(None, CONTROLS)))),
    ):
        found.setdefault(text.strip(), code)
    return tuple((code, text) for text, code in found.items())


def words_read(text: bytes) -> bytes:
    if b"=?" not in text:
        return text
    return words_of(text.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def without_comments(text: bytes) -> bytes:
    """Nested ones too; what follows one that is never closed is all comment."""
    if b"(" not in text:
        return text
    kept: list[bytes] = []
    depth = position = 0
    quoted = False
    for match in COMMENT_OR_QUOTE.finditer(text):
        sign = match[0]
        if sign == b'"' and not depth:
            quoted = not quoted
        elif sign == b"(" and not quoted:
            if not depth:
                kept.append(text[position : match.start()])
            depth += 1
        elif sign == b")" and depth:
            depth -= 1
            position = match.end()
    if not depth:
        kept.append(text[position:])
    return b"".join(kept)
