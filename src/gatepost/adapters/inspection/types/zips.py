"""What is this ZIP file used as: an Office document, a program, a plain archive?

Looks at no more than the first names of the directory. Whether the archive is sound is for its opener to say.
"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.types.kind import Kind
from gatepost.model.inspection import FileClass

END, CENTRAL, LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
END_LENGTH, CENTRAL_LENGTH, LOCAL_LENGTH = 22, 46, 30  # octets without names and comments (APPNOTE 4.3)
TAIL = END_LENGTH + 0xFFFF  # where the end record can begin
NAMES = 256  # of the directory that are looked at
LONGEST_NAME = 256
OFFICE_PACKAGE = "application/vnd.openxmlformats-officedocument."
PREFIXES = (
    ("word/", "wordprocessingml.document"),
    ("xl/", "spreadsheetml.sheet"),
    ("ppt/", "presentationml.presentation"),
)
PROGRAMS = (
    (b"AndroidManifest.xml", "application/vnd.android.package-archive"),
    (b"AppxManifest.xml", "application/appx"),
    (b"AppxMetadata/AppxBundleManifest.xml", "application/appxbundle"),
    (b"META-INF/MANIFEST.MF", "application/java-archive"),
    (b"META-INF/mozilla.rsa", "application/x-xpinstall"),
    (b"extension.vsixmanifest", "application/vsix"),
    (b"classes.dex", "application/vnd.android.package-archive"),
)
MIMETYPE = b"mimetype"


class Directory(Struct, frozen=True):
    """Where a ZIP directory was found.

    Args:
        start, end: of the directory itself, in octets.
        prefix: octets in front of the archive that it does not count.
        rest: octets behind the end record and its comment.
    """

    start: int
    end: int
    prefix: int
    rest: int


def directory(octets: bytes) -> Directory | None:
    """The last directory whose end record agrees with where it lies; None if there is none."""
    at = octets.rfind(END, max(0, len(octets) - TAIL))
    for _ in range(4):
        if at < 0:
            return None
        size, offset = (
            int.from_bytes(octets[at + 12 : at + 16], "little"),
            int.from_bytes(octets[at + 16 : at + 20], "little"),
        )
        comment = int.from_bytes(octets[at + 20 : at + 22], "little")
        for start in (at - size, at - size - 76, offset):  # 76: the two records of ZIP64 between them
            if 0 <= start < at and octets[start : start + 4] == CENTRAL:
                return Directory(start, at, max(0, start - offset), max(0, len(octets) - at - END_LENGTH - comment))
        at = octets.rfind(END, max(0, len(octets) - TAIL), at)
    return None


def names(octets: bytes) -> list[bytes]:
    """Of members, bounded; from the directory, else from the members' own headers."""
    found = directory(octets)
    return list(central_names(octets, found) if found else local_names(octets))


def central_names(octets: bytes, found: Directory) -> Iterator[bytes]:
    at = found.start
    for _ in range(NAMES):
        if at >= found.end or octets[at : at + 4] != CENTRAL:
            return
        name, extra, comment = (int.from_bytes(octets[at + n : at + n + 2], "little") for n in (28, 30, 32))
        yield octets[at + CENTRAL_LENGTH : at + CENTRAL_LENGTH + min(name, LONGEST_NAME)]
        at += CENTRAL_LENGTH + name + extra + comment


def local_names(octets: bytes) -> Iterator[bytes]:
    at = octets.find(LOCAL)
    for _ in range(NAMES):
        if at < 0:
            return
        name = int.from_bytes(octets[at + 26 : at + 28], "little")
        yield octets[at + LOCAL_LENGTH : at + LOCAL_LENGTH + min(name, LONGEST_NAME)]
        at = octets.find(LOCAL, at + LOCAL_LENGTH)


def used_as(octets: bytes) -> Kind:
    members = [name.replace(b"\\", b"/") for name in names(octets)]
    if any(name.lower() == b"[content_types].xml" for name in members):
        return office_package(members)
    first = octets[LOCAL_LENGTH : LOCAL_LENGTH + 8 + 100] if octets.startswith(LOCAL) else b""
    if first.startswith(MIMETYPE):
        return by_mimetype(first[len(MIMETYPE) :])
    known = set(members)
    if b"META-INF/manifest.xml" in known and b"content.xml" in known:
        return Kind("application/vnd.oasis.opendocument", FileClass.OFFICE, "odf")
    for name, media_type in PROGRAMS:
        if name in known:
            return Kind(media_type, FileClass.EXECUTABLE, "zip")
    if any(name.startswith(b"Payload/") and b".app/" in name for name in members):
        return Kind("application/x-ios-app", FileClass.EXECUTABLE, "zip")
    return Kind("application/zip", FileClass.ARCHIVE, "zip")


def office_package(members: list[bytes]) -> Kind:
    """An OPC package may also be a program's installer."""
    for name, media_type in PROGRAMS:
        if name in members:
            return Kind(media_type, FileClass.EXECUTABLE, "zip")
    for prefix, kind in PREFIXES:
        if any(name.lower().lstrip(b"/").startswith(prefix.encode()) for name in members):
            return Kind(OFFICE_PACKAGE + kind, FileClass.OFFICE, "ooxml")
    return Kind("application/vnd.openxmlformats-package", FileClass.OFFICE, "ooxml")


def by_mimetype(octets: bytes) -> Kind:
    """OpenDocument and EPUB say what they are in a first member that is stored."""
    if octets.startswith(b"application/vnd.oasis.opendocument"):
        end = next((at for at, octet in enumerate(octets) if octet not in LETTERS), len(octets))
        return Kind(octets[:end].decode("ascii"), FileClass.OFFICE, "odf")
    if octets.startswith(b"application/epub+zip"):
        return Kind("application/epub+zip", FileClass.OFFICE, "zip")
    return Kind("application/zip", FileClass.ARCHIVE, "zip")


LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyz/.-+")
