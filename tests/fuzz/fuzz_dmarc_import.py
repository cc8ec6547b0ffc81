"""Files and mails with DMARC aggregate reports, from anybody who knows where they go."""

import gzip
import zlib

from gatepost.auth.dmarc.report_parts import attachments
from gatepost.auth.dmarc.report_reader import DOCUMENT_LIMIT
from gatepost.auth.dmarc.unpacked import BadPackage, documents, is_report

XML = b'<?xml version="1.0"?><feedback><version>1.0</version></feedback>'
RAW = zlib.compress(XML)[2:-4]
LOCAL = (
    b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0" + len(RAW).to_bytes(4, "little") + len(XML).to_bytes(4, "little")
    + b"\x05\0\0\0a.xml"
)  # fmt: skip
ENTRY = (
    b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0" + len(RAW).to_bytes(4, "little")
    + len(XML).to_bytes(4, "little") + b"\x05\0" + bytes(16) + b"a.xml"
)  # fmt: skip
END = (
    b"PK\x05\x06\0\0\0\0\x01\0\x01\0" + len(ENTRY).to_bytes(4, "little")
    + len(LOCAL + RAW).to_bytes(4, "little") + b"\0\0"
)  # fmt: skip
HEAD = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
SEEDS = (
    XML,
    gzip.compress(XML, mtime=0),
    LOCAL + RAW + ENTRY + END,
    HEAD + b"\r\n" + XML + b"\r\n--x--\r\n",
    HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nPGZlZWRiYWNrPjwvZmVlZGJhY2s+\r\n--x--\r\n",
    HEAD + b"Content-Type: message/rfc822\r\n\r\n" + HEAD + b"\r\n" + XML,
)
PIECES = (
    b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x1f\x8b\x08", b"\xff\xff\xff\xff", b"<feedback>", b"--x", b"--x--",
    b"\r\n", b"\n", b"Content-Type: ", b"multipart/mixed; boundary=", b"message/rfc822", b"base64",
    b"Content-Transfer-Encoding: ", b"quoted-printable", b"=", b'"',
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    for file in (data, *attachments(data)):
        try:
            found = documents(file)
        except BadPackage as bad:
            assert str(bad).isascii()
        else:
            assert sum(map(len, found)) <= DOCUMENT_LIMIT
    assert all(map(is_report, attachments(data)))
