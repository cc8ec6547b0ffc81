"""What is worth knowing of content as it streams past: size, 8-bit, the longest line, and its flaw."""

from enum import Enum

LINE = 1000  # octets of a line, CRLF included (RFC 5322 §2.1.1)


class Flaw(Enum):
    """Why content cannot be taken; the values are rule names."""

    LINE_END = "content.bare-line-end"
    NUL = "content.nul"
    SIZE = "content.size"


class Measure:
    """Running figures of one message; one reader owns it.

    Args:
        limit: octets after dot-unstuffing that may be taken.
    """

    __slots__ = ("eight_bit", "flaw", "limit", "line", "longest_line", "size")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.eight_bit = False
        self.longest_line = 0
        self.line = 0  # octets of the line that is not yet complete
        self.flaw: Flaw | None = None

    @property
    def is_too_large(self) -> bool:
        """So it was before it had any other flaw, or where it got one."""
        return self.size > self.limit

    def add(self, stuffed: bytes, dots: int) -> bool:
        """Note well-framed, dot-stuffed octets, `dots` of which are stuffing; False once they are too many."""
        self.size += len(stuffed) - dots
        if self.is_too_large:
            self.flaw = Flaw.SIZE
            return False
        if not stuffed.isascii():
            self.eight_bit = True
        if len(stuffed) + self.line > LINE:
            self.measure_lines(stuffed)
        else:
            end = stuffed.rfind(b"\n")
            self.line = len(stuffed) - end - 1 if end >= 0 else self.line + len(stuffed)
        return True

    def measure_lines(self, octets: bytes) -> None:
        """Jump from line end to line end in steps of `LINE`; only what is longer is looked at closely."""
        at, begun, length = 0, self.line, len(octets)
        while begun + length - at > LINE:
            end = octets.rfind(b"\n", at, at + max(LINE - begun, 0))
            if end < 0:
                end = octets.find(b"\n", at)
                if end < 0:
                    break
                self.longest_line = max(self.longest_line, begun + end + 1 - at)
            at, begun = end + 1, 0
        end = octets.rfind(b"\n", at)
        self.line = begun + length - at if end < 0 else length - end - 1
        if self.line > LINE:
            self.longest_line = max(self.longest_line, self.line)
