"""What is said to a client: RFC 5321 §4.2 code, RFC 3463 enhanced code, text."""

from functools import lru_cache

from msgspec import Struct

LINE_LIMIT = 512  # octets of one reply line, CRLF included (RFC 5321 §4.5.3.1.5)


class Reply(Struct, frozen=True, omit_defaults=True):
    """One reply.

    Args:
        code: three digits, 200–599.
        enhanced: `class.subject.detail`, or "" where RFC 2034 §4 forbids one (greeting, EHLO, 354).
        text: one line; anything that is not printable ASCII is escaped when encoded.
        more: further lines (EHLO keywords), each encoded like `text`.
    """

    code: int
    enhanced: str
    text: str
    more: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.code} {self.enhanced} {self.text}" if self.enhanced else f"{self.code} {self.text}"

    def encode(self) -> bytes:
        """Octets for the wire; never longer than `LINE_LIMIT` a line, never a second line by accident."""
        return encoded(self)

    def lines(self) -> bytes:
        """`encode`, worked out."""
        if not self.more:
            return line(f"{self.code} ", self.enhanced, self.text)
        lines = (self.text, *self.more)
        last = len(lines) - 1
        return b"".join(
            line(f"{self.code}{' ' if i == last else '-'}", self.enhanced, text) for i, text in enumerate(lines)
        )


@lru_cache(maxsize=1024)
def encoded(reply: Reply) -> bytes:
    """Most replies are said over and over."""
    return reply.lines()


def line(start: str, enhanced: str, text: str) -> bytes:
    whole = f"{start}{enhanced} {text}" if enhanced else start + text
    if not (whole.isascii() and whole.isprintable()):
        whole = "".join(c if c.isascii() and c.isprintable() else ascii_escape(c) for c in whole)
    return whole.encode("ascii")[: LINE_LIMIT - 2] + b"\r\n"


def ascii_escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
