"""Which kind of text is this: a page, a picture, a message, a shortcut, a script?

What is found in words alone is not certain: a letter may quote a script. `identify` lets it count where nobody would
read the thing as text.
"""

import re
from collections.abc import Iterator

from gatepost.adapters.inspection.types.kind import Kind
from gatepost.model.inspection import FileClass

HEAD = 4096  # octets looked at
NOT_TEXT = bytes(set(range(32)) - set(b"\t\n\r\x08\x0c\x1b")) + b"\x7f"
SCRIPT, SHORTCUT, OFFICE = FileClass.SCRIPT, FileClass.SHORTCUT, FileClass.OFFICE
BLANKS = b" \t\r\n\x0c\xef\xbb\xbf\xa0"

SVG = Kind("image/svg+xml", FileClass.IMAGE, "svg")
HTML = Kind("text/html", FileClass.HTML, "html")
MAIL = Kind("message/rfc822", FileClass.MESSAGE, "rfc822")
AT_START = (
    (b"<!doctype svg", SVG),
    (b"<svg", SVG),
    (b"begin:vcalendar", Kind("text/calendar", FileClass.CALENDAR, "ics")),
    (b"begin:vcard", Kind("text/vcard", FileClass.TEXT, "vcf")),
    (b"{\\rt", Kind("text/rtf", OFFICE, "rtf")),
    (b"id;p", Kind("application/x-sylk", OFFICE, "sheet")),
    (b"web\r\n1\r\n", Kind("text/x-ms-iqy", SHORTCUT, "sheet")),
    (b"web\n1\n", Kind("text/x-ms-iqy", SHORTCUT, "sheet")),
    (b"xlode", Kind("text/x-ms-oqy", SHORTCUT, "sheet")),
    (b"windows registry editor", Kind("text/x-ms-regedit", SCRIPT, certain=False)),
    (b"regedit4", Kind("text/x-ms-regedit", SCRIPT, certain=False)),
    (b"#!", Kind("text/x-shellscript", FileClass.UNIX_SCRIPT, certain=False)),
    (b"@echo ", Kind("text/x-msdos-batch", SCRIPT, certain=False)),
    (b"[internetshortcut", Kind("text/x-url", SHORTCUT, "shortcut", certain=False)),
    (b"[desktop entry]", Kind("application/x-desktop", SHORTCUT, "shortcut", certain=False)),
    (b"[shell]", Kind("text/x-scf", SCRIPT, "shortcut", certain=False)),
    (b"[autorun", Kind("text/x-inf", SCRIPT, certain=False)),
)
STARTS = frozenset(start[:1] for start, _ in AT_START)
IN_MARKUP = (  # what a file that begins with "<" holds
    (b"<hta:application", Kind("application/hta", SCRIPT, "html", certain=False)),
    (b"<librarydescription", Kind("application/x-library-ms", SHORTCUT, "shortcut")),
    (b"<searchconnectordescription", Kind("application/x-searchconnector-ms", SHORTCUT, "shortcut")),
    (b"<persistedquery", Kind("application/x-search-ms", SHORTCUT, "shortcut")),
    (b"<pcsettings", Kind("application/x-settingcontent-ms", SHORTCUT, "shortcut")),
    (b"<mmc_consolefile", Kind("application/x-ms-msc", SCRIPT)),
    (b"<scriptlet", Kind("text/scriptlet", SCRIPT)),
    (b"<!doctype html", HTML),
    (b"<html", HTML),
    (b"<body", HTML),
    (b"<head>", HTML),
    (b"<component", Kind("text/scriptlet", SCRIPT, certain=False)),
    (b"<package>", Kind("text/x-wsf", SCRIPT, certain=False)),
    (b"<job", Kind("text/x-wsf", SCRIPT, certain=False)),
    (b"urn:schemas-microsoft-com:asm.v", Kind("application/x-ms-application", FileClass.EXECUTABLE, certain=False)),
    (b"<appinstaller", Kind("application/appinstaller", FileClass.EXECUTABLE)),
    (b"<key>url</key>", Kind("application/x-webloc", SHORTCUT, "shortcut")),
    (b"<xsl:stylesheet", Kind("application/xslt+xml", SCRIPT, certain=False)),
    (b"progid=\"word.document\"", Kind("application/msword+xml", OFFICE, "flat-office")),
    (b"progid=\"excel.sheet\"", Kind("application/vnd.ms-excel+xml", OFFICE, "flat-office")),
    (b"schemas.microsoft.com/office/word/2003/wordml", Kind("application/msword+xml", OFFICE, "flat-office")),
    (b"urn:schemas-microsoft-com:office:spreadsheet", Kind("application/vnd.ms-excel+xml", OFFICE, "flat-office")),
    (b"<xdp:xdp", Kind("application/vnd.adobe.xdp+xml", FileClass.PDF, "flat-office")),
    (b"<pkg:package", Kind("application/vnd.openxmlformats+xml", OFFICE, "flat-office")),
    (b"<office:document", Kind("application/vnd.oasis.opendocument+xml", OFFICE, "flat-office")),
    (b"<svg", SVG),
    (b"<script", HTML),
    (b"<iframe", HTML),
)  # fmt: skip
ANYWHERE = (  # words that only scripts for the Windows Script Host, PowerShell or cmd.exe are made of
    (b"#@~^", "text/x-encoded-script"),
    (b"wscript.", "text/x-wsh"),
    (b"activexobject(", "text/javascript"),
    (b"createobject(", "text/vbscript"),
    (b"on error resume next", "text/vbscript"),
    (b"invoke-expression", "text/x-powershell"),
    (b"net.webclient", "text/x-powershell"),
    (b"frombase64string", "text/x-powershell"),
    (b"-encodedcommand", "text/x-powershell"),
    (b"certutil -", "text/x-msdos-batch"),
    (b"%~dp0", "text/x-msdos-batch"),
    (b"\n@echo off", "text/x-msdos-batch"),
    (b"setlocal enabledelayedexpansion", "text/x-msdos-batch"),
)
HEADER_LINE = re.compile(rb"[!-9;-~]{1,76}:")
MAIL_FIELDS = (b"\nmime-version:", b"\nreceived:", b"\nreturn-path:", b"\nmessage-id:", b"\ncontent-type:")


def as_text(octets: bytes) -> bytes | None:
    """The first octets in lower case and in a charset that has ASCII in it; None if this is no text."""
    head = octets[:HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode("utf-8", "replace")
    elif head.translate(None, NOT_TEXT) != head:
        return wide_ascii(head)
    return head.strip(BLANKS).lower()


def wide_ascii(head: bytes) -> bytes | None:
    """UTF-16 without its mark: every second octet is NUL."""
    for plain, high in ((head[::2], head[1::2]), (head[1::2], head[::2])):
        if len(high) > 8 and not high.strip(b"\x00") and plain.translate(None, NOT_TEXT) == plain:
            return plain.strip(BLANKS).lower()
    return None


def kinds_of_text(head: bytes, only_certain: bool) -> Iterator[Kind]:
    """The likeliest first.

    Args:
        head: by `as_text`.
        only_certain: nobody would run it, whatever words are in it.
    """
    if head[:1] in STARTS:
        yield from (kind for start, kind in AT_START if head.startswith(start) and (kind.certain or not only_certain))
    if head.startswith(b"<"):
        yield from (kind for words, kind in IN_MARKUP if words in head and (kind.certain or not only_certain))
    elif HEADER_LINE.match(head) and is_mail(head):
        yield MAIL
    if not only_certain:
        yield from (Kind(media_type, SCRIPT, certain=False) for words, media_type in ANYWHERE if words in head)


def is_mail(head: bytes) -> bool:
    lines = b"\n" + head.partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]
    return sum(field in lines for field in MAIL_FIELDS) >= 2
