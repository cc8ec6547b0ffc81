"""Which macros does a term have, and is its domain-spec one (RFC 7208 §7.1)?

Syntax only, checked once when the record is read; `expand` puts values in.
"""

import re

from msgspec import Struct

from gatepost.auth.spf.errors import BadRecord
from gatepost.auth.spf.limits import SPEC_LIMIT
from gatepost.auth.spf.names import query_name

# A literal run or one macro-expand: each octet is looked at once.
TOKEN = re.compile(
    r"([ -$&-~]++)|%(?:([%_-])|\{([slodiphcrtv])([0-9]*+)(r?)([-.+,/_=]*+)\})",
    re.ASCII | re.IGNORECASE,
)
ESCAPES = {"%": "%", "_": " ", "-": "%20"}
ONLY_IN_EXPLANATIONS = frozenset("crt")  # RFC 7208 §7.2
ALL_PARTS = 0
MOST_DIGITS = 4  # no value has ten thousand parts: a longer number means all of them


class Macro(Struct, frozen=True):
    """One `%{...}`.

    Args:
        letter: lower-case.
        keep: parts kept, counted from the right; `ALL_PARTS`.
        delimiters: characters to split at; "" where nothing is split, reversed or cut.
        escape: the letter was upper-case: URL-escape the value.
    """

    letter: str
    keep: int = ALL_PARTS
    reverse: bool = False
    delimiters: str = ""
    escape: bool = False


class MacroString(Struct, frozen=True):
    """Literal pieces and macros in order.

    Args:
        letters: of its macros.
        constant: the domain name it always expands to, None if it has macros.
    """

    pieces: tuple[str | Macro, ...]
    letters: frozenset[str] = frozenset()
    constant: str | None = None


def macro_string(text: str, *, explains: bool = False) -> MacroString:
    """`text`, printable ASCII, as macro-string, or as explain-string if it `explains`; `BadRecord`."""
    return built([piece_of(token) for token in tokens(text)], explains=explains)


def domain_spec(text: str) -> MacroString:
    """`text`, printable ASCII without spaces, as domain-spec: it ends in a macro, or in a dot and a top label."""
    if len(text) > SPEC_LIMIT:
        raise BadRecord("too long a domain")
    found = tokens(text)
    if not found:
        raise BadRecord("empty domain")
    literal = found[-1][1]
    if literal is not None and not ends_in_top_label(literal):
        raise BadRecord(f"no domain name: '{text[-40:]}'")
    return built([piece_of(token) for token in found], explains=False)


def tokens(text: str) -> list[re.Match[str]]:
    found = []
    position = 0
    while position < len(text):
        token = TOKEN.match(text, position)
        if token is None:
            raise BadRecord(f"bad macro: '{text[position : position + 20]}'")
        found.append(token)
        position = token.end()
    return found


def ends_in_top_label(literal: str) -> bool:
    """A label of letters, digits and hyphens after a dot, not all digits; one dot may follow."""
    _, dot, label = literal.removesuffix(".").rpartition(".")
    plain = label.replace("-", "")
    return bool(dot) and plain.isalnum() and not label.isdigit() and label[0] != "-" and label[-1] != "-"


def piece_of(token: re.Match[str]) -> str | Macro:
    literal, escape, letter, digits, reverse, delimiters = token.groups()
    if literal is not None:
        return str(literal)
    if escape is not None:
        return ESCAPES[escape]
    splits = digits or reverse or delimiters
    return Macro(
        letter=letter.lower(),
        keep=parts_kept(digits),
        reverse=bool(reverse),
        delimiters=(delimiters or ".") if splits else "",
        escape=letter.isupper(),
    )


def parts_kept(digits: str) -> int:
    if not digits:
        return ALL_PARTS
    number = digits.lstrip("0")
    if not number:
        raise BadRecord("macro that keeps no part")
    return int(number) if len(number) <= MOST_DIGITS else ALL_PARTS


def built(pieces: list[str | Macro], *, explains: bool) -> MacroString:
    letters = frozenset(piece.letter for piece in pieces if isinstance(piece, Macro))
    if not explains and letters & ONLY_IN_EXPLANATIONS:
        raise BadRecord("a macro that is for explanations only")
    if letters:
        return MacroString(tuple(pieces), letters)
    return MacroString(tuple(pieces), constant=query_name("".join(map(str, pieces))))
