"""A well-behaved mail server that keeps what it is given: the backend of the demo and of tests (RFC 5321).

Lines end in CRLF only. What it took is in `received`, octet by octet, and in a directory if it was given one.
"""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from msgspec import Struct

from gatepost.testing.listening import LoopbackServer, Wire

KEYWORDS = frozenset(("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "CHUNKING"))
OK = "250 2.0.0 Ok"
BAD_SEQUENCE = "503 5.5.1 Bad sequence of commands"


class Received(Struct, frozen=True, kw_only=True):
    """One message as it came.

    Args:
        sender: between the brackets of MAIL; "" for the null sender.
        mail, rcpt: what followed `FROM:` and each `TO:`, parameters included.
        octets: content, dots unstuffed, every line end as it came.
        chunked: it came by BDAT.
    """

    helo: str
    sender: str
    recipients: tuple[str, ...]
    mail: str
    rcpt: tuple[str, ...]
    octets: bytes
    tls: bool
    chunked: bool = False


class Offer(Struct, frozen=True, kw_only=True):
    """What the server offers and refuses.

    Args:
        keywords: in EHLO, besides SIZE and STARTTLS.
        size: largest message in octets, None = SIZE is not offered.
        tls: offers STARTTLS with it.
        refuse: recipients and the reply line each of them gets.
        recipients: that exist; None = all.
    """

    keywords: frozenset[str] = KEYWORDS
    size: int | None = 50 * 1024 * 1024
    tls: ssl.SSLContext | None = None
    refuse: Mapping[str, str] = {}
    recipients: frozenset[str] | None = None


class Mailbox(LoopbackServer):
    """The server. `final` is what it says to the final dot; anything but 250 means that it keeps nothing."""

    def __init__(self, offer: Offer | None = None, directory: Path | None = None) -> None:
        super().__init__()
        self.offer = offer or Offer()
        self.directory = directory
        self.received: list[Received] = []
        self.final = ""

    async def converse(self, wire: Wire, index: int) -> None:
        await Session(self, wire).run()

    def keep(self, message: Received) -> str:
        """The reply to the whole message; it is kept before that is said."""
        if self.final and not self.final.startswith("250"):
            return self.final
        self.received.append(message)
        number = len(self.received)
        if self.directory is not None:
            (self.directory / f"{number:06}.eml").write_bytes(message.octets)
        return self.final or f"{OK}: queued as {number:06}"


class Session:
    """One connection."""

    def __init__(self, mailbox: Mailbox, wire: Wire) -> None:
        self.mailbox, self.wire, self.offer = mailbox, wire, mailbox.offer
        self.helo = ""
        self.is_secure = False
        self.is_over = False
        self.reset()
        self.verbs: dict[str, Callable[[str], Awaitable[None]]] = {
            "EHLO": self.ehlo,
            "HELO": self.hello,
            "MAIL": self.mail,
            "RCPT": self.rcpt,
            "DATA": self.data,
            "BDAT": self.bdat,
            "STARTTLS": self.starttls,
        }

    def reset(self) -> None:
        self.sender: str | None = None
        self.mail_said = ""
        self.recipients: list[tuple[str, str]] = []
        self.chunks: list[bytes] = []

    async def run(self) -> None:
        self.say("220 mailbox.test ESMTP")
        while not self.is_over:
            line = (await self.wire.until(b"\r\n")).decode("utf-8", "surrogateescape")
            verb, _, argument = line.partition(" ")
            await self.obey(verb.upper(), argument)

    def say(self, line: str) -> None:
        self.wire.say(line.encode("utf-8", "surrogateescape") + b"\r\n")

    async def obey(self, verb: str, argument: str) -> None:
        if verb in self.verbs:
            await self.verbs[verb](argument)
        elif verb == "QUIT":
            self.say("221 2.0.0 Bye")
            self.is_over = True
        elif verb in ("NOOP", "RSET"):
            if verb == "RSET":
                self.reset()
            self.say(OK)
        else:
            self.say("252 2.5.0 Send some mail" if verb == "VRFY" else "502 5.5.2 Command not recognized")

    async def hello(self, argument: str) -> None:
        self.helo = argument
        self.reset()
        self.say("250 mailbox.test")

    async def ehlo(self, argument: str) -> None:
        self.helo = argument
        self.reset()
        lines = ["mailbox.test", *sorted(self.offer.keywords)]
        if self.offer.size is not None:
            lines.append(f"SIZE {self.offer.size}")
        if self.offer.tls is not None and not self.is_secure:
            lines.append("STARTTLS")
        for line in lines[:-1]:
            self.say(f"250-{line}")
        self.say(f"250 {lines[-1]}")

    async def mail(self, argument: str) -> None:
        path, parameters = split_path(argument, "FROM:")
        size = parameter(parameters, "SIZE")
        if not self.helo or self.sender is not None:
            self.say(BAD_SEQUENCE)
        elif self.offer.size is not None and size.isdigit() and int(size) > self.offer.size:
            self.say("552 5.3.4 Message size exceeds fixed limit")
        else:
            self.sender, self.mail_said = path, argument[5:]
            self.say("250 2.1.0 Ok")

    async def rcpt(self, argument: str) -> None:
        path, _ = split_path(argument, "TO:")
        if self.sender is None:
            self.say(BAD_SEQUENCE)
        elif path in self.offer.refuse:
            self.say(self.offer.refuse[path])
        elif self.offer.recipients is not None and path not in self.offer.recipients:
            self.say("550 5.1.1 User unknown")
        else:
            self.recipients.append((path, argument[3:]))
            self.say("250 2.1.5 Ok")

    async def data(self, argument: str) -> None:
        if not self.recipients:
            self.say("554 5.5.1 No valid recipients" if self.sender is not None else BAD_SEQUENCE)
            return
        self.say("354 End data with <CR><LF>.<CR><LF>")
        stuffed = b"\r\n"  # the CRLF of the DATA line counts (RFC 5321 §4.1.1.4)
        self.wire.buffer = stuffed + self.wire.buffer
        octets = await self.wire.until(b"\r\n.\r\n") + b"\r\n"
        self.take(octets.replace(b"\r\n.", b"\r\n")[2:], chunked=False)

    async def bdat(self, argument: str) -> None:
        size, _, last = argument.partition(" ")
        chunk = await self.wire.exactly(int(size) if size.isdigit() else 0)
        if not self.recipients or "CHUNKING" not in self.offer.keywords:
            self.say(BAD_SEQUENCE)
            return
        self.chunks.append(chunk)
        if last.upper() == "LAST":
            self.take(b"".join(self.chunks), chunked=True)
        else:
            self.say(f"250 2.0.0 {len(chunk)} octets received")

    def take(self, octets: bytes, *, chunked: bool) -> None:
        message = Received(
            helo=self.helo,
            sender=self.sender or "",
            recipients=tuple(path for path, _ in self.recipients),
            mail=self.mail_said,
            rcpt=tuple(said for _, said in self.recipients),
            octets=octets,
            tls=self.is_secure,
            chunked=chunked,
        )
        too_big = self.offer.size is not None and len(octets) > self.offer.size
        self.say("552 5.3.4 Message size exceeds fixed limit" if too_big else self.mailbox.keep(message))
        self.reset()

    async def starttls(self, argument: str) -> None:
        if self.offer.tls is None or self.is_secure:
            self.say("503 5.5.1 Not offered")
        elif self.wire.buffer:
            self.say("554 5.5.0 Octets behind STARTTLS")
            self.is_over = True
        else:
            self.say("220 2.0.0 Ready to start TLS")
            await self.wire.flush()
            await self.wire.writer.start_tls(self.offer.tls)
            self.is_secure, self.helo = True, ""
            self.reset()


def split_path(argument: str, keyword: str) -> tuple[str, str]:
    """`FROM:<path> parameters`; quotes may hold a `>`."""
    text = argument[len(keyword) :].strip() if argument[: len(keyword)].upper() == keyword else ""
    quoted = False
    for at, character in enumerate(text):
        if character == '"' and text[at - 1] != "\\":
            quoted = not quoted
        elif character == ">" and not quoted:
            return text[1:at], text[at + 1 :]
    return text, ""


def parameter(parameters: str, name: str) -> str:
    for word in parameters.split():
        key, _, value = word.partition("=")
        if key.upper() == name:
            return value
    return ""
