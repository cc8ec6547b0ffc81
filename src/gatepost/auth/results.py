"""How do we say in a header field what authentication has found (RFC 8601, RFC 8616 §5)?

Most values come from strangers. Whatever they hold, the field stays one field with our own results in it: what is not
plainly a word, a domain or a mailbox is quoted, what no quoted string can hold is replaced, and all is cut to a length.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from gatepost.auth.dmarc.evaluate import DmarcResult

FIELD_NAME = "Authentication-Results"
WIDTH = 78  # characters of a line, where its parts allow it (RFC 5322 §2.1.1)
VALUE_LIMIT = 320  # characters of one value: a mailbox, quoted
TEXT_LIMIT = 200  # characters of a reason or comment
RESULTS_LIMIT = 50
PLAIN = re.compile(r"(?:\w[\w+=-]*+(?>(?:\.[\w+=-]++)*)@)?\w[\w-]*+(?>(?:\.[\w-]++)*)", re.ASCII)  # needs no quotes
NO_KEYWORD = re.compile(r"[^\w.-]", re.ASCII)
REPLACED = {**dict.fromkeys((*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0xD800, 0xE000)), "?")}
NO_COMMENT = {**REPLACED, **dict.fromkeys(map(ord, "()\\"), "?")}


class Property(Struct, frozen=True):
    """What a result was about, such as `smtp.mailfrom=` and its value."""

    kind: str
    name: str
    value: str


class MethodResult(Struct, frozen=True):
    """What one method found.

    Args:
        method, result: keywords of RFC 8601 §2.7.
        reason, comment: for people.
    """

    method: str
    result: str
    reason: str = ""
    properties: tuple[Property, ...] = ()
    comment: str = ""


def field(authserv_id: str, results: Sequence[MethodResult], *, utf8: bool = False) -> bytes:
    """The whole field, folded, with its CRLF.

    Args:
        authserv_id: whose results they are: our host name.
        utf8: the message goes by SMTPUTF8; else what is not ASCII becomes "?".
    """
    lines = [f"{FIELD_NAME}: {value(authserv_id)}"]
    for words in [parts(result) for result in results[:RESULTS_LIMIT]] or [iter(("none",))]:
        lines[-1] += ";"
        lines.append("\t")
        for part in words:
            separator = "" if lines[-1] == "\t" else " "
            if separator and len(lines[-1]) + len(part) >= WIDTH:
                lines.append("\t")
                separator = ""
            lines[-1] += separator + part
    return ("\r\n".join(lines) + "\r\n").encode("utf-8" if utf8 else "ascii", "replace")


def parts(result: MethodResult) -> Iterator[str]:
    yield f"{keyword(result.method)}={keyword(result.result)}"
    if result.comment:
        yield f"({result.comment[:TEXT_LIMIT].translate(NO_COMMENT)})"
    if result.reason:
        yield f"reason={quoted(result.reason[:TEXT_LIMIT])}"
    for each in result.properties:
        if each.value:  # an empty string is none to some readers
            yield f"{keyword(each.kind)}.{keyword(each.name)}={value(each.value)}"


def keyword(text: str) -> str:
    return NO_KEYWORD.sub("", text) or "x"


def value(text: str) -> str:
    """As a token, a domain or a mailbox if it plainly is one, else as a quoted string."""
    text = text[: VALUE_LIMIT if text.isascii() else VALUE_LIMIT // 2]  # a line has 998 octets at most
    return text if PLAIN.fullmatch(text) else quoted(text)


def quoted(text: str) -> str:
    escaped = text.translate(REPLACED).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def spf_result(result: str, *, mail_from: str, helo: str, comment: str = "") -> MethodResult:
    """RFC 8601 §2.7.2: with the null sender it was HELO that was looked at."""
    about = Property("smtp", "mailfrom", mail_from) if mail_from else Property("smtp", "helo", helo)
    return MethodResult("spf", result, properties=(about,), comment=comment)


def dkim_result(
    result: str, *, domain: str, selector: str, algorithm: str, signature: str = "", reason: str = ""
) -> MethodResult:
    """RFC 8601 §2.7.1; the start of the signature tells it from others (RFC 6008 §4)."""
    said = (("d", domain), ("s", selector), ("a", algorithm), ("b", signature[:8]))
    properties = tuple([Property("header", name, text) for name, text in said if text])
    return MethodResult("dkim", result, reason=reason, properties=properties)


def dmarc_result(result: DmarcResult) -> MethodResult:
    """RFC 9989 §9.1: the policy, and where it was found if not at the author's domain."""
    properties = [Property("header", "from", result.author)]
    if result.published is not None:
        properties.append(Property("polrec", "p", result.published.value))
    if result.record_domain not in ("", result.author):
        properties.append(Property("polrec", "domain", result.record_domain))
    return MethodResult("dmarc", result.outcome.value, properties=tuple(properties), comment=result.reason)


def arc_result(result: str, *, oldest_pass: int | None = None, comment: str = "") -> MethodResult:
    """RFC 8617 §10.2: `oldest_pass` is the `arc.oldest-pass` of a chain that passes."""
    properties = () if oldest_pass is None else (Property("header", "oldest-pass", str(oldest_pass)),)
    return MethodResult("arc", result, properties=properties, comment=comment)
