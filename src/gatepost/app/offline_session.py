"""How does a session go when nobody is at the other end? Commands in, octet by octet, as a client would say them.

The protocol core and the session are the gateway's own; answers are noted at once, whatever they would wait for.
"""

from ipaddress import IPv4Address, IPv6Address

from msgspec import Struct

from gatepost.gateway.answer import Answer
from gatepost.gateway.dialogue import answer_to
from gatepost.gateway.listener import Listener
from gatepost.gateway.mail_dialogue import content
from gatepost.gateway.session import Session
from gatepost.gateway.transaction import Place
from gatepost.model.address import Address, text
from gatepost.model.client import client_of
from gatepost.model.reply import Reply
from gatepost.model.stage import ConnectStage
from gatepost.model.tls import Tls
from gatepost.model.trace import End
from gatepost.smtp.content import Stuffer
from gatepost.smtp.events import ChunkEnd, Content, EndOfContent, Event, Plain
from gatepost.smtp.server import ServerProtocol

NODE = "test"
PIECE = 256 * 1024  # octets of content given at a time
CLOSING = (421, 521)


class Attempt(Struct, frozen=True, kw_only=True):
    """What a client would do.

    Args:
        helo: its name, as it would say it.
        sender: None = the null sender.
        tls: what it would be spoken over.
        octets: the message as it is, dots unstuffed; CR and NUL where they are.
    """

    listener: str
    client_ip: IPv4Address | IPv6Address
    helo: str
    sender: Address | None
    recipients: tuple[Address, ...]
    octets: bytes
    tls: Tls | None = None


class Dialogue:
    """One session, and the protocol core before it; `last` is what was said last."""

    def __init__(self, listener: Listener, attempt: Attempt) -> None:
        now = listener.outside.clock.now()
        at = ConnectStage(
            session=listener.ids.next(now), listener=listener.name, role=listener.role, client_ip=attempt.client_ip,
            limits=listener.limits, now=now,
        )  # fmt: skip
        place = Place(NODE, 0, client_of(attempt.client_ip), str(attempt.client_ip), 0, "")
        self.session = Session(listener, at, place)
        terms = listener.terms(tls_active=attempt.tls is not None)
        self.core = ServerProtocol(listener.table, terms, normalize_lf=listener.normalizes(attempt.client_ip))
        if attempt.tls is not None:
            self.session.tls_started(attempt.tls)
            self.core.tls_started()
        self.last = Reply(0, "", "")

    @property
    def is_well(self) -> bool:
        """The last answer was no refusal."""
        return self.last.code < 400

    async def say(self, octets: bytes) -> None:
        self.core.receive(octets)
        while (event := self.core.next_event()) is not None:
            if isinstance(event, Content | EndOfContent | ChunkEnd):
                content(self.session, event.octets)
            if not isinstance(event, Content):
                await self.take(event)

    async def take(self, event: Event) -> None:
        pending = answer_to(self.session, event)
        answer = pending if isinstance(pending, Answer) else await pending
        self.session.note(event, answer)
        self.core.reply(answer.reply)
        if answer.close:
            self.core.close()
        self.last = answer.reply

    def end(self) -> None:
        """The client goes; what is still open is recorded as what was said last."""
        code = self.last.code
        if code in CLOSING:
            end = End.DROPPED
        elif code >= 500:
            end = End.REFUSED
        else:
            end = End.DEFERRED if code >= 400 else End.IDLE
        self.session.closed(end, self.last)


async def play(listener: Listener, attempt: Attempt) -> None:
    """One message, as far as it is let; its trace goes to the listener's journal."""
    dialogue = Dialogue(listener, attempt)
    await dialogue.take(Plain(""))
    for command in opening(dialogue, attempt):
        if dialogue.is_well:
            await dialogue.say(command)
    if dialogue.is_well:
        for recipient in attempt.recipients:
            await dialogue.say(f"RCPT TO:<{recipient}>\r\n".encode())
    if dialogue.session.transaction is not None and dialogue.session.transaction.recipients:
        await give_content(dialogue, attempt.octets)
    dialogue.end()


def opening(dialogue: Dialogue, attempt: Attempt) -> tuple[bytes, bytes]:
    """EHLO and MAIL, with the parameters that a careful client adds."""
    offer = dialogue.core.offer
    command = f"MAIL FROM:<{text(attempt.sender)}> SIZE={len(attempt.octets)}"
    if offer.eight_bit_mime and not attempt.octets.isascii():
        command += " BODY=8BITMIME"
    mailboxes = (*attempt.recipients, *((attempt.sender,) if attempt.sender else ()))
    if offer.smtputf8 and not all(mailbox.is_ascii for mailbox in mailboxes):
        command += " SMTPUTF8"
    return f"EHLO {attempt.helo}\r\n".encode(), f"{command}\r\n".encode()


async def give_content(dialogue: Dialogue, octets: bytes) -> None:
    await dialogue.say(b"DATA\r\n")
    if dialogue.last.code != 354:
        return
    stuffed, _ = Stuffer().stuff(octets)
    end = b".\r\n" if stuffed.endswith(b"\r\n") or not stuffed else b"\r\n.\r\n"
    whole = stuffed + end
    for start in range(0, len(whole), PIECE):
        await dialogue.say(whole[start : start + PIECE])
