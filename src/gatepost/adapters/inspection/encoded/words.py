"""Which words does this part say to its reader, which does it hide, and where does it lead?"""

import re
from collections.abc import Iterator

from gatepost.adapters.inspection.encoded.calendars import calendar_words, content_lines, html_texts
from gatepost.adapters.inspection.encoded.html_reader import Found, Reader
from gatepost.adapters.inspection.encoded.url_spans import is_host, spans
from gatepost.adapters.inspection.encoded.urls import link
from gatepost.auth.suffixes import organizational_domain
from gatepost.mime.charset import text_of
from gatepost.model.inspection import Link, Text

INPUT_LIMIT = 256 * 1024  # octets of one part
LINKS = 500  # of one part
HTML = frozenset(("text/html", "application/xhtml+xml", "image/svg+xml"))
CALENDARS = frozenset(("text/calendar", "application/ics", "text/vcard", "text/x-vcard", "text/directory"))
DIFFERS = "text-differs"  # what is shown looks like a URL of somebody else
META_CHARSET = re.compile(rb"charset[ \t]*=[ \t]*[\"']?([A-Za-z0-9_.:-]{1,40})")
META_WITHIN = 1024  # octets (HTML §13.2.3.2)
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)


def words(octets: bytes, media_type: str, charset: str, path: str) -> Iterator[Text | Link]:
    """Texts, then links. Linear; never raises.

    Args:
        octets: of the part, its transfer encoding taken off; more than `INPUT_LIMIT` is not looked at.
        media_type: lower-case; what is no HTML and no calendar is read as plain text.
        charset: as declared, "" if it is not.
        path: of the part.
    """
    octets = octets[:INPUT_LIMIT]
    if media_type in HTML:
        yield from html_words(text_of(octets, charset or meta_charset(octets)), path)
    elif media_type in CALENDARS:
        lines = tuple(content_lines(text_of(octets, charset)))
        yield from calendar_words(lines, path)
        for html in html_texts(lines):
            yield from html_words(html, path)
    else:
        yield from plain_words(text_of(octets, charset), path)


def plain_words(text: str, path: str) -> Iterator[Text | Link]:
    text = visible(text)
    yield Text(path=path, kind="plain", text=text)
    yield from links_in(text, "text")


def html_words(html: str, path: str) -> Iterator[Text | Link]:
    reader = Reader()
    reader.read(html)
    seen = squeezed("".join(reader.seen))
    yield Text(path=path, kind="html", text=seen)
    if hidden := squeezed("".join(reader.hidden)):
        yield Text(path=path, kind="hidden", text=hidden)
    known = set()
    for found in dict.fromkeys(reader.found):
        made = led(found, reader.base)
        if made and made not in known:
            known.add(made)
            yield made
            if len(known) >= LINKS:
                return
    written = {found.url for found in reader.found}
    for found in reader.found:
        if "." in found.shown:
            written.update(span.url for span in spans(found.shown))
    yield from [made for made in links_in(seen, "html") if made.url not in written]


def led(found: Found, base: str) -> Link | None:
    shown = squeezed(found.shown)
    assumed = "http" if found.url[:4].lower() == "www." else ""
    made = link(found.url, source="html", shown="" if shown == found.url else shown, assumed=assumed, base=base)
    if made is None:
        return None
    traits = (*found.traits, *made.traits, DIFFERS) if differs(shown, made.host) else (*found.traits, *made.traits)
    return Link(url=made.url, host=made.host, source="html", shown=made.shown, traits=traits) if traits else made


def differs(shown: str, host: str) -> bool:
    """What is shown names a host that belongs to somebody else than the one it leads to."""
    if "." not in shown:
        return False
    first = next(spans(shown), None)
    named = link(first.url, source="", assumed=first.assumed) if first else None
    if named is None and is_host(shown):
        named = link(shown, source="", assumed="http")
    if named is None or not named.host or named.url.startswith("mailto:"):
        return False
    return organizational_domain(named.host) != organizational_domain(host)


def links_in(text: str, source: str) -> Iterator[Link]:
    known = set()
    for span in spans(text):
        made = link(span.url, source=source, assumed=span.assumed)
        if made and made.url not in known:
            known.add(made.url)
            yield made
            if len(known) >= LINKS:
                return


def meta_charset(octets: bytes) -> str:
    """Of an HTML text whose part names none."""
    found = META_CHARSET.search(octets[:META_WITHIN])
    return found[1].decode("ascii") if found else ""


def visible(text: str) -> str:
    """Without characters that nobody sees."""
    return text if text.isascii() else INVISIBLE.sub("", text)


def squeezed(text: str) -> str:
    """Lines with single blanks and none at their ends; no empty ones."""
    lines = [" ".join(line.split()) for line in visible(text).split("\n")]
    return "\n".join([line for line in lines if line])
