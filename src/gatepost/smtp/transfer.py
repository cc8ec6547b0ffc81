"""Content as events: DATA until its end, BDAT by its counts (RFC 5321 §4.1.1.4, RFC 3030 §2)."""

from gatepost.smtp import replies
from gatepost.smtp.content import ChunkReader, DataReader
from gatepost.smtp.events import BadContent, ChunkEnd, Content, EndOfContent
from gatepost.smtp.lines import LineReader
from gatepost.smtp.measure import Flaw, Measure

FLAW_REPLIES = {
    Flaw.LINE_END: replies.BAD_CONTENT_LINE_END,
    Flaw.NUL: replies.BAD_CONTENT_NUL,
    Flaw.SIZE: replies.TOO_LARGE,
}


class DataTransfer:
    """One DATA command.

    Args:
        limit: octets after dot-unstuffing; as many again are discarded before we stop listening.
        normalize_lf: see `DataReader`.
    """

    __slots__ = ("limit", "measure", "reader")

    def __init__(self, limit: int, normalize_lf: bool) -> None:
        self.limit = limit
        self.measure = Measure(limit)
        self.reader = DataReader(self.measure, normalize_lf)

    def next_event(self, lines: LineReader) -> Content | EndOfContent | BadContent | None:
        if not lines.has_more:
            return None
        kept, lines.position, ended = self.reader.read(lines.buffer, lines.position)
        flaw = self.measure.flaw
        if flaw is not None:
            if ended or self.reader.discarded > self.limit:
                # A well-framed message that is only too large leaves the session usable.
                return bad_content(self.measure, flaw, close=not (ended and flaw is Flaw.SIZE))
            return None
        if ended:
            return end_of(kept, self.measure)
        return Content(kept) if kept else None


class ChunkTransfer:
    """All BDAT commands of one transaction.

    Args:
        limit: octets after dot-unstuffing.
    """

    __slots__ = ("last", "left", "measure", "reader", "size")

    def __init__(self, limit: int) -> None:
        self.measure = Measure(limit)
        self.reader = ChunkReader(self.measure)
        self.left = self.size = 0
        self.last = False

    def begin(self, size: int, last: bool) -> None:
        """A chunk of `size` octets starts now."""
        self.left = self.size = size
        self.last = last

    def next_event(self, lines: LineReader) -> Content | ChunkEnd | EndOfContent | BadContent | None:
        piece = lines.take(self.left)
        self.left -= len(piece)
        ended = not self.left
        if not piece and not ended:
            return None
        kept = self.reader.read(piece, ended and self.last)
        flaw = self.measure.flaw
        if not ended:
            return Content(kept) if kept else None
        if flaw is not None:
            return bad_content(self.measure, flaw, close=flaw is not Flaw.SIZE)
        return end_of(kept, self.measure) if self.last else ChunkEnd(kept, self.size)


def bad_content(measure: Measure, flaw: Flaw, *, close: bool = True) -> BadContent:
    """What is too large is said to be that, whatever else is wrong with it (SMUG-23); the rule names what else."""
    reply = replies.TOO_LARGE if measure.is_too_large else FLAW_REPLIES[flaw]
    return BadContent(reply, flaw.value, close)


def end_of(kept: bytes, measure: Measure) -> EndOfContent:
    return EndOfContent(kept, measure.size, measure.eight_bit, measure.longest_line)
