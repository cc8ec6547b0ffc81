"""Messages with the test file of EICAR in all the places where it might hide, and a gateway with an engine."""

import base64
import io
import quopri
import zipfile
from typing import Any

from tests.servers.clamd import EICAR

HEAD = b"From: ann@sender.test\r\nTo: rcpt@example.test\r\nSubject: order\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n"


def scanning(*addresses: str, **engine: Any) -> dict[str, Any]:
    """Settings of a gateway that asks clamd there."""
    return {
        "engines": {"clamav": {"type": "clamd", "addresses": list(addresses), **engine}},
        "checks": {"antivirus": {"engines": ["clamav"]}},
    }


def part(
    octets: bytes, encoding: str = "base64", kind: bytes = b"application/octet-stream", name: bytes = b"a"
) -> bytes:
    """Header and body of one part."""
    match encoding:
        case "base64":
            body = base64.encodebytes(octets).replace(b"\n", b"\r\n")
        case "quoted-printable":
            body = quopri.encodestring(octets, quotetabs=True).replace(b"\n", b"\r\n") + b"\r\n"
        case _:
            body = octets + b"\r\n"
    return (
        b"Content-Type: " + kind + b'; name="' + name + b'"\r\nContent-Transfer-Encoding: ' + encoding.encode()
        + b"\r\n\r\n" + body
    )  # fmt: skip


def mixed(*parts: bytes) -> bytes:
    """A whole message with these parts, a text first."""
    text = b"Content-Type: text/plain\r\n\r\nPlease see the order.\r\n"
    inner = b"".join(b"--b0undary\r\n" + each for each in (text, *parts))
    return (
        HEAD + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b0undary"\r\n\r\n'
        + inner + b"--b0undary--\r\n"
    )  # fmt: skip


def forwarded(message: bytes, depth: int) -> bytes:
    """The message in so many messages."""
    start = HEAD + b"MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n"
    return start * depth + message


def zipped(octets: bytes, depth: int, name: str = "eicar.com") -> bytes:
    for _ in range(depth):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, octets)
        octets, name = file.getvalue(), "inner.zip"
    return octets


def stuffed(content: bytes) -> bytes:
    return (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]


HIDDEN = {
    "as the body": HEAD + b"\r\n" + EICAR + b"\r\n",
    "as a part": mixed(part(EICAR, "7bit")),
    "in base64": mixed(part(EICAR)),
    "in quoted-printable": mixed(part(EICAR, "quoted-printable")),
    "in a mail": forwarded(mixed(part(EICAR)), 1),
    "in eight mails": forwarded(mixed(part(EICAR)), 8),
    "in an archive": mixed(part(zipped(EICAR, 1), kind=b"application/zip")),
    "in three archives": mixed(part(zipped(EICAR, 3), kind=b"application/zip")),
    "in three archives in eight mails": forwarded(mixed(part(zipped(EICAR, 3))), 8),
}
