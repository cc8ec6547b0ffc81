"""What does this CMS object say and hold, as S/MIME puts it into mail (RFC 5652, RFC 3274, X.690)?

Nothing is verified or decrypted. Lengths may be indefinite: programs that write as they go do so. The walk follows
one path of constant depth and skips the rest, so that it is linear.
"""

from msgspec import Struct

PKCS7 = bytes.fromhex("2a864886f70d0107")  # 1.2.840.113549.1.7
CONTENT_TYPES = bytes.fromhex("2a864886f70d01091001")  # 1.2.840.113549.1.9.16.1
DATA = PKCS7 + b"\x01"
KINDS = {
    PKCS7 + b"\x02": "signed",
    PKCS7 + b"\x03": "encrypted",  # enveloped
    PKCS7 + b"\x04": "encrypted",  # signed and enveloped, of old
    PKCS7 + b"\x06": "encrypted",
    CONTENT_TYPES + b"\x17": "encrypted",  # authenticated and enveloped (RFC 5083)
    CONTENT_TYPES + b"\x09": "compressed",
}
SEQUENCE, OBJECT_ID, OCTETS, OCTETS_IN_PIECES, TAGGED = 0x30, 0x06, 0x04, 0x24, 0xA0
CONSTRUCTED = 0x20
LONG_TAG = 0x1F
INDEFINITE = 0x80
LONGEST_LENGTH = 8  # octets of a length
END = b"\0\0"  # of an element of indefinite length


class BadCms(ValueError):
    """It is no CMS object, or what was looked for is not where it belongs."""


class Cms(Struct, frozen=True):
    """What it is.

    Args:
        kind: "signed", "encrypted", "compressed" or "other".
        content: what is signed or compressed; b"" where that is elsewhere or unreadable.
        is_mail: the content is plain data, which in mail is a MIME entity.
    """

    kind: str
    content: bytes = b""
    is_mail: bool = False


class Element(Struct, frozen=True):
    """One element: its tag, where its contents begin and end, where the next begins."""

    tag: int
    start: int
    end: int
    after: int


def cms(octets: bytes) -> Cms:
    """Raises `BadCms`."""
    outer = expect(octets, element(octets, 0, len(octets)), SEQUENCE)
    type_id, inside = typed(octets, outer)
    kind = KINDS.get(type_id, "other")
    if kind not in ("signed", "compressed") or inside is None:
        return Cms(kind)
    body = expect(octets, inside, SEQUENCE)
    version = element(octets, body.start, body.end)
    algorithms = element(octets, version.after, body.end)
    holder = expect(octets, element(octets, algorithms.after, body.end), SEQUENCE)
    content_type, content = typed(octets, holder)
    if content is None:  # a detached signature, or certificates alone
        return Cms(kind)
    return Cms(kind, joined(octets, content), content_type == DATA)


def typed(octets: bytes, holder: Element) -> tuple[bytes, Element | None]:
    """The type that a ContentInfo names (§3), and what it holds; None if it holds nothing."""
    name = expect(octets, element(octets, holder.start, holder.end), OBJECT_ID)
    type_id = octets[name.start : name.end]
    if name.after >= holder.end or octets[name.after : name.after + 2] == END:
        return type_id, None
    tagged = expect(octets, element(octets, name.after, holder.end), TAGGED)
    return type_id, element(octets, tagged.start, tagged.end) if tagged.start < tagged.end else None


def joined(octets: bytes, content: Element) -> bytes:
    """The contents of an OCTET STRING, which may be in pieces within pieces; of anything else its octets."""
    if content.tag != OCTETS_IN_PIECES:
        return octets[content.start : content.end]
    pieces = []
    at = content.start
    while at < content.end:
        if octets[at : at + 2] == END:
            at += 2
            continue
        tag, start, size = head(octets, at)
        if tag == OCTETS_IN_PIECES:
            at = start
        elif tag == OCTETS:
            pieces.append(octets[start : min(start + size, content.end)])
            at = start + size
        else:
            break
    return b"".join(pieces)


def expect(octets: bytes, found: Element, tag: int) -> Element:
    if found.tag != tag:
        raise BadCms("not what belongs there")
    return found


def element(octets: bytes, at: int, end: int) -> Element:
    """The element that begins here; one that is cut short ends where the octets do."""
    if at >= end:
        raise BadCms("cut short")
    tag, start, size = head(octets, at)
    if size >= 0:
        return Element(tag, start, min(start + size, end), start + size)
    stop = end_of_indefinite(octets, start, end)
    return Element(tag, start, stop, stop + len(END))


def head(octets: bytes, at: int) -> tuple[int, int, int]:
    """Tag, where the contents begin, and their size; -1 = indefinite."""
    if at + 2 > len(octets):
        raise BadCms("cut short")
    tag, size = octets[at], octets[at + 1]
    if tag & LONG_TAG == LONG_TAG:
        raise BadCms("a tag that does not occur here")
    if size < INDEFINITE:
        return tag, at + 2, size
    if size == INDEFINITE:
        if not tag & CONSTRUCTED:
            raise BadCms("indefinite length of something simple")
        return tag, at + 2, -1
    digits = size - INDEFINITE
    start = at + 2 + digits
    if digits > LONGEST_LENGTH or start > len(octets):
        raise BadCms("bad length")
    return tag, start, int.from_bytes(octets[at + 2 : start], "big")


def end_of_indefinite(octets: bytes, at: int, end: int) -> int:
    """Where the two zeros stand that end it; the end of all where there are none."""
    depth = 1
    while at + 2 <= end:
        if octets[at : at + 2] == END:
            depth -= 1
            if depth == 0:
                return at
            at += 2
            continue
        _, at, size = head(octets, at)
        if size < 0:
            depth += 1
        else:
            at += size
    return end
