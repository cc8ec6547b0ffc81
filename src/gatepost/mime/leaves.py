"""When are two leaves of a message the same to who opens them, and which could be opened at all?"""

from gatepost.mime.base64 import ALPHABET
from gatepost.mime.charset import codec_of
from gatepost.mime.encodings import IDENTITY
from gatepost.mime.part import Part

EDGE = 64  # octets at each end in which blank lines do not count
BLANK = b" \t\r\n"
SHOWN = frozenset((
    "text/plain", "text/rfc822-headers", "text/enriched", "message/delivery-status", "message/disposition-notification",
    "message/feedback-report",
))  # fmt: skip
Key = tuple[int, int, str, str, str, tuple[str, ...]]


def key(octets: bytes, part: Part) -> Key:
    """The same for leaves that hold the same octets and claim the same of them."""
    start, end = part.start, part.end
    head = octets[start : min(end, start + EDGE)]
    start += len(head) - len(head.lstrip(BLANK))
    tail = octets[max(start, end - EDGE) : end]
    end -= len(tail) - len(tail.rstrip(BLANK))
    return start, max(start, end), effective_encoding(octets, part), part.media_type, codec_of(part.charset), part.names


def effective_encoding(octets: bytes, part: Part) -> str:
    """Quoted-printable without an escape is none."""
    if part.encoding in IDENTITY:
        return ""
    if part.encoding == "quoted-printable" and octets.find(b"=", part.start, part.end) < 0:
        return ""
    return part.encoding


def is_openable(octets: bytes, part: Part) -> bool:
    """Words that are shown as they stand can do nothing; neither can base64 that is taken for text, nor nothing."""
    encoding = effective_encoding(octets, part)
    if not encoding and not part.names and not part.is_attachment and is_shown(part):
        return False
    if encoding in ("", "quoted-printable"):
        return bool(octets[part.start : part.end].translate(None, ALPHABET + b"=" + BLANK))
    return bool(octets[part.start : part.end].strip(BLANK))


def is_shown(part: Part) -> bool:
    return part.media_type in SHOWN or part.media_type.startswith("multipart/")
