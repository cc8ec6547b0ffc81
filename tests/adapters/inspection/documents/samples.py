"""Makes the documents that tests open: small, and with one danger each."""

import io
import struct
import zipfile

from tests.adapters.inspection.documents.ole_writer import storage

SOURCE = b'Attribute VB_Name = "M"\r\nSub %s()\r\nMsgBox "hello"\r\nEnd Sub\r\n'
PROGRAM = b"MZ" + b"\0" * 58 + b"\x40\0\0\0PE\0\0" + b"\0" * 200
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def compressed(octets):
    """As MS-OVBA wants it, every octet as it is."""
    made = bytearray(b"\x01")
    for at in range(0, len(octets), 3600):
        piece = octets[at : at + 3600]
        tokens = b"".join(b"\0" + piece[n : n + 8] for n in range(0, len(piece), 8))
        made += struct.pack("<H", 0xB000 | (len(tokens) - 1)) + tokens
    return bytes(made)


def record(kind, octets):
    return struct.pack("<HI", kind, len(octets)) + octets


def project(source=SOURCE % b"AutoOpen", prefix="Macros/", module="Module1", directory=True):
    """Streams of a VBA project by their paths."""
    listed = record(1, b"\x03\0\0\0") + struct.pack("<HIIH", 9, 4, 1, 2) + record(0x1A, module.encode())
    listed += record(0x32, module.encode("utf-16-le")) + record(0x31, struct.pack("<I", 10))
    return {
        f"{prefix}VBA/_VBA_PROJECT": b"\xcc\x61" + b"\0" * 5,
        f"{prefix}VBA/dir": compressed(listed) if directory else b"broken",
        f"{prefix}VBA/{module}": b"p-code 10." + (compressed(source) if source else b""),
    }


def word(text=b"plain text", flags=0, more=None):
    document = bytearray(struct.pack("<HHHHHBB", 0xA5EC, 0xC1, 0, 0x409, 0, 0, flags).ljust(0x400, b"\0") + text)
    return {"WordDocument": bytes(document), "0Table": b"\0" * 64, **(more or {})}


def biff(*records):
    made = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 5, 0, 0, 0, 0)
    for kind, octets in records:
        made += struct.pack("<HH", kind, len(octets)) + octets
    return made + struct.pack("<HH", 0x0A, 0)


def bound_sheet(state, kind, name=b"Sheet1"):
    return 0x85, struct.pack("<IBBBB", 0, state, kind, len(name), 0) + name


def sup_book(text):
    return 0x1AE, struct.pack("<HHB", 0, len(text), 0) + text


def zipped(members, method=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def package(members=(), *, main="word/document.xml", content="<w:document/>", types=""):
    """An Office package; `members` come on top."""
    declared = f'<Override PartName="/{main}" ContentType="{WORD_TYPE}"/>'
    return zipped({
        "[Content_Types].xml": f'<Types xmlns="{TYPES}">{declared}{types}</Types>',
        "_rels/.rels": relations(("officeDocument", main, "")),
        main: content,
        **dict(members),
    })  # fmt: skip


def relations(*wanted):
    return "<Relationships>" + "".join(
        f"<Relationship Id='r{n}' Type='{RELATION}{kind}' Target='{target}' {mode and 'TargetMode=' + repr(mode)}/>"
        for n, (kind, target, mode) in enumerate(wanted)
    ) + "</Relationships>"  # fmt: skip


def native(name, octets):
    """A stream `\\x01Ole10Native`."""
    text = name.encode() + b"\0"
    body = b"\x02\0" + text + text + b"\0\0\x03\0" + struct.pack("<I", len(text)) + text
    body += struct.pack("<I", len(octets)) + octets
    return struct.pack("<I", len(body)) + body


def commanded(label, command):
    """The same with a command in place of a file."""
    path = command.encode() + b"\0"
    body = b"\x02\0" + label.encode() + b"\0" + path + b"\0\0\x01\0\x01\0" + path
    return struct.pack("<I", len(body)) + body


def ole1(kind, octets):
    """An object as RTF holds it."""
    kind = kind.encode() + b"\0"
    header = struct.pack("<III", 0x501, 2, len(kind)) + kind + struct.pack("<II", 0, 0)
    return header + struct.pack("<I", len(octets)) + octets


def pdf(*objects, header=b"%PDF-1.7\n", catalog=b""):
    """Object 1 is the catalog, 2 the pages, 3 a page; `objects` are numbered from 4 on."""
    numbered = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b">>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
        *objects,
    ]
    made, places = bytearray(header), []
    for number, content in enumerate(numbered, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(made) + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)


def stream(dictionary, octets):
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(octets), octets)


def shortcut(target="C:\\Windows\\System32\\cmd.exe", arguments="/c calc", share="", icon=""):
    flags = 0x80 | 0x08 | 0x20 | (0x40 if icon else 0) | (0x02 if share else 0)
    made = struct.pack("<I16sI", 76, bytes.fromhex("0114020000000000c000000000000046"), flags).ljust(76, b"\0")
    if share:
        name = share.encode() + b"\0"
        network = struct.pack("<IIIII", 20 + len(name), 2, 20, 0, 0) + name
        made += struct.pack("<IIIIIII", 28 + len(network), 28, 2, 0, 0, 28, 0) + network
    for text in (target, arguments, *([icon] if icon else [])):
        made += struct.pack("<H", len(text)) + text.encode("utf-16-le")
    return made + b"\0\0\0\0"


ONENOTE = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")
FILE_OBJECT = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")


def notebook(*files):
    """`files`: names and octets."""
    made = ONENOTE + b"\0" * 200
    for name, octets in files:
        made += name.encode("utf-16-le") + b"\0\0" + b"\0" * 16
        made += FILE_OBJECT + struct.pack("<QIQ", len(octets), 0, 0) + octets + b"\0" * 16
    return made


def made_of(streams, **more):
    return storage(streams, **more)
