"""Messages with a program in them, and what a reader finds in them."""

import base64

from gatepost.mime.decode import decodings
from gatepost.mime.encodings import IDENTITY
from gatepost.mime.part import View
from gatepost.mime.reader import read, read_inside

PROGRAM = bytes(range(256)) + b"MZ this is a program that nobody wants"
AS_BASE64 = base64.encodebytes(PROGRAM).replace(b"\n", b"\r\n")
AS_QUOTED = b"".join(b"=%02X" % octet for octet in PROGRAM)
AS_QUOTED = b"=\r\n".join(AS_QUOTED[at : at + 72] for at in range(0, len(AS_QUOTED), 72)) + b"\r\n"
TYPE = b"Content-Type: application/octet-stream\r\n"
BASE64 = b"Content-Transfer-Encoding: base64\r\n"
NAMED = b'Content-Disposition: attachment; filename="run.exe"\r\n'
FILE = TYPE + BASE64 + NAMED + b"\r\n" + AS_BASE64
WORDS = b"Content-Type: text/plain\r\n\r\nwords\r\n"


def mail(rest: bytes) -> bytes:
    return b"From: ann@example.com\r\nTo: bob@example.net\r\nSubject: figures\r\nMIME-Version: 1.0\r\n" + rest


def parted(*parts: bytes, declared: bytes = b'multipart/mixed; boundary="b"', boundary: bytes = b"b") -> bytes:
    lines = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return mail(b"Content-Type: " + declared + b"\r\n\r\n" + lines + b"--" + boundary + b"--\r\n")


def with_part(header: bytes, body: bytes = AS_BASE64) -> bytes:
    return parted(WORDS, header + b"\r\n" + body)


def contents(octets: bytes) -> dict[bytes, str]:
    """What any reading holds, decoded, and which does."""
    found: dict[bytes, str] = {}
    for part in read(octets).parts:
        if part.holds_parts:
            continue
        for decoding in decodings(octets, part):
            found.setdefault(decoding.octets, part.reading or decoding.reading)
            if part.media_type.startswith(("multipart/", "message/rfc822")):
                for inner in read_inside(decoding.octets, part).parts:
                    for inner_decoding in decodings(decoding.octets, inner):
                        found.setdefault(inner_decoding.octets, part.reading or inner.reading)
    return found


def holds_program(octets: bytes) -> bool:
    return any(PROGRAM in content for content in contents(octets))


def codes(octets: bytes) -> set[str]:
    return {ambiguity.code for ambiguity in read(octets).ambiguities}


def opens(octets: bytes) -> bool:
    return any(ambiguity.opens for ambiguity in read(octets).ambiguities)


def plainly_holds_program(octets: bytes) -> bool:
    """In the reading of the RFCs."""
    return plainly_holds(octets, read(octets))


def plainly_holds(octets: bytes, view: View) -> bool:
    for part in view.parts:
        if not part.reading and not part.holds_parts:
            decoded = decodings(octets, part)[0].octets
            if part.media_type.startswith(("multipart/", "message/rfc822")) and part.encoding not in IDENTITY:
                if plainly_holds(decoded, read_inside(decoded, part)):
                    return True
            elif PROGRAM in decoded:
                return True
    return False


def encoded(value: bytes, *more: bytes) -> bytes:
    """A message with the program, its Content-Transfer-Encoding as given, and other fields."""
    return with_part(TYPE + b"Content-Transfer-Encoding: " + value + b"\r\n" + b"".join(more) + NAMED)


def of_type(value: bytes, boundary: bytes = b"b") -> bytes:
    """A multipart with the program, its Content-Type as given."""
    return parted(WORDS, FILE, declared=value, boundary=boundary)
