"""Is the thing a second kind of file as well, for a program that looks elsewhere than at its first octets?"""

from binascii import crc32
from collections.abc import Iterator

from gatepost.adapters.inspection.types import disks, zips
from gatepost.adapters.inspection.types.kind import Kind
from gatepost.model.inspection import FileClass

WITHIN = 1024  # octets in which PDF readers look for a header (ISO 32000-1, annex H, note 13)
FAR = 4 * 1024 * 1024  # octets in which self-extracting archives are looked for
PAGE = (b"mime-version:", b"content-type:", b"multipart/related")
PDF, RAR, SEVEN_ZIP = b"%PDF-", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c"
CARRIERS = frozenset("zip ooxml odf ole tar iso udf img vhd vhdx qcow2 vmdk ar cpio rfc822 onenote".split())
"""Formats that hold other files as they are, so that another signature in them says nothing."""


def others(octets: bytes, kind: Kind) -> Iterator[Kind]:
    """Args: kind: what it is by its first octets, or as a text."""
    carrier = kind.format in CARRIERS
    if kind.format not in ("zip", "ooxml", "odf"):
        yield from zip_behind(octets, carrier)
    if kind.format != "pdf" and not carrier:
        yield from pdf_within(octets, kind)
    if kind.file_class is not FileClass.TEXT and kind.format not in ("rar", "7z") and not carrier:
        yield from archive_within(octets)
    if kind.format == "pdf" and holds_page(octets):
        yield Kind("message/rfc822", FileClass.MESSAGE, "rfc822")
    if kind.file_class is not FileClass.DISK_IMAGE:
        yield from disks.kinds(octets)


def holds_page(octets: bytes) -> bool:
    """Word takes a page with its parts (RFC 2557) for a document, whatever stands before it."""
    lower = octets.lower()
    at = lower.find(PAGE[0])
    return at >= 0 and all(lower.find(word, at) >= 0 for word in PAGE[1:])


def zip_behind(octets: bytes, carrier: bool) -> Iterator[Kind]:
    found = zips.directory(octets)
    if found and not (carrier and found.rest):
        yield zips.used_as(octets)


def pdf_within(octets: bytes, kind: Kind) -> Iterator[Kind]:
    at = octets.find(PDF, 0, WITHIN)
    if at >= 0 and octets[at + 5 : at + 6].isdigit() and is_pdf(octets, at, kind):
        yield Kind("application/pdf", FileClass.PDF, "pdf")


def is_pdf(octets: bytes, at: int, kind: Kind) -> bool:
    """A text may talk of the header; one that is a PDF has objects."""
    return kind.file_class is not FileClass.TEXT or b" obj" in octets[at : at + 4 * WITHIN]


def archive_within(octets: bytes) -> Iterator[Kind]:
    if octets.find(RAR, 1, FAR) > 0:
        yield Kind("application/x-rar", FileClass.ARCHIVE, "rar")
    at = octets.find(SEVEN_ZIP, 1, FAR)
    if at > 0 and crc32(octets[at + 12 : at + 32]) == int.from_bytes(octets[at + 8 : at + 12], "little"):
        yield Kind("application/x-7z-compressed", FileClass.ARCHIVE, "7z")
