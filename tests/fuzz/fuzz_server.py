"""Fuzz target: whatever a client sends, in whatever pieces, and whatever is answered.

`TestOneInput` breaks (AssertionError) if an event does not stand where its octets end, so that content could be taken
for commands or commands for content; if content comes out in a form that a lax server could misread; if anything is
read after the end; if more is kept than a line may have; or if the pieces change what happens.
"""

import sys

from msgspec import structs

from gatepost.model.reply import Reply
from gatepost.smtp import replies
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
)  # fmt: skip
from gatepost.smtp.server import ServerProtocol
from gatepost.smtp.table import CommandTable, Offer, Response

END = b"\r\n.\r\n"
LIMIT = 600  # octets of content: low, so that it is met
LINE = 120  # octets of most lines
LONGEST = 700  # octets of any line that is waited for: RCPT with DSN parameters
LENGTHS = {
    verb: LINE for verb in (b"EHLO", b"HELO", b"MAIL", b"RCPT", b"DATA", b"BDAT", b"RSET", b"NOOP", b"QUIT",
    b"STARTTLS")
}  # fmt: skip
OFFER = Offer(size=LIMIT, eight_bit_mime=True, smtputf8=True, dsn=True, starttls=True)
GOOD = {Data: replies.START_CONTENT, ChunkEnd: replies.CHUNK_OK, StartTls: replies.START_TLS}
BAD = (Reply(550, "5.7.1", "No"), Reply(451, "4.3.0", "Later"), Reply(421, "4.3.2", "Go"))

HEAD = b"\x07\x00\xff\xff\xff\xff"  # pieces, no options, friendly answers
OPENING = b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"
EVIL = b"MAIL FROM:<e@v.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nbad\r\n.\r\n"
SEEDS = (
    HEAD + OPENING + b"DATA\r\nA: b\r\n\r\n..x\r\n.\r\nNOOP\r\nQUIT\r\n",
    HEAD + OPENING + b"DATA\r\nHi\n.\r\n" + EVIL,
    HEAD + OPENING + b"DATA\r\nHi\r\n.\n" + EVIL + b"\r\n.\r\nNOOP\r\n",
    HEAD + OPENING + b"BDAT 6\r\nA: b\r\nBDAT 4\r\n\r\n.\rBDAT 7 LAST\r\n\n.\r\nx\n.NOOP\r\n",
    HEAD + OPENING + b"BDAT 50 LAST\r\n" + EVIL,
    b"\x01\x01\xff\xff\xff\xff" + OPENING + b"DATA\r\na\n.\nb\n..c\n.\r\nd\r\n.\r\nNOOP\r\n",
    b"\x01\x06\xff\xff\xff\xff" + OPENING + b"ETRN x\r\nVRFY " + b"x" * 600 + b"\r\nNOOP\r\n",
    b"\x20\x08\xff\xf7\xff\xff" + OPENING + b"DATA\r\nA: b\r\n.\r\n" + EVIL,
    b"\x03\x00\x00\x10\x20\x30" + OPENING + b"DATA\r\n" + b"BDAT 9 LAST\r\nNOOP\r\nab\rNOOP\r\n",
    HEAD + b"HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\nDATA\r\nx\r\n.\r\nMAIL FROM:<>\r\n",
    HEAD + b"EHLO a\r\nSTARTTLS\r\nEHLO b\r\nMAIL FROM:<>\r\n",
    HEAD + OPENING + b"DATA\r\n" + b"x" * 1300 + b"\r\n.\r\nNOOP\r\n",
    HEAD + b"x" * 600 + b"\r\nSSH-2.0-" + b"x" * 600 + b"\r\nNOOP\r\n",
    HEAD + b"BDAT\t" + b"5" * 600 + b"\r\nNOOP\r\n",
    HEAD + b"GET / HTTP/1.1\r\n\r\nSSH-2.0-x\r\nNO\0OP\r\nNO\rOP\r\n",
)  # fmt: skip
PIECES = (
    b"\r\n", b"\r", b"\n", b"\r\n.\r\n", b"\n.\n", b"\r\n.\n", b"\n.\r\n", b".", b"..", b"\0", b"\xe9", b" ",
    b"x" * 130,
    b"EHLO a\r\n", b"HELO a\r\n", b"MAIL FROM:<>\r\n", b"RCPT TO:<a@b.example>\r\n", b"DATA\r\n", b"BDAT 5\r\n",
    b"BDAT 0 LAST\r\n", b" LAST", b"RSET\r\n", b"NOOP\r\n", b"QUIT\r\n", b"STARTTLS\r\n", b"SIZE=9", b"VRFY ", b"SSH-",
)  # fmt: skip


class Conversation:
    """One connection with a client that sends `stream`; `story` is what happened, less what pieces may change."""

    def __init__(self, stream: bytes, dice: bytes, options: int) -> None:
        way = Response.DROP if options & 2 else Response.REFUSE
        table = CommandTable(LENGTHS, on_overlength=way, on_disabled=way)
        self.core = ServerProtocol(table, table.terms(OFFER), normalize_lf=bool(options & 1))
        self.is_eager = bool(options & 4)  # sends on before it has its answer
        self.stream, self.dice = stream, dice
        self.fed = self.read = 0  # octets given; octets of events seen
        self.chunk = self.content_from = -1  # where content of BDAT ends, of DATA begins; -1 outside of it
        self.line = self.body = b""
        self.story: list[str] = []

    @property
    def taken(self) -> int:
        """Octets that the core has taken out of the stream."""
        return self.fed - (len(self.core.lines.buffer) - self.core.lines.position)

    def feed(self, octets: int) -> None:
        piece = self.stream[self.fed : self.fed + octets]
        self.fed += len(piece)
        self.core.receive(piece)

    def hold(self, size: int) -> None:
        """All of it, in pieces of that size."""
        while self.fed < len(self.stream) and not self.core.is_closed:
            self.feed(size)
            while (event := self.core.next_event()) is not None:
                self.see(event)
                if not isinstance(event, Content):
                    if self.is_eager and not self.core.is_closed:
                        self.feed(size)
                    self.answer(event)
            self.check_memory()
        if self.core.is_closed:
            self.check_silence()

    # ── events stand where their octets end ──────────────────────────────────

    def see(self, event: Event) -> None:
        if isinstance(event, Content | ChunkEnd | EndOfContent):
            self.body += event.octets
        if isinstance(event, Content):
            if self.chunk < 0 and self.content_from < 0:
                self.begin_chunk()
            return
        if isinstance(event, ChunkEnd | EndOfContent | BadContent):
            self.end_content(event)
        elif not (isinstance(event, Invalid) and event.close):
            line = self.line = self.stream[self.read : self.taken]
            assert line.endswith(b"\r\n") and line.count(b"\n") == 1 and b"\0" not in line, line
            self.read = self.taken
        self.story.append(told(event))

    def begin_chunk(self) -> None:
        """A BDAT line was taken; its octets follow."""
        self.line = self.stream[self.read : self.taken]
        self.chunk, self.read = self.taken + self.chunk_size(), self.taken

    def chunk_size(self) -> int:
        """What the last line, a BDAT, says of its octets."""
        return int(self.line.split()[1])

    def end_content(self, event: ChunkEnd | EndOfContent | BadContent) -> None:
        if self.content_from >= 0:
            seen = b"\r\n" + self.stream[self.content_from : self.taken]
            at = seen.find(END)
            assert at == len(seen) - len(END) or (at < 0 and isinstance(event, BadContent) and event.close), seen
        else:
            assert self.taken == self.chunk
        if not isinstance(event, BadContent):
            check_content(self.body, whole=isinstance(event, EndOfContent))
        if isinstance(event, EndOfContent):
            check_figures(event, self.body)
        self.read, self.chunk, self.content_from = self.taken, -1, -1

    # ── answers ──────────────────────────────────────────────────────────────

    def answer(self, event: Event) -> None:
        reply = self.chosen(event)
        said = self.core.reply(reply)
        assert said.endswith(b"\r\n") or (isinstance(event, Data) and event.chunked and not said)
        if isinstance(event, EndOfContent | BadContent | Helo) or event == Plain("RSET"):
            self.body = b""
        if isinstance(event, Data):
            self.answered_data(event, reply)
        elif isinstance(event, Invalid) and event.verb == "BDAT" and not event.close:
            self.read += self.chunk_size()  # swallowed
        elif isinstance(event, StartTls) and reply.code == 220:
            assert self.core.is_closed
            self.core.tls_started()
            self.read = self.taken

    def answered_data(self, event: Data, reply: Reply) -> None:
        if event.chunked and reply.code == 354:
            self.chunk = self.read + self.chunk_size()
        elif event.chunked:
            self.read += self.chunk_size()
        elif reply.code == 354:
            self.content_from = self.read

    def chosen(self, event: Event) -> Reply:
        """By the dice, but the same however the octets are cut."""
        if isinstance(event, Invalid | BadContent):
            return event.reply
        if event == Plain("QUIT"):
            return replies.BYE
        number = len(self.story) - 1
        die = self.dice[number % len(self.dice)] if self.dice else 255
        return BAD[die % len(BAD)] if die < 64 else GOOD.get(type(event), replies.OK)

    # ── what always holds ────────────────────────────────────────────────────

    def check_memory(self) -> None:
        lines = self.core.lines
        kept = len(lines.buffer) - lines.position
        if self.core.is_closed:
            return
        assert kept <= LONGEST and not (self.core.is_in_content and kept), kept

    def check_silence(self) -> None:
        """After the end nothing is read, and nothing kept."""
        before = len(self.core.lines.buffer)
        self.core.receive(b"NOOP\r\n" * 100)
        assert self.core.next_event() is None and len(self.core.lines.buffer) == before


def check_content(octets: bytes, *, whole: bool) -> None:
    """Nobody, however lax, finds an end in it."""
    assert octets.count(b"\r\n") == octets.count(b"\r") == octets.count(b"\n") and b"\0" not in octets
    for line in octets.split(b"\r\n"):
        assert not line.startswith(b".") or line.startswith(b".."), line
    assert octets.endswith(b"\r\n") or not (whole and octets)


def check_figures(event: EndOfContent, octets: bytes) -> None:
    plain = (b"\r\n" + octets).replace(b"\r\n.", b"\r\n")[2:]
    longest = max(map(len, octets.splitlines(keepends=True)), default=0)
    assert event.size == len(plain) <= LIMIT and event.eight_bit == (not octets.isascii())
    assert event.longest_line == (longest if longest > 1000 else 0)


def told(event: Event) -> str:
    """An event less what depends on pieces: which flaw was met first, how much of a long line was seen."""
    match event:
        case BadContent():
            return "bad content"
        case Invalid(rule=rule) if rule.startswith("line."):
            return "bad line"
        case Invalid():
            return repr(structs.replace(event, verb=""))
        case ChunkEnd() | EndOfContent():
            return repr(structs.replace(event, octets=b""))
        case Mail() | Rcpt() | Helo() | Data() | Plain():
            return repr(event)
    return type(event).__name__


def comparable(story: list[str]) -> list[str]:
    """Up to where pieces may matter: what should have waited for an answer, and the rest of what was discarded."""
    for number, event in enumerate(story):
        if event == "bad content" or "command.pipelining" in event:
            return story[: number + (event == "bad content")]
    return story


def TestOneInput(data: bytes) -> None:
    size, options, dice, stream = data[:1], data[1:2], data[2:6], data[6:]
    pieces = Conversation(stream, dice, options[0] if options else 0)
    pieces.hold(size[0] % 32 + 1 if size else 1)
    if pieces.is_eager:
        return
    whole = Conversation(stream, dice, options[0] if options else 0)
    whole.hold(len(stream) or 1)
    same = comparable(whole.story)
    assert pieces.story[: len(same)] == same, (pieces.story, whole.story)


if __name__ == "__main__":
    import atheris

    atheris.instrument_all()
    atheris.Setup(sys.argv, TestOneInput)
    atheris.Fuzz()
