"""Messages that hold a program in ways that scanners miss, built from pieces."""

import base64
import io
import struct
import zipfile

PROGRAM = (
    b"MZ" + bytes(58) + struct.pack("<I", 0x80) + bytes(64) + b"PE\0\0" + struct.pack("<HH", 0x14C, 1) + bytes(700)
)
"""As short as a program for Windows can be and still be known for one."""
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LETTER = b"From: Ann <ann@sender.test>\r\nTo: rcpt@example.test\r\nSubject: Hello\r\n"
LETTER += b"Date: Tue, 24 Nov 2026 08:00:00 +0000\r\nMessage-ID: <1@sender.test>\r\n"
TEXT = b"Hello, here is the order.\r\n"


def lines(octets: bytes, width: int = 76) -> bytes:
    """base64 in lines."""
    text = base64.b64encode(octets)
    return b"".join(text[at : at + width] + b"\r\n" for at in range(0, len(text), width))


def mail(fields: bytes, body: bytes) -> bytes:
    """A letter with these fields, each with its CRLF, and this body."""
    return LETTER + b"MIME-Version: 1.0\r\n" + fields + b"\r\n" + body


def part(
    body: bytes = b"", *, kind: bytes = b"application/octet-stream", encoding: bytes = b"base64",
    fields: bytes | None = None, name: bytes = b"order.exe",
) -> bytes:  # fmt: skip
    """A part with its header; `fields` replaces all of it."""
    if fields is None:
        fields = b"Content-Type: " + kind + b"\r\n"
        fields += b"Content-Transfer-Encoding: " + encoding + b"\r\n" if encoding else b""
        fields += b'Content-Disposition: attachment; filename="' + name + b'"\r\n' if name else b""
    return fields + b"\r\n" + (body or lines(PROGRAM))


SAID = part(TEXT, kind=b"text/plain", encoding=b"", name=b"")


def joined(*parts: bytes, boundary: bytes = b"b1", before: bytes = b"", after: bytes = b"") -> bytes:
    """A multipart's body."""
    inside = b"".join(
        b"--" + boundary + b"\r\n" + each + (b"" if each.endswith(b"\r\n") else b"\r\n") for each in parts
    )
    return before + inside + b"--" + boundary + b"--\r\n" + after


def multipart(
    *parts: bytes, kind: bytes = b"", boundary: bytes = b"b1", before: bytes = b"", after: bytes = b""
) -> bytes:
    """A letter of several parts; `kind` is the value of Content-Type where it is an odd one."""
    kind = kind or b'multipart/mixed; boundary="' + boundary + b'"'
    return mail(b"Content-Type: " + kind + b"\r\n", joined(*parts, boundary=boundary, before=before, after=after))


def attached(name: bytes, octets: bytes, kind: bytes = b"application/octet-stream") -> bytes:
    """A letter with one attachment."""
    return multipart(SAID, part(lines(octets), name=name, kind=kind))


def zipped(*members: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in members:
            archive.writestr(name, octets)
    return made.getvalue()
