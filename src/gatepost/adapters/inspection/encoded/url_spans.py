"""Which URLs does this text hold, as mail programs would make links of them?

Candidates are found by `str.find`, so that text without any costs next to nothing; each is looked at within a bounded
window. What is no URL to every program but a hint to people (`hxxp`, `[.]`) is found too.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from gatepost.adapters.inspection.encoded.urls import URL_LIMIT
from gatepost.auth.suffixes import public_suffixes

SCHEME_MARKS = ("://", "[:]//")
MARKS = (*SCHEME_MARKS, "www.", "[.]", "mailto:", "\\\\", "/")  # of one place the first counts
MARKS_LIMIT = 20_000  # of one kind in one text
HOST_LIMIT = 255
TOKEN = re.compile(rf"[^\s<>\"\u00ab\u00bb\u2039\u203a\u201c-\u201f`{{}}|\x00-\x1f]{{1,{URL_LIMIT}}}+")
SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.*-]{1,30}+)\Z")
SCHEME_LIMIT = 31
WEB = re.compile(r"(?:h(?:tt|xx|\*\*|xt)ps?|ftp)\Z", re.IGNORECASE)
ADDRESS = re.compile(r"mailto:[^\s\[\]()/:?,;]++(?:\?[^\s\[\]()]*+)?", re.IGNORECASE)
BRACKET = re.compile(r"[()\[\]]")
NOT_BEFORE = re.compile(r"[^\w.\[\]()-]")
HOST = re.compile(r"[\w-]{1,63}(?:(?:\.|[\[(]\.[\])])[\w-]{1,63}){1,20}(?::\d{1,5})?\Z")
TOP_LIMIT = 63
SHARE = re.compile(r"\\\\[\w.-]{1,255}(?:@[\w@]{1,20})?\\[^\\]")
BEFORE_SHARE = " \t\r\n\"'(<[="
AFTER = ".,;:!?'*_~\u2019"
CLOSING = {")": "(", "]": "["}


class Span(Struct, frozen=True):
    """A URL in a text.

    Args:
        start, end: where.
        url: as it stands there.
        assumed: the scheme that it lacks.
    """

    start: int
    end: int
    url: str
    assumed: str = ""


def spans(text: str) -> Iterator[Span]:
    """In their order, none upon another."""
    end = 0
    for at, mark in marks(text):
        if at < end:
            continue
        span = at_scheme(text, at, end) if mark in SCHEME_MARKS else bare(text, at, end, mark)
        if span:
            yield span
            end = span.end


def marks(text: str) -> list[tuple[int, str]]:
    lowered = text.lower()
    lowered = lowered if len(lowered) == len(text) else text  # a letter became two: places would be off
    found: dict[int, str] = {}
    for mark in reversed(MARKS):
        at = lowered.find(mark)
        for _ in range(MARKS_LIMIT):
            if at < 0:
                break
            found[at] = mark
            at = lowered.find(mark, at + len(mark))
    return sorted(found.items())


def at_scheme(text: str, at: int, after: int) -> Span | None:
    low = max(after, at - SCHEME_LIMIT)
    scheme = SCHEME.search(text[low:at])
    if scheme is None:
        return None
    start = low + scheme.start()
    if web := WEB.search(scheme[0]):  # a word is glued to it
        start += web.start()
    found = token(text, start, "")
    return found if found and any(map(str.isalnum, found.url[at - found.start :])) else None


def bare(text: str, at: int, after: int, mark: str) -> Span | None:
    """Without `://`: what stands before the mark decides."""
    match mark:
        case "www.":
            is_word = at > 0 and (text[at - 1].isalnum() or text[at - 1] in "@.-_/")
            return None if is_word else token(text, at, "http")
        case "mailto:":
            found = token(text, at, "")
            address = ADDRESS.match(found.url) if found else None
            return Span(at, at + address.end(), address[0]) if address else None
        case "\\\\":
            return share(text, at, after)
    if mark == "/" and not ends_host(text, at, after):
        return None
    start = start_of_host(text, at, after)
    if mark == "[.]":
        return token(text, start, "http") if start < at else None
    return token(text, start, "http") if is_host(text[start:at]) else None


def ends_host(text: str, at: int, after: int) -> bool:
    """A top-level domain stands before it: most slashes have none there."""
    dot = text.rfind(".", max(after, at - TOP_LIMIT), at)
    return dot >= 0 and is_top_level(text[dot + 1 : at].partition(":")[0].strip("])").lower())


def share(text: str, at: int, after: int) -> Span | None:
    r"""`\\host\share`, or `http:\\host`, which browsers mend."""
    if at > 0 and text[at - 1] == ":":
        return at_scheme(text, at - 1, after)
    if at > 0 and text[at - 1] not in BEFORE_SHARE:
        return None
    found = token(text, at, "")
    return found if found and SHARE.match(found.url) else None


def start_of_host(text: str, at: int, after: int) -> int:
    low = max(after, at - HOST_LIMIT)
    before = text[low:at]
    breaks = [found.end() for found in NOT_BEFORE.finditer(before)]
    return low + (breaks[-1] if breaks else 0)


def is_host(text: str) -> bool:
    """A name with a dot and a top-level domain that exists: `and/or` and `1.5/2` are none."""
    if "." not in text or not HOST.match(text):
        return False
    return is_top_level(re.split(r"[.\])]", text.partition(":")[0])[-1].lower())


@lru_cache(maxsize=1024)
def is_top_level(label: str) -> bool:
    if not 2 <= len(label) <= TOP_LIMIT or label.isdecimal():
        return False
    return public_suffixes().publicsuffix(f"a.{label}", accept_unknown=False) is not None


def token(text: str, start: int, assumed: str) -> Span | None:
    """Up to the next blank or quote, without what ends a sentence."""
    found = TOKEN.match(text, start)
    if found is None:
        return None
    url = without_ending(found[0])
    return Span(start, start + len(url), url, assumed) if len(url) > 2 else None


def without_ending(url: str) -> str:
    url = url[: first_unopened(url)]
    return url.rstrip(AFTER)


def first_unopened(url: str) -> int:
    """Where a bracket closes that was opened before the URL; its end if none does."""
    opened = {"(": 0, "[": 0}
    for bracket in BRACKET.finditer(url):
        opening = CLOSING.get(bracket[0])
        if opening is None:
            opened[bracket[0]] += 1
        elif opened[opening] == 0:
            return bracket.start()
        else:
            opened[opening] -= 1
    return len(url)
