"""Which kind of file begins, or ends, with these octets?

First our own table: what is dangerous, what libmagic does not know, and what is frequent in mail. libmagic is asked
for the rest (`libmagic.py`).
"""

from collections.abc import Callable, Iterator, Mapping

from gatepost.adapters.inspection.types import disks
from gatepost.adapters.inspection.types.kind import Kind
from gatepost.model.inspection import FileClass

ARCHIVE, EXECUTABLE, IMAGE = FileClass.ARCHIVE, FileClass.EXECUTABLE, FileClass.IMAGE
DISK_IMAGE, MEDIA, HELP = FileClass.DISK_IMAGE, FileClass.MEDIA, FileClass.HELP

AT_START: tuple[tuple[bytes, Kind], ...] = (
    (b"PK\x03\x04", Kind("application/zip", ARCHIVE, "zip")),
    (b"PK\x05\x06", Kind("application/zip", ARCHIVE, "zip")),
    (b"PK\x07\x08PK\x03\x04", Kind("application/zip", ARCHIVE, "zip")),
    (b"PK00PK\x03\x04", Kind("application/zip", ARCHIVE, "zip")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind("application/x-ole-storage", FileClass.OFFICE, "ole")),
    (b"Rar!\x1a\x07", Kind("application/x-rar", ARCHIVE, "rar")),
    (b"7z\xbc\xaf\x27\x1c", Kind("application/x-7z-compressed", ARCHIVE, "7z")),
    (b"\x1f\x8b", Kind("application/gzip", ARCHIVE, "gzip")),
    (b"BZh", Kind("application/x-bzip2", ARCHIVE, "bzip2")),
    (b"\xfd7zXZ\x00", Kind("application/x-xz", ARCHIVE, "xz")),
    (b"\x5d\x00\x00", Kind("application/x-lzma", ARCHIVE, "lzma")),
    (b"LZIP", Kind("application/x-lzip", ARCHIVE, "lzip")),
    (b"\x28\xb5\x2f\xfd", Kind("application/zstd", ARCHIVE, "zstd")),
    (b"\x04\x22\x4d\x18", Kind("application/x-lz4", ARCHIVE, "lz4")),
    (b"\x1f\x9d", Kind("application/x-compress", ARCHIVE, "compress")),
    (b"MSCF", Kind("application/vnd.ms-cab-compressed", ARCHIVE, "cab")),
    (b"SZDD\x88\xf0\x27\x33", Kind("application/x-ms-compress-szdd", ARCHIVE, "szdd")),
    (b"KWAJ\x88\xf0\x27\xd1", Kind("application/x-ms-compress-kwaj", ARCHIVE, "szdd")),
    (b"\x60\xea", Kind("application/x-arj", ARCHIVE, "arj")),
    (b"MSWIM\x00\x00\x00", Kind("application/x-ms-wim", DISK_IMAGE, "wim")),
    (b"xar!", Kind("application/x-xar", EXECUTABLE, "xar")),
    (b"!<arch>\ndebian", Kind("application/vnd.debian.binary-package", EXECUTABLE, "ar")),
    (b"!<arch>\n", Kind("application/x-archive", ARCHIVE, "ar")),
    (b"\xed\xab\xee\xdb", Kind("application/x-rpm", EXECUTABLE, "rpm")),
    (b"070701", Kind("application/x-cpio", ARCHIVE, "cpio")),
    (b"070702", Kind("application/x-cpio", ARCHIVE, "cpio")),
    (b"070707", Kind("application/x-cpio", ARCHIVE, "cpio")),
    (b"\xc7\x71", Kind("application/x-cpio", ARCHIVE, "cpio")),
    (b"conectix", Kind("application/x-vhd", DISK_IMAGE, "vhd")),
    (b"vhdxfile", Kind("application/x-vhdx", DISK_IMAGE, "vhdx")),
    (b"QFI\xfb", Kind("application/x-qemu-disk", DISK_IMAGE, "qcow2")),
    (b"KDMV", Kind("application/x-vmdk-disk", DISK_IMAGE, "vmdk")),
    (b"# Disk DescriptorFile", Kind("application/x-vmdk-disk", DISK_IMAGE, "vmdk")),
    (b"\x7fELF", Kind("application/x-elf", EXECUTABLE)),
    (b"\xfe\xed\xfa\xce", Kind("application/x-mach-binary", EXECUTABLE)),
    (b"\xfe\xed\xfa\xcf", Kind("application/x-mach-binary", EXECUTABLE)),
    (b"\xce\xfa\xed\xfe", Kind("application/x-mach-binary", EXECUTABLE)),
    (b"\xcf\xfa\xed\xfe", Kind("application/x-mach-binary", EXECUTABLE)),
    (b"\xca\xfe\xba\xbe", Kind("application/java-vm", EXECUTABLE)),
    (b"dex\n03", Kind("application/vnd.android.dex", EXECUTABLE)),
    (b"\x00asm\x01\x00\x00\x00", Kind("application/wasm", EXECUTABLE)),
    (b"PA30", Kind("application/x-ms-patch", EXECUTABLE)),
    (b"Cr24", Kind("application/x-chrome-extension", EXECUTABLE)),
    (b"ITSF\x03\x00\x00\x00", Kind("application/vnd.ms-htmlhelp", HELP, "chm")),
    (b"?_\x03\x00", Kind("application/winhlp", HELP)),
    (
        b"L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00F",
        Kind("application/x-ms-shortcut", FileClass.SHORTCUT, "lnk"),
    ),
    (
        b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3",
        Kind("application/onenote", FileClass.NOTEBOOK, "onenote"),
    ),
    (
        b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f",
        Kind("application/onenote", FileClass.NOTEBOOK, "onenote"),
    ),
    (b"ActiveMime", Kind("application/x-mso", FileClass.OFFICE_MACRO, "activemime")),
    (b"%PDF-", Kind("application/pdf", FileClass.PDF, "pdf")),
    (b"{\\rt", Kind("text/rtf", FileClass.OFFICE, "rtf")),
    (b"\x78\x9f\x3e\x22", Kind("application/ms-tnef", FileClass.MESSAGE, "tnef")),
    (b"\x00\x05\x16\x07", Kind("multipart/appledouble", FileClass.UNKNOWN, "appledouble")),
    (b"\x00\x05\x16\x00", Kind("application/applefile", FileClass.UNKNOWN, "applesingle")),
    (b"!BDN", Kind("application/vnd.ms-outlook", ARCHIVE, "pst")),
    (b"\x00\x01\x00\x00Standard ", Kind("application/x-msaccess", FileClass.OFFICE_MACRO)),
    (b"\xff\xd8\xff", Kind("image/jpeg", IMAGE, "image")),
    (b"\x89PNG\r\n\x1a\n", Kind("image/png", IMAGE, "image")),
    (b"GIF8", Kind("image/gif", IMAGE, "image")),
    (b"II*\x00", Kind("image/tiff", IMAGE)),
    (b"MM\x00*", Kind("image/tiff", IMAGE)),
    (b"ID3", Kind("audio/mpeg", MEDIA)),
    (b"OggS", Kind("application/ogg", MEDIA)),
    (b"fLaC", Kind("audio/flac", MEDIA)),
    (b"wOFF", Kind("font/woff", FileClass.FONT)),
    (b"wOF2", Kind("font/woff2", FileClass.FONT)),
    (b"-----BEGIN PGP MESSAGE-----", Kind("application/pgp-encrypted", FileClass.SIGNED, "pgp")),
)

BY_FIRST: dict[int, tuple[tuple[bytes, Kind], ...]] = {
    first: tuple(entry for entry in AT_START if entry[0][0] == first) for first in {magic[0] for magic, _ in AT_START}
}
SECTOR = 512

CONFIRMED: Mapping[str, Callable[[bytes], bool]] = {
    "bzip2": lambda octets: octets[3:4] in b"123456789" and octets[4:10] in (b"1AY&SY", b"\x17rE8P\x90"),
    "gzip": lambda octets: octets[2:3] == b"\x08",
    "lzma": lambda octets: len(octets) > 13 and (octets[5:13] == b"\xff" * 8 or not any(octets[10:13])),
    "arj": lambda octets: 30 <= int.from_bytes(octets[2:4], "little") <= 2600,
    "cab": lambda octets: octets[4:8] == b"\x00\x00\x00\x00",
}
"""Short signatures are met by chance; what follows decides."""


def by_signature(octets: bytes) -> Kind | None:
    if not octets:
        return None
    for magic, kind in BY_FIRST.get(octets[0], ()):
        if octets.startswith(magic) and is_plausible(octets, kind):
            return kind
    return next((kind for kind in elsewhere(octets)), None)


def is_plausible(octets: bytes, kind: Kind) -> bool:
    return kind.format not in CONFIRMED or CONFIRMED[kind.format](octets)


def elsewhere(octets: bytes) -> Iterator[Kind]:
    if octets[:2] == b"MZ" and is_program(octets):
        yield Kind("application/x-dosexec", EXECUTABLE)
    if octets[257:262] == b"ustar" or is_old_tar(octets):
        yield Kind("application/x-tar", ARCHIVE, "tar")
    yield from disks.kinds(octets)
    if octets[2:5] in (b"-lh", b"-lz", b"-pm") and octets[6:7] == b"-":
        yield Kind("application/x-lzh-compressed", ARCHIVE, "lha")
    if octets[7:14] == b"**ACE**":
        yield Kind("application/x-ace-compressed", ARCHIVE, "ace")
    if octets[2:4] == b"\r\n" and 2900 < int.from_bytes(octets[:2], "little") < 3700 and octets[0] != 0x0D:
        yield Kind("application/x-python-bytecode", FileClass.SCRIPT)
    yield from pictures(octets)


def pictures(octets: bytes) -> Iterator[Kind]:
    if octets[4:8] == b"ftyp":
        yield Kind("video/mp4", MEDIA)
    if octets[:4] == b"RIFF":
        yield Kind("image/webp", IMAGE, "image") if octets[8:12] == b"WEBP" else Kind("audio/x-wav", MEDIA)
    if octets[:2] == b"BM" and octets[6:10] == b"\x00\x00\x00\x00" and octets[14:18] in BITMAP_HEADERS:
        yield Kind("image/bmp", IMAGE, "image")


BITMAP_HEADERS = tuple(size.to_bytes(4, "little") for size in (12, 40, 52, 56, 64, 108, 124))


def is_program(octets: bytes) -> bool:
    """An MZ header: with a later one behind it, or with octets that no text has."""
    at = int.from_bytes(octets[60:64], "little")
    if octets[at : at + 2] in (b"PE", b"NE", b"LE", b"LX"):
        return True
    return b"\x00" in octets[2:64]


def is_old_tar(octets: bytes) -> bool:
    """No signature, but a checksum in octal over the header, counted with blanks in its own place."""
    if len(octets) < SECTOR or not octets[0] or octets[100:101] not in b"01 ":
        return False
    digits = octets[148:156].strip(b" \x00")
    if not 3 <= len(digits) <= 7 or digits.strip(b"01234567"):
        return False
    return sum(octets[:148]) + 8 * 32 + sum(octets[156:SECTOR]) == int(digits, 8)
