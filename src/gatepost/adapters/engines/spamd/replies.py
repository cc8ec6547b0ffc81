"""Octets in, what spamd says out (spamd/PROTOCOL of SpamAssassin); read strictly, every part of it bounded.

Pure: no socket.

    SPAMD/1.1 0 EX_OK
    Content-length: 16
    Spam: True ; 1000.0 / 5.0

    GTUBE,NO_RECEIVED
"""

import re

from msgspec import Struct

from gatepost.adapters.engines.exchange import BadAnswer
from gatepost.syntax.printable import printable

HEADER_LIMIT = 8 * 1024  # octets
FIELDS_LIMIT = 50
BODY_LIMIT = 64 * 1024  # octets of names of rules
MOST_RULES = 10  # that are kept
NAME_LIMIT = 60  # characters of a rule's name
SHOWN = 60  # characters of what it says instead of an answer
STATUS = re.compile(rb"SPAMD/1\.[0-9]{1,3} ([0-9]{1,3})(?: ([ -~]*))?")
NUMBER = rb"(-?[0-9]{1,6}(?:\.[0-9]{1,6})?)"
VERDICT = re.compile(rb"(True|False|Yes|No) ; " + NUMBER + rb" / " + NUMBER, re.IGNORECASE)
LENGTH = re.compile(rb"[0-9]{1,8}")
YES = (b"true", b"yes")
ROUNDED = 0.11  # points; what is told is rounded to a tenth


class Told(Struct, frozen=True):
    """What a reply says.

    Args:
        score, threshold: in points; `threshold` is above 0.
        rules: names of those that matched, the first of them, printable.
    """

    score: float
    threshold: float
    rules: tuple[str, ...] = ()


class Head(Struct, frozen=True):
    """What the header of a reply says; `length` is that of the body, -1 where it lasts until the connection ends."""

    score: float
    threshold: float
    length: int


class ReplyReader:
    """Reads one reply to SYMBOLS."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.looked_at = 0  # octets in which the header does not end
        self.head: Head | None = None

    def feed(self, octets: bytes) -> Told | None:
        """What it says once it is whole. Raises `BadAnswer`."""
        self.buffer += octets
        if self.head is None and not self.read_header():
            return None
        head = self.head
        if head is None or len(self.buffer) > BODY_LIMIT:
            raise BadAnswer("its reply has no end")
        if head.length < 0 or len(self.buffer) < head.length:
            return None
        if len(self.buffer) > head.length:
            raise BadAnswer("says more than it was asked")
        return told(head, bytes(self.buffer))

    def end(self) -> Told:
        """The connection has ended. Raises `BadAnswer`."""
        if self.head is None or self.head.length >= 0:
            raise BadAnswer("closed the connection before it had answered")
        return told(self.head, bytes(self.buffer))

    def read_header(self) -> bool:
        """It is whole, and taken out of the buffer."""
        end = self.buffer.find(b"\r\n\r\n", max(self.looked_at - 3, 0))
        if end < 0:
            self.looked_at = len(self.buffer)
        if end > HEADER_LIMIT or (end < 0 and len(self.buffer) > HEADER_LIMIT + 4):
            raise BadAnswer("its reply has no end")
        if end < 0:
            return False
        self.head = head_of(bytes(self.buffer[:end]))
        del self.buffer[: end + 4]
        return True


def head_of(header: bytes) -> Head:
    """Raises `BadAnswer`."""
    first, *lines = header.split(b"\r\n")
    status = STATUS.fullmatch(first)
    if status is None:
        raise BadAnswer(f"said {shown(first)!r}")
    if int(status[1]):
        raise BadAnswer(f"answered {shown(status[1] + b' ' + (status[2] or b''))}")
    fields = fields_of(lines)
    verdict = VERDICT.fullmatch(fields.get(b"spam", b""))
    if verdict is None:
        raise BadAnswer("gives no score")
    score, threshold = float(verdict[2]), float(verdict[3])
    if threshold <= 0:
        raise BadAnswer("its threshold is not above 0")
    if (verdict[1].lower() in YES) is not (score >= threshold) and abs(score - threshold) > ROUNDED:
        raise BadAnswer("contradicts itself")
    return Head(score, threshold, length_of(fields))


def length_of(fields: dict[bytes, bytes]) -> int:
    text = fields.get(b"content-length")
    if text is None:
        return -1
    if not LENGTH.fullmatch(text) or int(text) > BODY_LIMIT:
        raise BadAnswer("its reply is too long")
    return int(text)


def fields_of(lines: list[bytes]) -> dict[bytes, bytes]:
    """By lower-case name; none comes twice. Raises `BadAnswer`."""
    fields: dict[bytes, bytes] = {}
    if len(lines) > FIELDS_LIMIT:
        raise BadAnswer("its reply has no end")
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or name.lower() in fields or not is_plain(line):
            raise BadAnswer("its header is unclear")
        fields[name.lower()] = value.strip()
    return fields


def is_plain(line: bytes) -> bool:
    """No line end and no NUL is in it."""
    return not any(octet in line for octet in b"\r\n\x00")


def told(head: Head, body: bytes) -> Told:
    names = [shown(name.strip()) for name in body.split(b",", MOST_RULES)[:MOST_RULES]]
    return Told(head.score, head.threshold, tuple(name for name in names if name))


def shown(octets: bytes) -> str:
    return printable(octets[:SHOWN].decode("latin-1"), NAME_LIMIT)
