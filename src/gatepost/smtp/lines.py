"""Octets in, command lines out (RFC 5321 §2.3.8, §4.5.3.1.4): CRLF ends a line and nothing else does.

Memory is bounded by the longest line the listener allows plus what one read brought.
"""

from collections.abc import Mapping

from msgspec import Struct

from gatepost.smtp import replies
from gatepost.smtp.events import Invalid

SKIP_LIMIT = 64 * 1024  # octets of an overlong line that are skipped in search of its CRLF
VERB_LIMIT = 32  # octets; longer words are no verb
CR = 13
DEFAULT_LIMIT = 512  # octets, for lines whose verb is not in the table (RFC 5321 §4.5.3.1.4)

BARE = Invalid(reply=replies.BARE_LINE_END, rule="line.bare-line-end", close=True)
NUL = Invalid(reply=replies.NUL_OCTET, rule="line.nul", close=True)
ENDLESS = Invalid(reply=replies.NO_LINE_END, rule="line.endless", close=True)


class Overlong(Struct, frozen=True):
    """A complete line that was longer than its verb may be; its octets are gone."""

    verb: bytes


class LineReader:
    """Splits command lines, and hands out the raw rest where content begins.

    Args:
        lengths: longest line of each verb in octets with CRLF, for lines that are not complete yet.
    """

    __slots__ = ("buffer", "is_new", "lengths", "position", "skipped", "verb")

    def __init__(self, lengths: Mapping[bytes, int]) -> None:
        self.lengths = lengths
        self.buffer = b""
        self.position = 0
        self.skipped = 0  # octets of the overlong line being skipped; 0 = none
        self.verb = b""
        self.is_new = False  # a line has been completed since the caller last cleared this

    def feed(self, octets: bytes) -> None:
        if self.position >= len(self.buffer):
            self.buffer = octets
        else:
            self.buffer = self.buffer[self.position :] + octets
        self.position = 0

    @property
    def has_more(self) -> bool:
        """Octets are waiting behind what has been taken."""
        return self.position < len(self.buffer)

    def clear(self) -> None:
        self.buffer, self.position, self.skipped = b"", 0, 0

    def take_all(self) -> bytes:
        """Whatever is waiting, raw."""
        return self.take(len(self.buffer) - self.position)

    def take(self, octets: int) -> bytes:
        """Up to so many octets, raw."""
        piece = self.buffer[self.position : self.position + octets]
        self.position += len(piece)
        return piece

    def next_line(self) -> bytes | Overlong | Invalid | None:
        """The next line without its CRLF, of whatever length; None if it is not complete."""
        buffer, start = self.buffer, self.position
        feed = buffer.find(b"\n", start)
        if feed < 0:
            return self.incomplete() if start < len(buffer) else None
        self.position = feed + 1
        self.is_new = True
        line = buffer[start : feed - 1] if feed > start else b"\r"
        if b"\0" in line:
            return NUL
        if b"\r" in line or buffer[feed - 1] != CR:
            return BARE
        if feed - start + self.skipped > SKIP_LIMIT:  # however it came, in one read too
            return ENDLESS
        if self.skipped:
            self.skipped = 0
            return Overlong(self.verb)
        return line

    def incomplete(self) -> Invalid | None:
        """No LF yet: a bare CR is seen at once, an overlong line is skipped instead of kept."""
        rest = self.buffer[self.position :]
        if b"\0" in rest:
            return NUL
        if b"\r" in rest[:-1]:
            return BARE
        if not self.skipped and len(rest) > self.lengths.get(verb_of(rest), DEFAULT_LIMIT):
            self.verb = verb_of(rest)
            self.skipped = 1
        if self.skipped:
            keep = 1 if rest.endswith(b"\r") else 0  # it may be the CR of the CRLF to come
            self.skipped += len(rest) - keep
            self.buffer, self.position = rest[len(rest) - keep :], 0
            if self.skipped > SKIP_LIMIT:
                return ENDLESS
        return None


def verb_of(line: bytes) -> bytes:
    """The first word, upper-case, cut where it is too long for a verb."""
    return line[:VERB_LIMIT].partition(b" ")[0].rstrip(b"\r").upper()
