"""Is this the local part of a mailbox, dot-string or quoted string (RFC 5321 §4.1.2, RFC 6531 §3.3)?"""

import unicodedata

from gatepost.syntax.bad_syntax import BadSyntax

LOCAL_LIMIT = 64  # octets of UTF-8, quotes included (RFC 5321 §4.5.3.1.1)
ATEXT = "!#$%&'*+-/0123456789=?ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~"  # RFC 5322 §3.2.3
PRINTABLE = "".join(map(chr, range(32, 127)))
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Controls, lone surrogates, unassigned code points and noncharacters, line and paragraph separators:
# none of them can be typed or told apart by who reads a log.
REFUSED_CATEGORIES = frozenset(("Cc", "Cs", "Cn", "Zl", "Zp"))


def local_part(text: str) -> str:
    """The local part as sent, quotes included; `BadSyntax` if it is none.

    Encoded words, percent signs and the like are plain characters here: nothing is decoded.
    """
    if len(text) > LOCAL_LIMIT:
        raise BadSyntax("local part longer than 64 octets")
    if not text:
        raise BadSyntax("no local part")
    if not text.isascii():
        require_sane(text)
        if len(text.encode()) > LOCAL_LIMIT:
            raise BadSyntax("local part longer than 64 octets")
    if text[0] == '"':
        if quoted_end(text) != len(text):
            raise BadSyntax("characters after a quoted local part")
    else:
        require_dot_string(text)
    return text


def quoted_end(text: str) -> int:
    """Where the quoted string ends that `text` starts with: the index after its closing quote.

    Looks at no more than `LOCAL_LIMIT` characters.
    """
    at, end = 1, min(len(text), LOCAL_LIMIT)
    while at < end:
        character = text[at]
        if character == '"':
            return at + 1
        if character == "\\":  # quoted-pairSMTP; RFC 6531 leaves it to ASCII
            at += 1
            if at < end and text[at] not in PRINTABLE:
                raise BadSyntax("bad character after a backslash")
        elif character not in PRINTABLE and character.isascii():
            raise BadSyntax("control character in local part")
        at += 1
    raise BadSyntax("quoted local part too long or without end")


def unquoted(local: str) -> str:
    """What a well-formed local part means: `"a\\.b"` is `a.b` (RFC 5321 §4.1.2, equivalent forms)."""
    if not local.startswith('"'):
        return local
    inside = local[1:-1]
    if "\\" not in inside:
        return inside
    pieces = inside.split("\\\\")  # first, so that what is left of backslashes escapes its follower
    return "\\".join(piece.replace("\\", "") for piece in pieces)


def require_dot_string(text: str) -> None:
    ascii_only = text if text.isascii() else "".join(c for c in text if c.isascii())
    if ascii_only.strip(ATEXT + "."):
        raise BadSyntax("bad character in local part")
    if text[0] == "." or text[-1] == "." or ".." in text:
        raise BadSyntax("misplaced dot in local part")


def require_sane(text: str) -> None:
    for character in text:
        if character in BIDI_CONTROLS or unicodedata.category(character) in REFUSED_CATEGORIES:
            raise BadSyntax("control or unassigned character in local part")
