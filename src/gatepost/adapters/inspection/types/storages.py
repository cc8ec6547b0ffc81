"""What is this OLE storage used as: Word, Excel, PowerPoint, Outlook, an installer?

Looks at the root's class and at names in the first sectors of the directory; the storage itself is not opened.
"""

from gatepost.adapters.inspection.types.kind import Kind
from gatepost.model.inspection import FileClass

ENTRY = 128  # octets of a directory entry (MS-CFB §2.6.1)
LOOKED_AT = 8192  # octets of the directory
INSTALLERS = (  # Windows Installer package, patch, transform: 000C108?-0000-0000-C000-000000000046
    b"\x84\x10\x0c\x00", b"\x86\x10\x0c\x00", b"\x82\x10\x0c\x00",
)  # fmt: skip
OLE_CLASS_END = b"\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"


def wide(name: str) -> bytes:
    return name.encode("utf-16-le")


BY_STREAM = (
    (wide("__properties_version1.0"), Kind("application/vnd.ms-outlook", FileClass.MESSAGE, "ole")),
    (wide("__nameid_version1.0"), Kind("application/vnd.ms-outlook", FileClass.MESSAGE, "ole")),
    (wide("WordDocument"), Kind("application/msword", FileClass.OFFICE, "ole")),
    (wide("PowerPoint Document"), Kind("application/vnd.ms-powerpoint", FileClass.OFFICE, "ole")),
    (wide("Workbook"), Kind("application/vnd.ms-excel", FileClass.OFFICE, "ole")),
    (b"B\x00o\x00o\x00k\x00\x00\x00", Kind("application/vnd.ms-excel", FileClass.OFFICE, "ole")),
    (wide("VisioDocument"), Kind("application/vnd.visio", FileClass.OFFICE, "ole")),
    (wide("Quill"), Kind("application/vnd.ms-publisher", FileClass.OFFICE, "ole")),
    (wide("EncryptedPackage"), Kind("application/encrypted-office", FileClass.OFFICE, "ole")),
)


def used_as(octets: bytes) -> Kind:
    shift = octets[30] if len(octets) > 30 and octets[30] in (9, 12) else 9
    start = (int.from_bytes(octets[48:52], "little") + 1) << shift
    entries = octets[start : start + LOOKED_AT]
    root = entries[80:96]
    if root[:4] in INSTALLERS and root[4:] == OLE_CLASS_END:
        return Kind("application/x-msi", FileClass.EXECUTABLE, "ole")
    for name, kind in BY_STREAM:
        if name in entries:
            return kind
    return Kind("application/x-ole-storage", FileClass.OFFICE, "ole")
