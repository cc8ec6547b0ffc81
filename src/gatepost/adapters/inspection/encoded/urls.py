"""Where does this URL lead, and what is odd about how it is written (WHATWG URL, RFC 3986)?

Read as browsers do, which forgive much: what a strict reader calls no URL is what hides one.
"""

import re
from urllib.parse import unquote

from msgspec import Struct

from gatepost.adapters.inspection.encoded.url_hosts import NAME_LIMIT, NONE, OBFUSCATED, Host, host_of
from gatepost.auth.scripts import A_LABEL
from gatepost.model.inspection import Link

USERINFO = "userinfo"  # something before an `@`
ODD_SCHEME = "odd-scheme"  # nothing that mail has a use for: javascript, vbscript, data, file, search-ms, ms-…
DATA = "data"
PORT = "port"  # another than the scheme's
REDIRECT = "redirect"  # another URL within

URL_LIMIT = 2048  # characters that are kept; people write no longer ones
READ_LIMIT = 64 * 1024  # characters that are read: what is long may have its host at the end
DATA_LIMIT = 128  # of a `data:` URL the beginning says it all
SPECIAL = {"http": "80", "https": "443", "ftp": "21", "ws": "80", "wss": "443"}  # slashes may lean either way
ORDINARY = frozenset(
    "http https ftp ftps mailto tel sms smsto cid mid callto webcal news nntp geo maps git ssh svn irc xmpp sip sips "
    "magnet bitcoin whatsapp tg skype im matrix".split()
)
DANGEROUS = frozenset(
    "javascript vbscript jscript livescript data file smb search search-ms mk res its mhtml hcp shell view-source jar "
    "wscript telnet about blob filesystem onenote".split()
)
SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]{0,30}+):")
PLAIN = re.compile(r"https?://((?:[a-z0-9-]{1,63}\.){1,20}[a-z]{2,63})(?=[/?#]|\Z)")
WITHIN = re.compile(r"https?(?::|%3a)(?:[/\\]|%2f|%5c)", re.IGNORECASE)
SHARE = re.compile(r"\\\\([^\\/\s&]{1,255})")
GAPS = str.maketrans("", "", "\t\r\n")
GAP_WITHIN = 300  # characters: scheme and host end there
AROUND = "".join(map(chr, range(33)))
DEFANGED = {"hxxp": "http", "hxxps": "https", "h**p": "http", "h**ps": "https", "hxtp": "http", "hxtps": "https"}
DEFANGED_START = re.compile(r"(h(?:xx|\*\*|xt)ps?)(?=\[?:)", re.IGNORECASE)


class Place(Struct, frozen=True):
    """Scheme, host part as written ("" if none) and the rest of a URL."""

    scheme: str
    authority: str
    rest: str
    traits: tuple[str, ...] = ()


def link(
    url: str, *, source: str, shown: str = "", assumed: str = "", base: str = "", traits: tuple[str, ...] = ()
) -> Link | None:
    """The URL as evidence; None for one that leads nowhere but into the message. Never raises.

    Args:
        url: as written; any length.
        shown: what is seen instead of it, bounded.
        assumed: scheme of a URL that has none.
        base: absolute URL that a relative one begins at, "" if there is none.
        traits: more to say about it.
    """
    if len(url) <= URL_LIMIT and (plain := PLAIN.match(url)) and is_tame(url, plain[1]):
        seen = (REDIRECT,) if WITHIN.search(url, plain.end()) else ()
        return Link(url=url, host=plain[1], source=source, shown=shown, traits=traits + seen)
    url = url.strip(AROUND)[:READ_LIMIT]
    place = placed(url, assumed, base)
    if place is None:
        return None
    host = host_of(place.authority) if place.authority else host_within(place)
    odd = scheme_traits(place.scheme, source)
    found = dict.fromkeys((*traits, *odd, *place.traits, *host.traits, *rest_traits(place)))
    written = printable(url[: DATA_LIMIT if place.scheme == "data" else URL_LIMIT])
    return Link(url=written, host=host.name, source=source, shown=shown, traits=tuple(found))


def is_tame(url: str, host: str) -> bool:
    """Nothing in it needs a second look."""
    if not url.isascii() or not url.isprintable() or "\\" in url:
        return False
    return len(host) <= NAME_LIMIT and A_LABEL not in host


def placed(url: str, assumed: str, base: str) -> Place | None:
    text = url.replace("[:]", ":")
    traits = [OBFUSCATED] if text != url else []
    gap = next((at for at, c in enumerate(text[:GAP_WITHIN]) if c in "\t\r\n"), -1)
    text = text.translate(GAPS)
    if gap >= 0 and gap < end_of_host(text):  # after the host it is a long line that somebody wrapped
        traits.append(OBFUSCATED)
    if text.startswith("\\\\"):
        return split("file", text, traits)
    if defanged := DEFANGED_START.match(text):
        text = DEFANGED[defanged[1].lower()] + text[defanged.end() :]
        traits.append(OBFUSCATED)
    scheme = None if assumed else SCHEME.match(text)
    if scheme:
        return split(scheme[1].lower(), text[scheme.end() :], traits)
    if assumed:
        return split(assumed, f"//{text}", traits)
    return from_base(text, base, traits)


def end_of_host(text: str) -> int:
    """Where scheme and host end; of a URL without `//` where the scheme does."""
    slashes = text.find("//")
    if slashes < 0:
        return text.find(":")
    ends = [at for at in (text.find("/", slashes + 2), text.find("?", slashes + 2), len(text)) if at >= 0]
    return min(ends)


def from_base(text: str, base: str, traits: list[str]) -> Place | None:
    """A relative URL: None where no base says where it leads."""
    start = SCHEME.match(base)
    if text.replace("\\", "/").startswith("//"):
        return split(start[1].lower() if start else "https", text, traits)
    if start is None or not text or text.startswith("#"):
        return None
    place = split(start[1].lower(), base[start.end() :], traits)
    return Place(place.scheme, place.authority, text, place.traits)


def split(scheme: str, text: str, traits: list[str]) -> Place:
    if scheme in SPECIAL or scheme == "file":
        end = min(at for at in (text.find("?"), text.find("#"), len(text)) if at >= 0)
        if "\\" in text[:end]:
            text = text[:end].replace("\\", "/") + text[end:]
            if scheme != "file":
                traits.append(OBFUSCATED)
        behind = text.lstrip("/")
        slashes = len(text) - len(behind)
        if scheme == "file" and slashes == 3:  # a file of the reader's own
            return Place(scheme, "", behind, tuple(traits))
        if scheme != "file" and slashes != 2:
            traits.append(OBFUSCATED)
        return with_authority(scheme, behind, traits)
    if text.startswith("//"):
        return with_authority(scheme, text[2:], traits)
    return Place(scheme, "", text, tuple(traits))


def with_authority(scheme: str, text: str, traits: list[str]) -> Place:
    end = min(at for at in (text.find("/"), text.find("?"), text.find("#"), len(text)) if at >= 0)
    host = text[:end].rpartition("@")[2]
    if len(host) < end:
        traits.append(USERINFO)
    name, colon, port = host.rpartition(":")
    if colon and "]" not in port:
        host = name
        if port.isdecimal() and port != SPECIAL.get(scheme):
            traits.append(PORT)
    return Place(scheme, host, text[end:], tuple(traits))


def host_within(place: Place) -> Host:
    """Of a URL without a host part: the domain of an address, the server of a share that is to be searched."""
    if place.scheme == "mailto":
        address = unquote(place.rest.partition("?")[0], errors="replace")
        return host_of(address.rpartition("@")[2].strip(" >")) if "@" in address else NONE
    if place.scheme in ORDINARY or place.scheme == "data":
        return NONE
    server = SHARE.search(unquote(place.rest, errors="replace"))
    return host_of(server[1]) if server else NONE


def scheme_traits(scheme: str, source: str) -> tuple[str, ...]:
    """In plain text what nobody knows is no link."""
    if scheme in DANGEROUS or scheme.startswith("ms-") or (source != "text" and scheme not in ORDINARY):
        return (ODD_SCHEME, DATA) if scheme == "data" else (ODD_SCHEME,)
    return ()


def rest_traits(place: Place) -> tuple[str, ...]:
    return (REDIRECT,) if place.scheme != "data" and WITHIN.search(place.rest) else ()


def within(url: str) -> str:
    """The last URL that stands within another as it would be followed; "" if there is none."""
    found = list(WITHIN.finditer(url[:URL_LIMIT], 1))
    if not found:
        return ""
    inner = url[found[-1].start() : URL_LIMIT]
    escaped = "%" in found[-1][0]
    inner = inner.partition("&")[0] if escaped or "?" not in inner else inner
    return unquote(inner, errors="replace") if escaped else inner


def printable(text: str) -> str:
    return text if text.isprintable() else "".join([c if c.isprintable() else "\ufffd" for c in text])
