"""What a message holds, in every way in which it could be read: what a recipient could open, and what is odd in it.

Made by an inspector (`ports.inspector`), read by checks. Nothing here is the content itself but `texts`, which never
reaches a trace or a log.
"""

from enum import Enum

from msgspec import Struct


class FileClass(Enum):
    """What a thing is to who opens it; the words of `deny_types` and `allow_types`."""

    EXECUTABLE = "executable"  # runs: PE, ELF, Mach-O, COM, JAR, packages that install, XLL
    SCRIPT = "script"  # runs by an interpreter: JS, VBS, PowerShell, batch, HTA, WSF, REG, Python
    UNIX_SCRIPT = "unix-script"  # runs by a shell or other interpreter of Unix: sh, or what begins with #!
    SHORTCUT = "shortcut"  # leads elsewhere: LNK, URL, search-ms, library-ms, settingcontent-ms, desktop
    DISK_IMAGE = "disk-image"  # is mounted: ISO, IMG, UDF, VHD, VHDX, DMG
    OFFICE = "office"  # a document of a word processor, spreadsheet or presentation
    OFFICE_MACRO = "office-macro"  # one with VBA or XLM
    OFFICE_ACTIVE = "office-active"  # one with DDE, a remote template, an embedded program or OLE package
    PDF = "pdf"
    PDF_ACTIVE = "pdf-active"  # one with JavaScript or Launch; files inside count for what they are
    HTML = "html"
    HTML_ACTIVE = "html-active"  # scripts that build a file (smuggling), SVG with a script
    NOTEBOOK = "notebook"  # OneNote
    HELP = "help"  # CHM, HLP
    ARCHIVE = "archive"
    ENCRYPTED = "encrypted"  # an archive or document that needs a password
    MESSAGE = "message"  # a mail within the mail
    FRAGMENT = "fragment"  # message/partial, message/external-body: content that is elsewhere
    SIGNED = "signed"  # S/MIME or PGP, opaque
    CALENDAR = "calendar"
    IMAGE = "image"
    MEDIA = "media"  # sound, film
    FONT = "font"
    TEXT = "text"
    UNKNOWN = "unknown"


class Trait(Struct, frozen=True):
    """Something about one item that its class does not say.

    Args:
        code: one of the words in `gatepost.model.traits`.
        detail: what was seen, bounded and printable; never a body.
    """

    code: str
    detail: str = ""


class Item(Struct, frozen=True, kw_only=True):
    """One thing that a recipient could open: a part, a member of an archive, an object in a document.

    Args:
        path: where it is: part numbers as in IMAP (RFC 9051 §6.4.5), then what is inside: `2.1!orders.zip!order.exe`.
            Printable, bounded.
        reading: how the message must be read for it to be there; "" = as the RFCs say.
        names: every name a client could show, as text; the likeliest first.
        declared: media type as declared, lower-case, "" if none.
        media_type: by its content.
        classes: by content and by every name.
        size: octets once decoded.
        digest: SHA-256 of them in hex, "" where they were not read whole.
        traits: what is odd about it.
        engines: names of what matched in it (rules of the embedded engine).
    """

    path: str
    reading: str = ""
    names: tuple[str, ...] = ()
    declared: str = ""
    media_type: str = ""
    classes: tuple[FileClass, ...] = ()
    size: int = 0
    digest: str = ""
    traits: tuple[Trait, ...] = ()
    engines: tuple[str, ...] = ()


class Unwanted(Struct, frozen=True):
    """Which parts of the message hold what a check has found.

    Args:
        places: paths of parts by finding code.
    """

    places: dict[str, tuple[str, ...]]


class Ambiguity(Struct, frozen=True):
    """A place where mail programs read the message differently.

    Args:
        code: stable word, such as `two-encodings`.
        detail: where, printable.
        opens: the readings differ in what a recipient could open.
    """

    code: str
    detail: str = ""
    opens: bool = False


class Text(Struct, frozen=True, kw_only=True):
    """Words of the message, decoded; bounded by the inspector.

    Args:
        kind: "plain", "html" (rendered: what is seen) or "hidden" (in the HTML, and not seen).
    """

    path: str
    kind: str
    text: str


class Link(Struct, frozen=True, kw_only=True):
    """A URL that the message holds.

    Args:
        url: as written, bounded, printable.
        host: A-label or address in canonical form, lower-case, "" if there is none.
        source: "text", "html", "pdf", "qr", "office", "calendar" …
        shown: what the reader sees instead of it, "" where that is the URL itself.
        traits: `userinfo`, `ip-host`, `idn`, `text-differs`, `odd-scheme`, `data`, `port`, `obfuscated` …
    """

    url: str
    host: str = ""
    source: str = "text"
    shown: str = ""
    traits: tuple[str, ...] = ()


def labels(items: tuple[Item, ...]) -> dict[str, str]:
    """What people call each item, by its path: `order.exe in orders.zip`, or `part 2`. Printable, not ASCII."""
    found: dict[str, str] = {}
    for item in items:
        own = item.names[0] if item.names else item.path.rpartition("!")[2]
        if "!" not in item.path:
            found.setdefault(item.path, own if item.names else f"part {item.path or '1'}")
        else:
            around = found.get(item.path.rpartition("!")[0], "")
            found.setdefault(item.path, f"{own} in {around}" if around else own)
    return found


class Inspection(Struct, frozen=True, kw_only=True):
    """All of it.

    Args:
        items: in the order found; bounded.
        ambiguities: one for each place and code; bounded.
        unscannable: what could not be looked into and why, as `path: reason`; never "clean".
        over: names of budgets that ran out (`parts`, `depth`, `header`, `size`, `ratio`, `members`, `time`, `memory`).
        texts, links: bounded.
        elapsed: seconds of CPU it took.
    """

    items: tuple[Item, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    unscannable: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()
    links: tuple[Link, ...] = ()
    elapsed: float = 0.0
