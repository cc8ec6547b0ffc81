"""What a receiver that is strict and does nothing else makes of a client's octets: the reference for random sessions.

Written without a look at the gateway: whole octets in, messages out. It never refuses for what is pipelined, so
what the gateway takes is what this takes, or the beginning of it.
"""

import re

from tests.attacks.smuggling import begins_with_fold, canonical, end_of, is_well_framed, of_chunks

BDAT = re.compile(rb"(?i)BDAT (\d{1,12})( LAST)?")


class Strict:
    """Messages accepted from `stream`, as a backend is to get them."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.messages: list[bytes] = []
        self.greeted = False
        self.forget()
        while self.take_line():
            pass

    def forget(self) -> None:
        self.sender = self.recipient = False
        self.chunks: bytes | None = None

    def take_line(self) -> bool:
        """One command with all that belongs to it; False if the session is over."""
        line, feed, rest = self.stream.partition(b"\n")
        if not feed or not line.endswith(b"\r") or b"\r" in line[:-1] or b"\0" in line:
            return False
        self.stream = rest
        command = line[:-1]
        chunk = BDAT.fullmatch(command)
        if chunk:
            return self.take_chunk(int(chunk[1]), bool(chunk[2]))
        match command[:4].upper():
            case b"DATA" if command.upper() == b"DATA" and self.recipient and self.chunks is None:
                return self.take_data()
            case b"QUIT":
                return False
            case verb:
                self.note(verb, command)
                return True

    def note(self, verb: bytes, command: bytes) -> None:
        well_formed = command.endswith((b".test>", b".test"))
        match verb:
            case b"EHLO" | b"HELO" if well_formed:
                self.greeted = True
                self.forget()
            case b"RSET":
                self.forget()
            case b"MAIL" if well_formed and self.greeted:
                self.sender = True
            case b"RCPT" if well_formed and self.sender and self.chunks is None:
                self.recipient = True

    def end_with(self, message: bytes) -> None:
        if not begins_with_fold(message):
            self.messages.append(message)
        self.forget()

    def take_data(self) -> bool:
        end = end_of(self.stream)
        if end < 0:
            return False
        content, self.stream = self.stream[: end - 3], self.stream[end:]
        if not is_well_framed(content):
            return False
        self.end_with(canonical(content))
        return True

    def take_chunk(self, size: int, last: bool) -> bool:
        chunk, self.stream = self.stream[:size], self.stream[size:]
        if len(chunk) < size:
            return False
        if not self.recipient:
            return True
        self.chunks = (self.chunks or b"") + chunk
        if last:
            message = of_chunks(self.chunks)
            if message is None:
                return False
            self.end_with(message)
        return True
