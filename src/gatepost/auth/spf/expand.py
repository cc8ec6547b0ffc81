"""What does a macro string say for this client (RFC 7208 §7.2, §7.3)?

However many macros a string has, no more is expanded than can count: the end of a name, the start of an explanation.
"""

from collections.abc import Callable
from urllib.parse import quote

from msgspec import Struct

from gatepost.auth.spf.limits import NAME_LIMIT
from gatepost.auth.spf.macros import Macro, MacroString
from gatepost.auth.spf.names import query_name
from gatepost.auth.spf.subject import Subject

UNKNOWN = "unknown"  # %{p} and %{r} where there is no such name


class Values(Struct, frozen=True):
    """What the letters stand for.

    Args:
        domain: whose record is being evaluated.
        client_name: validated name of the client, for `%{p}`.
    """

    subject: Subject
    domain: str
    client_name: str = UNKNOWN


def dotted(subject: Subject) -> str:
    """The address in dotted parts: numbers, or hexadecimal digits in upper case as in RFC 7208's test suite."""
    return str(subject.ip) if subject.ip.version == 4 else ".".join(f"{subject.number:032X}")


LETTERS: dict[str, Callable[[Values], str]] = {  # RFC 7208 §7.2
    "s": lambda values: f"{values.subject.local}@{values.subject.domain}",
    "l": lambda values: values.subject.local,
    "o": lambda values: values.subject.domain,
    "d": lambda values: values.domain,
    "i": lambda values: dotted(values.subject),
    "p": lambda values: values.client_name,
    "v": lambda values: "in-addr" if values.subject.ip.version == 4 else "ip6",
    "h": lambda values: values.subject.helo,
    "c": lambda values: str(values.subject.ip),
    "r": lambda values: values.subject.receiver or UNKNOWN,
    "t": lambda values: str(int(values.subject.now)),
}


def expanded_name(string: MacroString, values: Values) -> str:
    """The domain name to ask for, "" if there is none; see `query_name`."""
    if string.constant is not None:
        return string.constant
    texts: list[str] = []
    size = 0
    for piece in reversed(string.pieces):
        texts.append(piece if isinstance(piece, str) else expanded(piece, values))
        size += len(texts[-1])
        if size > NAME_LIMIT + 1:  # with a final dot and the dot before the first label that stays
            break
    texts.reverse()
    return query_name("".join(texts))


def expanded_text(string: MacroString, values: Values, limit: int) -> str:
    """The first `limit` characters."""
    texts: list[str] = []
    size = 0
    for piece in string.pieces:
        texts.append(piece if isinstance(piece, str) else expanded(piece, values))
        size += len(texts[-1])
        if size >= limit:
            break
    return "".join(texts)[:limit]


def expanded(macro: Macro, values: Values) -> str:
    value = LETTERS[macro.letter](values)
    if macro.delimiters:
        value = ".".join(parts_of(value, macro))
    return quote(value, safe="", errors="replace") if macro.escape else value


def parts_of(value: str, macro: Macro) -> list[str]:
    first = macro.delimiters[0]
    for delimiter in macro.delimiters[1:]:
        value = value.replace(delimiter, first)
    parts = value.split(first)
    if macro.reverse:
        parts.reverse()
    return parts[-macro.keep :]  # all of them for ALL_PARTS
