"""Octets of a mail server in, whole replies out (RFC 5321 §4.2, §4.5.3.1.5; RFC 2034 §4).

What the server sends is as hostile as what a client sends: lines end in CRLF and in nothing else, every
length is bounded, and after the first thing that is not a reply nothing more is read from it.
"""

import re

from gatepost.model.reply import Reply

LINE_LIMIT = 8 * 1024  # octets of one line, CRLF included; RFC 5321 §4.5.3.1.5 says 512, servers say more
REPLY_LIMIT = 64 * 1024  # octets of one reply with all its lines; ours, the RFC sets none
KNOWN_REPLIES = 16  # short replies a reader remembers: servers say the same few to every command but the last
KNOWN_OCTETS = 80  # of the longest one remembered
ENHANCED = re.compile(r"([2-5])\.[0-9]{1,3}\.[0-9]{1,3}(?= |\Z)")  # RFC 3463 §2
CODES = {b"%d " % code: code for code in range(200, 600)}


class BadReply(ValueError):
    """The server said something that is not a reply, or said it when nobody had asked."""


class ReplyReader:
    """Feed octets, pull replies; however the octets are cut, the replies are the same.

    Owned by one `ClientProtocol`. After `BadReply` it gives nothing but `BadReply`.
    """

    __slots__ = ("at", "broken", "buffer", "code", "known", "lines", "octets")

    def __init__(self) -> None:
        self.buffer = b""
        self.at = 0  # where in it the next line begins: cutting it off for each line would not be linear
        self.lines: list[bytes] = []
        self.code = b""
        self.octets = 0  # of the lines of the reply that is being read
        self.broken = ""
        self.known: dict[bytes, Reply] = {}

    @property
    def is_empty(self) -> bool:
        """Nothing has come that is not part of a reply handed out."""
        return self.at == len(self.buffer) and not (self.lines or self.broken)

    def receive(self, octets: bytes) -> None:
        if self.broken:
            return
        self.buffer = octets if self.at == len(self.buffer) else self.buffer[self.at :] + octets
        self.at = 0

    def next_reply(self) -> Reply | None:
        """The next whole reply, None if more octets are needed.

        Raises:
            BadReply: what came is no reply, and will not become one.
        """
        buffer = self.buffer
        while self.at < len(buffer):
            end = buffer.find(b"\r\n", self.at)
            if end < 0:
                self.look_at_unfinished(buffer[self.at :])
                return None
            line = buffer[self.at : end]
            self.at = end + 2
            if not self.lines and (reply := self.known.get(line) or self.one_line(line)) is not None:
                return reply
            if self.is_last(line):
                return self.whole_reply()
        if self.broken:
            raise BadReply(self.broken)
        return None

    def one_line(self, line: bytes) -> Reply | None:
        """The reply that is this one line; None does not mean that it is none."""
        code = CODES.get(line[:4])
        if code is None or len(line) + 2 > LINE_LIMIT or not line.isascii():
            return None
        text = line.decode("ascii")
        if not text.isprintable():
            return None
        found = ENHANCED.match(text, 4)
        if found is not None and found[1] == text[0]:
            reply = Reply(code, found[0], text[found.end() + 1 :])
        else:
            reply = Reply(code, "", text[4:])
        if len(line) <= KNOWN_OCTETS and len(self.known) < KNOWN_REPLIES:
            self.known[line] = reply
        return reply

    def is_last(self, line: bytes) -> bool:
        """Take one line without its CRLF; True if it ends its reply."""
        code, mark = line[:3], line[3:4]
        if not (len(code) == 3 and code.isdigit() and b"200" <= code < b"600" and mark in (b" ", b"-", b"")):
            self.fail("no reply code")
        if self.code and code != self.code:
            self.fail("two codes in one reply")
        self.octets += len(line) + 2
        self.audit(line, len(line) + 2)
        self.code = code
        self.lines.append(line[4:])
        return mark != b"-"

    def whole_reply(self) -> Reply:
        lines, code = self.lines, self.code
        self.lines, self.code, self.octets = [], b"", 0
        return reply_of(code.decode("ascii"), lines)

    def look_at_unfinished(self, tail: bytes) -> None:
        """What has come of a line already shows that it will be none; the CR of a CRLF may be there."""
        self.octets += len(tail)
        try:
            self.audit(tail[:-1] if tail.endswith(b"\r") else tail, len(tail))
        finally:
            self.octets -= len(tail)

    def audit(self, octets: bytes, length: int) -> None:
        if b"\n" in octets or b"\r" in octets or b"\0" in octets:
            self.fail("a bare CR or LF, or a NUL")
        if length > LINE_LIMIT or self.octets > REPLY_LIMIT:
            self.fail("too long")

    def fail(self, why: str) -> None:
        self.broken = why
        self.buffer, self.at, self.lines = b"", 0, []
        raise BadReply(why)


def reply_of(code: str, lines: list[bytes]) -> Reply:
    """The value of a reply's lines, codes cut off; the enhanced code is taken out where all lines carry it."""
    texts = [decoded(line) for line in lines]
    enhanced = enhanced_code(code, texts[0])
    if enhanced:
        start = enhanced + " "
        if all(text.startswith(start) or text == enhanced for text in texts):
            cut = len(start)
            texts = [text[cut:] for text in texts]
        else:
            enhanced = ""
    return Reply(int(code), enhanced, texts[0], tuple(texts[1:]) if len(texts) > 1 else ())


def decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")  # RFC 6531 §3.7.4.2: replies may be UTF-8
    except UnicodeDecodeError:
        return line.decode("ascii", "backslashreplace")


def enhanced_code(code: str, text: str) -> str:
    """The RFC 3463 code that opens the text, "" if none does or if its class is not the reply's."""
    found = ENHANCED.match(text)
    return found[0] if found is not None and found[1] == code[0] else ""
