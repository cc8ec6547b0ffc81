"""The server side of SMTP, without I/O (RFC 5321 §4.1.4 for the order of commands).

Feed it octets, pull one event, answer it, pull the next. Nothing is parsed past an unanswered command:
its answer may change the grammar of what follows (DATA, BDAT, STARTTLS). After a violation nothing of
the buffer is ever parsed again.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from gatepost.model.reply import Reply
from gatepost.smtp import replies
from gatepost.smtp.command import Chunk, bad_characters, denied, is_chunk, out_of_sequence, parse
from gatepost.smtp.events import (
    BadContent,
    ChunkEnd,
    Content,
    Data,
    EndOfContent,
    Event,
    Helo,
    Invalid,
    Mail,
    Plain,
    Rcpt,
    StartTls,
)
from gatepost.smtp.lines import VERB_LIMIT, LineReader, Overlong
from gatepost.smtp.table import CommandTable, Response, Terms
from gatepost.smtp.transfer import ChunkTransfer, DataTransfer, bad_content

LAST_IN_GROUP = frozenset(("DATA", "EHLO", "HELO", "STARTTLS", "AUTH"))  # RFC 2920 §3.1, RFC 3207 §4
NO_CHUNK = Chunk(0, False)
CLOSING_CODES = (221, 421, 521)
LAST_EVENTS = (Invalid, BadContent)  # those that may end the session by themselves


class Mode(Enum):
    """What the next octets are."""

    COMMAND = 1
    CONTENT = 2
    CLOSED = 3  # whatever comes is not looked at


class ServerProtocol:
    """One connection. Owned by the session that feeds it.

    Args:
        table: verbs and lengths of the listener.
        terms: of the table, what EHLO advertises; `set_terms` changes it before an EHLO is answered.
        normalize_lf: in DATA make CRLF of a bare LF; the caller decides by the client's network.
    """

    __slots__ = (
        "chunk", "esmtp", "helo", "is_spoilt", "lengths", "lines", "mode", "normalize_lf", "offer", "overrun",
        "pending", "recipients", "sender_given", "skip", "smtputf8", "table", "tls_active", "transfer",
    )  # fmt: skip

    def __init__(self, table: CommandTable, terms: Terms, *, normalize_lf: bool = False) -> None:
        self.table = table
        self.offer = terms.offer
        self.normalize_lf = normalize_lf
        self.lengths = terms.lengths
        self.lines = LineReader(terms.lengths)
        self.mode = Mode.COMMAND
        self.pending: Event | None = None
        self.helo = ""
        self.esmtp = False
        self.tls_active = False
        self.overrun = False
        self.skip = 0  # octets of a refused BDAT chunk still to be swallowed
        self.reset()

    def set_terms(self, terms: Terms) -> None:
        """What EHLO offers from now on; line lengths follow."""
        self.offer = terms.offer
        self.lengths = self.lines.lengths = terms.lengths

    def reset(self) -> None:
        """Forget the transaction (RSET, a new EHLO, the end of a message)."""
        self.sender_given = False
        self.smtputf8 = False
        self.recipients = 0
        self.is_spoilt = False  # a chunk was refused: whatever belongs to the same message is refused too
        self.transfer: DataTransfer | ChunkTransfer | None = None
        self.chunk = NO_CHUNK

    @property
    def is_closed(self) -> bool:
        """No event will come any more; close once the last reply is written."""
        return self.mode is Mode.CLOSED

    def receive(self, octets: bytes) -> None:
        """Octets from the client; while an event is unanswered they only wait (the caller stops reading)."""
        lines = self.lines
        if self.mode is Mode.CLOSED:
            return
        if lines.position >= len(lines.buffer):
            lines.buffer, lines.position = octets, 0
        else:
            lines.feed(octets)

    def next_event(self) -> Event | None:
        """The next event, or None if more octets are needed.

        `Content` needs no answer; every other event must be answered by `reply` before the next is pulled.
        """
        if self.pending is not None:
            raise RuntimeError(f"{type(self.pending).__name__} has not been answered")
        event: Event | None
        if self.mode is Mode.COMMAND:
            event = None if self.skip and not self.skipped() else self.next_command()
        elif self.mode is Mode.CONTENT and self.transfer is not None:
            event = self.transfer.next_event(self.lines)
        else:
            return None
        if not isinstance(event, Content):
            self.pending = event
            if isinstance(event, LAST_EVENTS) and event.close:
                self.mode = Mode.CLOSED
        return event

    @property
    def is_hungry(self) -> bool:
        """No event can come before more octets do."""
        return self.mode is Mode.COMMAND and not self.lines.has_more

    def skipped(self) -> bool:
        """Swallow what is here of a refused chunk; True when it is all gone."""
        self.skip -= len(self.lines.take(self.skip))
        return not self.skip

    def next_command(self) -> Event | None:
        if self.overrun:  # HELO offers no PIPELINING, so nothing may come behind the end of the content
            return Invalid(reply=replies.PIPELINED, rule="command.pipelining", close=True)
        line = self.lines.next_line()
        if not isinstance(line, bytes):
            return self.overlong(line.verb) if isinstance(line, Overlong) else line
        word = line.partition(b" ")[0].upper()
        longest = self.lengths.get(word)
        if longest is None:
            return denied(word.decode("ascii", "replace")[:VERB_LIMIT], self.table.on_disabled)
        if len(line) + 2 > longest:
            return self.overlong(word)
        verb = word.decode("ascii")
        if self.lines.has_more and self.had_to_wait(verb):
            return Invalid(reply=replies.PIPELINED, rule="command.pipelining", verb=verb, close=True)
        return self.allowed(verb, line)

    def had_to_wait(self, verb: str) -> bool:
        """Nothing may be sent behind it before its answer (RFC 2920 §3.1); without EHLO that is so for every verb."""
        return (verb in LAST_IN_GROUP or not self.esmtp) and verb not in ("QUIT", "BDAT")

    def overlong(self, word: bytes) -> Invalid:
        verb = word.decode("ascii", "replace")
        if word not in self.lengths:
            return denied(verb, self.table.on_disabled)
        drop = self.table.on_overlength is Response.DROP
        reply = replies.TOO_LONG_CLOSING if drop else replies.TOO_LONG
        return Invalid(reply=reply, rule="command.too-long", verb=verb, close=drop or is_chunk(verb))

    def allowed(self, verb: str, line: bytes) -> Event:
        """A line whose verb is in the table."""
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            return bad_characters(verb)
        if not text.isprintable():
            return bad_characters(verb)
        if self.is_out_of_sequence(verb):
            return out_of_sequence(verb)
        event = parse(verb, text, self.offer, self.smtputf8)
        return self.begin_chunk(event) if isinstance(event, Chunk) else event

    def is_out_of_sequence(self, verb: str) -> bool:
        """RFC 5321 §4.1.4; a chunk is judged when its size is known."""
        if verb == "RCPT":
            return not self.sender_given or self.transfer is not None or self.is_spoilt
        if verb == "MAIL":
            return not self.helo or self.sender_given
        if verb == "DATA":
            return not self.recipients or self.transfer is not None or self.is_spoilt
        if verb == "STARTTLS":
            return not self.esmtp or self.sender_given or self.tls_active
        return verb == "AUTH" and (not self.esmtp or self.sender_given)

    def begin_chunk(self, chunk: Chunk) -> Event:
        """The octets of a chunk follow whatever we answer, so a refused one is swallowed."""
        if chunk.size > self.offer.size:
            return Invalid(reply=replies.TOO_LARGE, rule="content.size", verb="BDAT", close=True)
        if not self.recipients or self.is_spoilt:
            self.skip = chunk.size
            return out_of_sequence("BDAT")
        self.chunk = chunk
        if isinstance(self.transfer, ChunkTransfer):
            self.transfer.begin(chunk.size, chunk.last)
            self.mode = Mode.CONTENT
            return Content(b"")
        return Data(chunked=True)

    def close(self) -> None:
        """Look at nothing any more."""
        self.mode = Mode.CLOSED

    @property
    def is_in_content(self) -> bool:
        """The next octets are content, kept or discarded."""
        return self.mode is Mode.CONTENT

    def give_up(self) -> BadContent | None:
        """End content that is only being discarded without waiting for its true end; None if it still is kept."""
        if self.transfer is None or self.transfer.measure.flaw is None:
            return None
        self.mode = Mode.CLOSED
        self.pending = bad_content(self.transfer.measure, self.transfer.measure.flaw)
        return self.pending

    def reply(self, reply: Reply) -> bytes:
        """Octets to send; moves the state as the reply says."""
        event, self.pending = self.pending, None
        if reply.code in CLOSING_CODES:
            self.mode = Mode.CLOSED
        elif isinstance(event, Data):
            return self.reply_to_data(event, reply)
        elif (answered := ANSWERED.get(type(event))) is not None:
            answered(self, event, reply.code < 300)
        return reply.encode()

    def reply_to_data(self, event: Data, reply: Reply) -> bytes:
        if reply.code != 354:
            if event.chunked:  # those behind it may be under way: they begin no message (RFC 3030 §2)
                self.skip, self.is_spoilt = self.chunk.size, True
            return reply.encode()
        if event.chunked:
            self.transfer = ChunkTransfer(self.offer.size)
            self.transfer.begin(self.chunk.size, self.chunk.last)
            self.mode = Mode.CONTENT
            return b""
        if self.lines.has_more:  # it did not wait for the 354: what it sent may be meant as commands
            self.mode = Mode.CLOSED
            return replies.PIPELINED.encode()
        self.transfer = DataTransfer(self.offer.size, self.normalize_lf)
        self.mode = Mode.CONTENT
        return reply.encode()

    def recipient_answered(self, event: Rcpt, taken: bool) -> None:
        self.recipients += taken

    def sender_answered(self, event: Mail, taken: bool) -> None:
        if taken:
            self.sender_given, self.smtputf8 = True, event.smtputf8

    def helo_answered(self, event: Helo, taken: bool) -> None:
        if taken:
            self.helo, self.esmtp = event.name, event.verb == "EHLO"
            self.reset()

    def plain_answered(self, event: Plain, taken: bool) -> None:
        if taken and event.verb == "RSET":
            self.reset()

    def starttls_answered(self, event: StartTls, taken: bool) -> None:
        if taken:
            self.mode = Mode.CLOSED  # until `tls_started`

    def chunk_answered(self, event: ChunkEnd, taken: bool) -> None:
        self.mode, self.is_spoilt = Mode.COMMAND, not taken

    def content_answered(self, event: EndOfContent | BadContent, taken: bool) -> None:
        self.reset()
        self.overrun = self.lines.has_more and not self.esmtp
        self.mode = Mode.CLOSED if isinstance(event, BadContent) and event.close else Mode.COMMAND

    def tls_started(self) -> None:
        """The handshake is done: forget everything said in clear (RFC 3207 §4.2)."""
        self.lines.clear()
        self.pending = None
        self.helo, self.esmtp, self.skip = "", False, 0
        self.tls_active = True
        self.mode = Mode.COMMAND
        self.reset()


ANSWERED: dict[type, Callable[[ServerProtocol, Any, bool], None]] = {  # by type: an isinstance for each would cost more
    Rcpt: ServerProtocol.recipient_answered,
    Mail: ServerProtocol.sender_answered,
    EndOfContent: ServerProtocol.content_answered,
    Helo: ServerProtocol.helo_answered,
    Plain: ServerProtocol.plain_answered,
    StartTls: ServerProtocol.starttls_answered,
    ChunkEnd: ServerProtocol.chunk_answered,
    BadContent: ServerProtocol.content_answered,
}
"""What follows from the answer to an event; `True` for a 2xx. Answers to Auth and Invalid change nothing."""
