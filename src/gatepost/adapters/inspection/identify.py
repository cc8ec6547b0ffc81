"""What is this thing: by its content, and by every name it could be shown under?

Formats, each with an opener in one of the tables beside (`archives`, `disks`, `documents`, `encoded`) or read by the
walk:
zip rar 7z gzip bzip2 xz lzma lzip zstd lz4 compress cab szdd arj wim xar ar rpm cpio tar lha ace pst · iso udf img vhd
vhdx dmg qcow2 vmdk · ole ooxml odf flat-office activemime rtf pdf html svg lnk shortcut onenote chm sheet · tnef pgp
text-encodings pkcs7 ics appledouble applesingle mbox image · rfc822
"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.types import claims, disks, polyglots, rare, storages, zips
from gatepost.adapters.inspection.types.extensions import BY_EXTENSION
from gatepost.adapters.inspection.types.kind import Kind
from gatepost.adapters.inspection.types.libmagic import media_type_of
from gatepost.adapters.inspection.types.media import class_of_media
from gatepost.adapters.inspection.types.names import NameRead, read_name
from gatepost.adapters.inspection.types.signatures import by_signature
from gatepost.adapters.inspection.types.texts import as_text, kinds_of_text
from gatepost.mime import binhex, uuencode, yenc
from gatepost.model.inspection import FileClass, Trait
from gatepost.model.traits import NAMES_DIFFER, POLYGLOT, UNREADABLE

NAMES = 64  # of one thing that are looked at
BY_NAME = {
    "sheet": frozenset({"csv", "tsv", "slk", "sylk", "dif", "iqy", "oqy", "rqy", "dqy"}),
    "html": frozenset({"html", "htm", "xhtml", "xht", "shtml", "hta"}),
    "svg": frozenset({"svg"}),
    "rfc822": frozenset({"eml", "mht", "mhtml", "emlx", "nws", "mim"}),
    "ics": frozenset({"ics", "ical", "ifb", "vcs"}),
    "pkcs7": frozenset({"p7m", "p7z", "p7s"}),
    "pgp": frozenset({"pgp", "gpg", "asc"}),
    "mbox": frozenset({"mbox"}),
    "vcf": frozenset({"vcf", "vcard"}),
    "text-encodings": frozenset({"uu", "uue", "hqx", "bhx", "b64"}),
    "shortcut": frozenset(
        "url website desktop webloc inetloc fileloc library-ms search-ms searchconnector-ms settingcontent-ms "
        "scf".split()
    ),
}
BY_DECLARED = {
    "text/html": "html", "application/xhtml+xml": "html", "image/svg+xml": "svg", "message/rfc822": "rfc822",
    "message/global": "rfc822", "text/calendar": "ics", "application/ics": "ics", "application/pkcs7-mime": "pkcs7",
    "application/x-pkcs7-mime": "pkcs7", "application/mbox": "mbox", "application/hta": "html", "text/csv": "sheet",
    "text/vcard": "vcf", "text/x-vcard": "vcf", "text/directory": "vcf",
    "application/ms-tnef": "tnef", "application/vnd.ms-tnef": "tnef",
    "application/mac-binhex40": "text-encodings", "application/x-uuencode": "text-encodings",
    "application/pgp-encrypted": "pgp", "application/pgp": "pgp", "application/pkcs7-signature": "pkcs7",
}  # fmt: skip
WORD_OPENS = frozenset("doc dot docx dotx docm dotm wiz rtf wri xls xlt xlsx ppt pot mht mhtml".split())
"""Their programs go by the content: a page with its parts in MIME may have any of these names, and words before it."""
SIGNED_ARCHIVES = frozenset(
    "zip zipx 7z rar r00 r01 gz tgz bz2 tbz tbz2 xz txz lz zst tzst lz4 cab jmod war ear".split()
)
"""What has not the signature of these kinds is opened as one by nobody."""
UNREAD = frozenset({FileClass.UNKNOWN, FileClass.ARCHIVE})
XML_NAMES = frozenset({"xml", "xsl", "xslt", "rss", "atom", "xhtml", "xht"})
XHTML = b"http://www.w3.org/1999/xhtml"
PDF_NAMES = frozenset({"pdf", "fdf", "ai"})
PDF_OBJECT = b" obj"
FOLDED = (yenc.MARK, binhex.MARK, b"-----BEGIN PGP MESSAGE")
NO_PROGRAM = frozenset({
    FileClass.MESSAGE, FileClass.IMAGE, FileClass.PDF, FileClass.OFFICE, FileClass.CALENDAR, FileClass.ARCHIVE,
    FileClass.MEDIA,
})  # fmt: skip


class Identity(Struct, frozen=True, kw_only=True):
    """What is known of a thing before it is opened.

    Args:
        media_type: by content.
        classes: by content and names.
        formats: what openers are asked: `zip`, `tar`, `gzip`, `ole`, `ooxml`, `pdf` …; several for a polyglot.
        traits: what the names and the content say against each other.
    """

    media_type: str
    classes: tuple[FileClass, ...]
    formats: tuple[str, ...] = ()
    traits: tuple[Trait, ...] = ()


def identify(octets: bytes, names: tuple[str, ...], declared: str) -> Identity:
    """Never raises.

    Args:
        octets: all of it.
        names: every name a client could show.
        declared: media type as declared, lower-case, "" if none.
    """
    reads = tuple(read_name(name) for name in names[:NAMES])
    kinds = list(kinds_of(octets, reads, declared))
    is_text = kinds[0].file_class in (FileClass.TEXT, FileClass.HTML, FileClass.SCRIPT, FileClass.MESSAGE)
    formats = dict.fromkeys(kind.format for kind in kinds if kind.format)
    if FileClass.DISK_IMAGE in [kind.file_class for kind in kinds]:
        formats.update(dict.fromkeys(disks.also(octets, tuple(formats))))
    formats.update(dict.fromkeys(told_formats(octets, reads, declared, is_text)))
    found = classes(kinds, reads, declared)
    odd = tuple(claims.traits(reads, declared, kinds))
    if len(names) > NAMES:
        odd += (Trait(NAMES_DIFFER, "more names than are looked at"),)
    if len(kinds) > 1:
        odd += (Trait(POLYGLOT, " and ".join(kind.media_type for kind in kinds)),)
    if not formats and is_strange_archive(reads) and is_unread(octets, kinds[0]):
        odd += (Trait(UNREADABLE, "an archive by its name, and of no known kind"),)
    return Identity(media_type=kinds[0].media_type, classes=found, formats=tuple(formats), traits=odd)


def is_strange_archive(reads: tuple[NameRead, ...]) -> bool:
    """By its name it is of a kind that is not surely known by its content."""
    words = {word for read in reads for word in read.extensions}
    return any(BY_EXTENSION.get(word) is FileClass.ARCHIVE for word in words - SIGNED_ARCHIVES)


def is_unread(octets: bytes, kind: Kind) -> bool:
    """It is nothing that is known; libmagic takes for text what has no NUL in it."""
    return bool(octets) and (kind.file_class in UNREAD or (kind.file_class is FileClass.TEXT and not as_text(octets)))


def kinds_of(octets: bytes, reads: tuple[NameRead, ...], declared: str) -> Iterator[Kind]:
    first = refined(by_signature(octets), octets) or next(rare.kinds(octets), None) or as_words(octets, reads, declared)
    if first is None:
        media_type = media_type_of(octets)
        first = Kind(media_type, class_of_media(media_type))
    yield first
    yield from (other for other in polyglots.others(octets, first) if other.format != first.format)


def refined(kind: Kind | None, octets: bytes) -> Kind | None:
    if kind is None:
        return None
    match kind.format:
        case "zip":
            return zips.used_as(octets)
        case "ole":
            return storages.used_as(octets)
        case _:
            return kind


def as_words(octets: bytes, reads: tuple[NameRead, ...], declared: str) -> Kind | None:
    """None if it is no text."""
    head = as_text(octets)
    if head is None:
        return None
    found = next(kinds_of_text(head, claims.is_read_as_text(reads, declared)), None)
    if found is not None:
        return found
    if declared in ("text/html", "application/xhtml+xml"):
        return Kind(declared, FileClass.HTML, "html")
    return Kind(declared if declared.startswith("text/") else "text/plain", FileClass.TEXT)


def told_formats(octets: bytes, reads: tuple[NameRead, ...], declared: str, is_text: bool) -> Iterator[str]:
    """What an opener should try since a client would, by the name or the declared type."""
    told = frozenset(word for read in reads for word in read.extensions)
    if told:
        yield from (name for name, words in BY_NAME.items() if words & told)
    if declared in BY_DECLARED:
        yield BY_DECLARED[declared]
    if (told & PDF_NAMES or declared == "application/pdf") and PDF_OBJECT in octets:
        yield "pdf"  # readers do without the header
    if (told & XML_NAMES or declared.endswith(("/xml", "+xml"))) and XHTML in octets:
        yield "html"  # browsers show it as a page, and run its scripts
    if told & WORD_OPENS and polyglots.holds_page(octets):
        yield "rfc822"
    # A mail program takes files out of what it shows as text, whatever that looks like to others.
    is_shown = is_text or declared.startswith("text/") or not (declared or reads)
    if is_shown and (any(mark in octets for mark in FOLDED) or uuencode.holds_uuencode(octets)):
        yield "text-encodings"


def classes(kinds: list[Kind], reads: tuple[NameRead, ...], declared: str) -> tuple[FileClass, ...]:
    found = dict.fromkeys(kind.file_class for kind in kinds)
    for read in reads:
        ignored = FileClass.EXECUTABLE if is_domain(read, kinds[0]) else None
        found.update(dict.fromkeys(kind for kind in read.classes if kind is not ignored))
    if not any(read.extensions[0] for read in reads) and (kind := class_of_media(declared)) is not FileClass.UNKNOWN:
        found[kind] = None  # the client makes up a name or its end, and takes the extension from this
    if len(found) > 1:
        found.pop(FileClass.UNKNOWN, None)
    return tuple(found)


def is_domain(read: NameRead, kind: Kind) -> bool:
    """`Your order at example.com`: what is a picture or a message is no program, though its name ends like one."""
    return read.extensions == ("com",) and kind.certain and kind.file_class in NO_PROGRAM
