"""Where does an address in a document lead: to a host on the network, or nowhere?"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from gatepost.adapters.inspection.encoded import urls
from gatepost.model.inspection import Link

LONGEST = 2000  # characters of an address that are looked at
SHOWN = 120  # characters of what goes into a trait
AROUND = "".join(map(chr, range(33)))
WEB = re.compile(
    r"(?:[a-z-]{2,20}:(?:\w{1,20}\|\w{1,3}\|)?)??(?:https?|ftps?):[/\\]{1,9}(?:[^/\\?#@]*@)?([^/\\?#:]+)", re.IGNORECASE
)
SHARE = re.compile(r"(?:file:)?(?:[/\\]{4,5}|[/\\]{2})(?![/\\.])([^/\\?#:@]+)(?:@[^/\\]*)?[/\\]", re.IGNORECASE)
HERE = "localhost"
LOCAL = re.compile(r"file:[/\\]{2}localhost[/\\]", re.IGNORECASE)  # RFC 8089 §2
SEARCH = re.compile(r"search(?:-ms)?:.{0,1000}?location(?::|=|%3a)", re.IGNORECASE)


def host_of(address: str) -> str:
    """A host that is asked when the address is opened, lower-case; "" where it is a file of the reader's own."""
    address = address.strip(AROUND)[:LONGEST]
    search = SEARCH.match(address)
    if search:
        address = unquote(address[search.end() :])
    found = WEB.match(address) or SHARE.match(address)
    host = found[1].strip().lower().rstrip(".") if found else ""
    return "" if host == HERE and LOCAL.match(address) else host


def is_share(address: str) -> bool:
    """Opened over SMB or WebDAV: who opens it also gives away who he is."""
    return not WEB.match(address.strip(AROUND)) and bool(host_of(address))


def links(address: str, source: str) -> Iterator[Link]:
    """One, if it leads anywhere."""
    found = urls.link(address[:LONGEST], source=source)
    if found is not None:
        yield found


def printable(text: str, limit: int = SHOWN) -> str:
    text = text[:limit]
    return text if text.isprintable() else "".join(letter if letter.isprintable() else "." for letter in text)
