"""One message, or one question about a recipient, put to a mail server: what it answers, and what may follow.

RFC 5321 §3.3, §4.5.3.2; RFC 2920 where commands are pipelined. Nothing here waits: replies in, what to do
next out. The two rules that must never break: *taken* is only a 250 to the final dot, and no content is
sent where any recipient was refused (ARCHITECTURE §5 rules 5 and 6). DATA is pipelined behind the RCPTs
although one of them may yet be refused; if the server then says 354 all the same, the only way back
without delivering an empty message is to drop the connection: nothing was sent, so nothing is delivered.
"""

from abc import ABC, abstractmethod
from enum import Enum

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.model.reply import Reply
from gatepost.ports.backend import Envelope, Extensions
from gatepost.smtp.client_commands import DATA, mail, rcpt

LOST = Reply(451, "4.4.2", "The mail server did not finish; try again later")
NONSENSE = Reply(451, "4.5.0", "The mail server gave an unexpected answer; try again later")
SOME_REFUSED = Reply(451, "4.5.1", "Not all recipients can be served at once; try again later")
TOO_BIG = Reply(552, "5.3.4", "Message size exceeds what the mail server takes")
NOT_UTF8 = Reply(553, "5.6.7", "The mail server does not take internationalized addresses")
NOT_8BIT = Reply(554, "5.6.1", "The mail server does not take 8-bit content")


class Next(Enum):
    """What the connection does after a reply."""

    REPLY = "reply"  # wait for another reply
    COMMAND = "command"  # send the next command
    CONTENT = "content"  # send content and the final dot
    OVER = "over"  # finished; the server is ready for the next transaction
    RESET = "reset"  # finished; RSET first
    LEAVE = "leave"  # finished, but the server awaits content that must not be sent: only closing helps
    DROP = "drop"  # finished in doubt: the connection is not to be used again


class Outcome(Struct, frozen=True):
    """How it ended; the fields mean what they mean in `ports.backend.Delivery`."""

    reply: Reply
    taken: bool = False
    refused: tuple[tuple[Address, Reply], ...] = ()
    doubtful: bool = False


def objection(envelope: Envelope, offered: Extensions) -> Reply | None:
    """Why this server need not be asked (RFC 1870 §6.1, RFC 6531 §3.2, RFC 6152 §3); None if it can be."""
    if offered.size is not None and envelope.size > offered.size:
        return TOO_BIG
    if envelope.smtputf8 and not offered.smtputf8:
        return NOT_UTF8
    if envelope.body == "8BITMIME" and not offered.eight_bit_mime:
        return NOT_8BIT
    return None


class Exchange(ABC):
    """MAIL and what comes after it; `commands` go out all at once (`pipelined`) or one after the other.

    Owned by one connection, for one use.
    """

    __slots__ = ("commands", "content_said", "last_to_agree", "outcome", "pipelined", "replies")

    def __init__(self, commands: tuple[bytes, ...], pipelined: bool) -> None:
        self.commands = commands
        self.pipelined = pipelined
        self.last_to_agree = len(commands) - 1 if pipelined else 0  # a 250 before it only means: wait for the next
        self.replies = 0
        self.content_said = False
        self.outcome: Outcome | None = None

    def take(self, reply: Reply) -> Next:
        """The next reply has come; what follows from it."""
        at = self.replies
        self.replies = at + 1
        if at < self.last_to_agree and reply.code == 250:
            return Next.REPLY
        if reply.code == 421:  # RFC 5321 §3.8: the server is about to close
            return self.end(Outcome(Reply(451, reply.enhanced, reply.text), doubtful=self.content_said), Next.DROP)
        return self.after_mail(reply) if at == 0 else self.after(at, reply)

    @property
    def is_group(self) -> bool:
        """All its commands have been said at once, and none is answered."""
        return self.pipelined and not self.replies

    @property
    def is_agreed(self) -> bool:
        """Every command is answered and nothing has ended it: content may follow."""
        return self.replies == len(self.commands) and self.outcome is None

    def agree(self) -> None:
        """Every command of the group has been answered as one hopes."""
        self.replies = len(self.commands)

    @abstractmethod
    def after_mail(self, reply: Reply) -> Next:
        """What follows from the reply to MAIL."""

    @abstractmethod
    def after(self, at: int, reply: Reply) -> Next:
        """What follows from the reply to command `at`, counted from 0; to the final dot, once that is said."""

    def nonsense(self) -> Next:
        """A reply that has no meaning here: no telling what the server believes it was asked."""
        return self.end(Outcome(NONSENSE, doubtful=self.content_said), Next.DROP)

    def dot_said(self) -> None:
        """Content and final dot are handed to the network: from here on the server may have the message."""
        self.content_said = True

    def lost(self) -> Outcome:
        """The connection broke, or no reply came in time."""
        return Outcome(LOST, doubtful=self.content_said)

    def end(self, outcome: Outcome, following: Next) -> Next:
        self.outcome = outcome
        return following


class Transaction(Exchange):
    """MAIL, RCPT for each, DATA, content."""

    __slots__ = ("failure", "recipients", "refused")

    def __init__(self, envelope: Envelope, offered: Extensions) -> None:
        self.recipients = envelope.recipients
        if not self.recipients:
            raise ValueError("an envelope without recipients")
        rcpts = [rcpt(envelope, index, offered) for index in range(len(self.recipients))]
        super().__init__((mail(envelope, offered), *rcpts, DATA), offered.pipelining)
        self.refused: list[tuple[Address, Reply]] = []
        self.failure: Reply | None = None  # the reply to MAIL that refused the whole

    def after_mail(self, reply: Reply) -> Next:
        if reply.code == 250:
            return Next.REPLY if self.pipelined else Next.COMMAND
        if reply.code < 400:
            return self.nonsense()
        self.failure = reply
        return Next.REPLY if self.pipelined else self.end(Outcome(reply), Next.OVER)

    def after(self, at: int, reply: Reply) -> Next:
        if at <= len(self.recipients):
            return self.after_rcpt(reply, at - 1)
        return self.after_dot(reply) if self.content_said else self.after_data(reply)

    def after_rcpt(self, reply: Reply, index: int) -> Next:
        if reply.code >= 400:
            self.refused.append((self.recipients[index], reply))
        elif reply.code not in (250, 251):
            return self.nonsense()
        if self.pipelined:
            return Next.REPLY
        if index + 1 == len(self.recipients) and self.refused:
            return self.end(self.refusal(), Next.RESET)
        return Next.COMMAND

    def after_data(self, reply: Reply) -> Next:
        wanted = self.failure is None and not self.refused
        if reply.code == 354:
            return Next.CONTENT if wanted else self.end(self.refusal(), Next.LEAVE)
        if reply.code < 400:
            return self.nonsense()
        return self.end(Outcome(reply) if wanted else self.refusal(), Next.RESET)

    def after_dot(self, reply: Reply) -> Next:
        if reply.code == 250:
            return self.end(Outcome(reply, taken=True), Next.OVER)
        if reply.code < 400:
            return self.nonsense()
        return self.end(Outcome(reply), Next.OVER)

    def refusal(self) -> Outcome:
        """MAIL or recipients were refused: one reply for the whole, and each recipient's own."""
        if self.failure is not None:
            return Outcome(self.failure)
        refused = tuple(self.refused)
        if len(refused) < len(self.recipients):
            return Outcome(SOME_REFUSED, refused=refused)
        for _, reply in refused:
            if reply.code < 500:  # a later try may succeed for this one
                return Outcome(reply, refused=refused)
        return Outcome(refused[0][1], refused=refused)


class Callout(Exchange):
    """MAIL and RCPT for one recipient, nothing more; where it was `answered`, `outcome.reply` is the reply to RCPT."""

    __slots__ = ("answered", "mail_refused")

    def __init__(self, envelope: Envelope, offered: Extensions) -> None:
        super().__init__((mail(envelope, offered), rcpt(envelope, 0, offered)), offered.pipelining)
        self.answered = False
        self.mail_refused: Reply | None = None

    def after_mail(self, reply: Reply) -> Next:
        if reply.code == 250:
            return Next.REPLY if self.pipelined else Next.COMMAND
        if reply.code < 400:
            return self.nonsense()
        self.mail_refused = reply
        return Next.REPLY if self.pipelined else self.end(Outcome(reply), Next.OVER)

    def after(self, at: int, reply: Reply) -> Next:
        if self.mail_refused is not None:
            return self.end(Outcome(self.mail_refused), Next.RESET)
        if reply.code < 400 and reply.code not in (250, 251, 252):
            return self.nonsense()
        self.answered = True
        return self.end(Outcome(reply), Next.RESET)
