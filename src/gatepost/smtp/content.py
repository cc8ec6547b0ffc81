"""Where does the message end, and is every octet before it well framed? (RFC 5321 §2.3.8, §4.5.2; RFC 3030)

The end of DATA is CRLF.CRLF and nothing else. Any CR or LF that is not part of a CRLF, and any NUL, is
a flaw: from then on octets are discarded unread up to the true end, so nothing that follows a false
end can ever be taken for a command. What comes out is dot-stuffed and has CRLF line ends only.
"""

import re

from gatepost.smtp.measure import Flaw, Measure

END = b"\r\n.\r\n"
DOT = re.compile(rb"\r\n\.")  # half the time of `bytes.find`
SHORT_LINE = 16  # octets, on average, from which it is quicker to count line ends


class DataReader:
    """Content of one DATA command.

    A tail that may be the beginning of the end is held back, so that no piece ends inside CRLF or
    CRLF-dot: every count below is exact however the network cut the octets.

    Args:
        measure: gets the figures and the flaw.
        normalize_lf: make CRLF of a bare LF (listed networks only) instead of refusing it.
    """

    __slots__ = ("discarded", "held", "measure", "normalizer", "virtual")

    def __init__(self, measure: Measure, normalize_lf: bool = False) -> None:
        self.measure = measure
        self.normalizer = Stuffer() if normalize_lf else None
        self.held = b"\r\n"  # content starts at the start of a line ...
        self.virtual = 2  # ... but these two octets are no content
        self.discarded = 0

    def read(self, octets: bytes, start: int) -> tuple[bytes, int, bool]:
        """Take content from `octets[start:]`: (what is kept, index where we stopped, whether it is the end)."""
        held = self.held
        data = held + (octets[start:] if start else octets)
        dot = DOT.search(data)  # the end is a line that begins with a dot, and mostly the only one
        if dot is not None:
            end = data.find(END, dot.start())
            if end >= 0:
                piece = data[: end + 2]
                dots = piece.count(b"\r\n.") if dot.start() < end else 0
                return self.keep(piece, dots), start + end + len(END) - len(held), True
        self.held = possible_end(data)
        piece = data[: len(data) - len(self.held)]
        return self.keep(piece, piece.count(b"\r\n.") if dot else 0), len(octets), False

    def keep(self, piece: bytes, dots: int) -> bytes:
        """Octets to be passed on; `dots` of its lines begin with one."""
        measure = self.measure
        earlier = measure.flaw
        measure.flaw = self.flaw_in(piece) or earlier  # a bare line end is worse than mere size
        if measure.flaw is not None:
            if earlier is None:
                measure.size += len(piece)  # it may be too large as well
            self.discarded += len(piece)
            return b""
        stuffed = piece
        if self.normalizer is not None:
            stuffed, dots = self.normalizer.stuff(piece.replace(b"\r\n.", b"\r\n") if dots else piece)
        elif dots and dots != piece.count(b"\r\n.."):
            # A line such as ". " was not stuffed by the client; said as it came, a lax server takes it for the end.
            plain = piece.replace(b"\r\n.", b"\r\n")
            dots = plain.count(b"\r\n.")
            stuffed = plain.replace(b"\r\n.", b"\r\n..")
        if self.virtual and stuffed:
            stuffed = stuffed[2:]
            self.virtual = 0
        return stuffed if measure.add(stuffed, dots) else b""

    def flaw_in(self, piece: bytes) -> Flaw | None:
        """A NUL is worse than a bare line end, whatever came first; either is looked for until it is there."""
        known = self.measure.flaw
        if known is Flaw.NUL or b"\0" in piece:
            return Flaw.NUL
        if known is Flaw.LINE_END:
            return known
        if self.normalizer is None:
            return None if has_only_crlf(piece) else Flaw.LINE_END
        return None if piece.count(b"\r") == piece.count(b"\r\n") else Flaw.LINE_END


def has_only_crlf(piece: bytes) -> bool:
    """No CR or LF but in CRLF: with every CR taken out and one put before every LF it is the same as before.

    That takes a quarter of the time of counting them, but not where lines are short.
    """
    without = piece.replace(b"\r", b"")
    ends = len(piece) - len(without)
    if ends > len(piece) // SHORT_LINE:
        return piece.count(b"\r\n") == without.count(b"\n") == ends
    return without.replace(b"\n", b"\r\n") == piece


def possible_end(data: bytes) -> bytes:
    """The longest tail of `data` with which `END` could begin."""
    if data[-1:] not in (b"\r", b"\n", b"."):
        return b""
    for length in (4, 3, 2, 1):
        if data.endswith(END[:length]):
            return END[:length]
    return b""


class ChunkReader:
    """Content of the BDAT commands of one transaction (RFC 3030): framed by counts alone.

    A bare LF becomes CRLF (Exchange Online sends it); a bare CR or a NUL is a flaw.
    """

    __slots__ = ("discarded", "held", "measure", "stuffer")

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self.stuffer = Stuffer()
        self.held = b""
        self.discarded = 0

    def read(self, chunk: bytes, last: bool) -> bytes:
        """Some octets of a chunk; `last` with the very last of the message. What may be kept."""
        data = self.held + chunk if self.held else chunk
        self.held = b"\r" if data.endswith(b"\r") and not last else b""
        piece = data[:-1] if self.held else data
        measure = self.measure
        if measure.flaw is None:
            if b"\0" in piece:
                measure.flaw = Flaw.NUL
            elif piece.count(b"\r") != piece.count(b"\r\n"):
                measure.flaw = Flaw.LINE_END
        if measure.flaw is not None:
            self.discarded += len(chunk)
            return b""
        stuffed, dots = self.stuffer.stuff(piece)
        if last and not self.stuffer.at_line_start:
            stuffed += b"\r\n"
        return stuffed if measure.add(stuffed, dots) else b""


class Stuffer:
    """Unstuffed octets in, dot-stuffed octets with CRLF line ends out; a bare LF becomes CRLF."""

    __slots__ = ("at_line_start",)

    def __init__(self) -> None:
        self.at_line_start = True

    def stuff(self, piece: bytes) -> tuple[bytes, int]:
        """(what may be said in DATA, how many of its dots are stuffing). No piece ends in a bare CR."""
        if not piece:
            return piece, 0
        if piece.count(b"\n") != piece.count(b"\r\n"):
            piece = piece.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        dots = piece.count(b"\r\n.")
        if dots:
            piece = piece.replace(b"\r\n.", b"\r\n..")
        if self.at_line_start and piece.startswith(b"."):
            piece = b"." + piece
            dots += 1
        self.at_line_start = piece.endswith(b"\r\n")
        return piece, dots
