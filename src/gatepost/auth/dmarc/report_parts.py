"""What is attached to a mail that may carry an aggregate report (RFC 2045, RFC 2046)?

Only as much of MIME as that takes: parts within parts, forwarded messages, base64 and quoted-printable. It is looked
at what a part is, not at what it is called. Whoever knows the address can send such a mail: depth and number of parts
are bounded, and every octet is gone through a few times at most.
"""

import binascii
import re
from collections.abc import Iterator

from msgspec import Struct

from gatepost.auth.dmarc.unpacked import is_report

DEPTH_LIMIT = 8  # ours; real ones have three
PARTS_LIMIT = 100  # ours, of all depths
HEADER_LIMIT = 64 * 1024  # octets of one part's header; of a longer one nothing is read
FIELD_LIMIT = 4096  # octets of a field that is looked at
BOUNDARY_LIMIT = 200  # RFC 2046 §5.1.1 has 70
FOLD = re.compile(rb"\n[ \t]")
BOUNDARY = re.compile(rb';[ \t]*+boundary[ \t]*+=[ \t]*+(?:"([^"\n]++)"|([^\s;"]++))', re.IGNORECASE)
BEHIND_BOUNDARY = frozenset((b"", b"\n", b" ", b"\t"))
ENDS_ALL = b"--"


class Part(Struct, frozen=True):
    """Octets of a whole part, header included; `depth` of it."""

    octets: bytes
    depth: int = 0


def attachments(message: bytes) -> tuple[bytes, ...]:
    """What looks like a file with a report, decoded; () if there is none. Never raises.

    Args:
        message: with any line ends; its length is the caller's to bound.
    """
    waiting = [Part(message.replace(b"\r\n", b"\n"))]
    found: list[bytes] = []
    left = PARTS_LIMIT
    while waiting and left:
        left -= 1
        part = waiting.pop()
        fields, body = divided(part.octets)
        inside = parts_of(fields, body)
        if inside is None:
            octets = decoded(fields, body)
            found += [octets] if is_report(octets) else []
        elif part.depth < DEPTH_LIMIT:
            waiting += [Part(each, part.depth + 1) for each in reversed(inside)]
    return tuple(found)


def divided(octets: bytes) -> tuple[dict[bytes, bytes], bytes]:
    """The fields that matter, by lower-case name, and the body."""
    if octets.startswith(b"\n"):
        return {}, octets[1:]
    header, _, body = octets.partition(b"\n\n")
    fields: dict[bytes, bytes] = {}
    if len(header) <= HEADER_LIMIT:
        for line in FOLD.sub(b" ", header).split(b"\n"):
            name, _, value = line.partition(b":")
            fields.setdefault(name.strip().lower(), value.strip()[:FIELD_LIMIT])
    return fields, body


def parts_of(fields: dict[bytes, bytes], body: bytes) -> list[bytes] | None:
    """The parts within; None for a part that has none."""
    kind = fields.get(b"content-type", b"").lower()
    if kind.startswith(b"message/rfc822"):
        return [body]
    if not kind.startswith(b"multipart/"):
        return None
    boundary = BOUNDARY.search(fields[b"content-type"])
    name = (boundary[1] or boundary[2]) if boundary else b""
    return list(between(body, b"--" + name)) if 0 < len(name) <= BOUNDARY_LIMIT else []


def between(body: bytes, delimiter: bytes) -> Iterator[bytes]:
    """What stands between delimiter lines (RFC 2046 §5.1.1); the last part may lack its end."""
    begin: int | None = None
    for at, end in delimiter_lines(body, delimiter):
        if begin is not None:
            yield body[begin : max(begin, at - 1)]
        begin = end
        if body.startswith(ENDS_ALL, at + len(delimiter)):
            return
    if begin is not None:
        yield body[begin:]


def delimiter_lines(body: bytes, delimiter: bytes) -> Iterator[tuple[int, int]]:
    """Where each begins, and where what follows it does; no more than there may be parts."""
    at = 0 if body.startswith(delimiter) else after_line_end(body.find(b"\n" + delimiter))
    left = PARTS_LIMIT
    while at >= 0 and left:
        end = at + len(delimiter)
        if body[end : end + 1] in BEHIND_BOUNDARY or body.startswith(ENDS_ALL, end):
            left -= 1
            line_end = body.find(b"\n", end)
            yield at, len(body) if line_end < 0 else line_end + 1
        at = after_line_end(body.find(b"\n" + delimiter, end))


def after_line_end(at: int) -> int:
    return at if at < 0 else at + 1


def decoded(fields: dict[bytes, bytes], body: bytes) -> bytes:
    """Without its transfer encoding; b"" where that is broken."""
    match fields.get(b"content-transfer-encoding", b"").lower():
        case b"base64":
            try:
                return binascii.a2b_base64(body)
            except binascii.Error:
                return b""
        case b"quoted-printable":
            return binascii.a2b_qp(body)
    return body
