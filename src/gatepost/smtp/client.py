"""The asking side of SMTP, without I/O: commands out, as many replies in as commands (RFC 5321 §4.2, RFC 2920).

A mail server is not believed ahead of time: octets that come before the command they would answer are an
error, never kept for later (ARCHITECTURE §5 rule 7). That also throws away what an attacker on the network
puts behind the 220 to STARTTLS (CVE-2021-38371).
"""

from gatepost.model.reply import Reply
from gatepost.ports.backend import Extensions
from gatepost.smtp.reply_reader import BadReply, ReplyReader

GO_AHEAD_OCTETS = 512  # servers say the same to every group of commands, and most of it is less
UNLIMITED = 2**63 - 1
"""`Extensions.size` where the server offers SIZE but names no maximum (RFC 1870 §4)."""


class ClientProtocol:
    """Counts what was asked against what was answered. Owned by one connection; starts by awaiting the greeting."""

    __slots__ = ("awaited", "go_ahead", "reader")

    def __init__(self, awaited: int = 1) -> None:
        self.reader = ReplyReader()
        self.awaited = awaited
        self.go_ahead = (0, b"")

    def asked(self, commands: int) -> None:
        """So many commands (or the final dot) are about to be sent.

        Raises:
            BadReply: octets are here already that would be taken for their replies.
        """
        if self.awaited == 0 and not self.reader.is_empty:
            raise BadReply("the server spoke out of turn")
        self.awaited += commands

    def receive(self, octets: bytes) -> None:
        self.reader.receive(octets)

    def has_go_ahead(self, octets: bytes) -> bool:
        """The same octets as `remember` was told of answer as many commands, so they mean the same; they are taken."""
        if (self.awaited, octets) != self.go_ahead or not self.reader.is_empty:
            return False
        self.awaited = 0
        return True

    def remember(self, commands: int, octets: bytes) -> None:
        """These octets were all the replies to so many commands, and the last was the 354 that lets content follow."""
        if len(octets) <= GO_AHEAD_OCTETS:
            self.go_ahead = commands, octets

    def next_reply(self) -> Reply | None:
        """The reply to the oldest command that has none, None if more octets are needed.

        Raises:
            BadReply: it is no reply, or nothing was asked.
        """
        if self.awaited:
            reply = self.reader.next_reply()
            if reply is not None:
                self.awaited -= 1
            return reply
        if self.reader.is_empty:
            return None
        raise BadReply("the server spoke out of turn")

    @property
    def is_quiet(self) -> bool:
        """Everything asked was answered, and nothing more was said."""
        return self.awaited == 0 and self.reader.is_empty


def extensions_of(ehlo: Reply) -> Extensions:
    """What a 250 to EHLO offers (RFC 5321 §4.1.1.1); keywords in any case, unknown ones passed over."""
    offered: dict[str, str] = {}
    for text in ehlo.more:
        keyword, _, argument = text.strip().partition(" ")
        offered.setdefault(keyword.upper(), argument.strip())
    return Extensions(
        size=size_limit(offered["SIZE"]) if "SIZE" in offered else None,
        eight_bit_mime="8BITMIME" in offered,
        smtputf8="SMTPUTF8" in offered,
        dsn="DSN" in offered,
        pipelining="PIPELINING" in offered,
        starttls="STARTTLS" in offered,
    )


def size_limit(argument: str) -> int | None:
    """RFC 1870 §4: a number of up to 20 digits; none or 0 means no fixed maximum; nonsense is as good as no offer."""
    if not argument:
        return UNLIMITED
    if not (argument.isascii() and argument.isdigit() and len(argument) <= 20):
        return None
    return min(int(argument), UNLIMITED) or UNLIMITED


def common_to(offers: tuple[Extensions, ...]) -> Extensions:
    """What every one of several servers offers; the safe minimum where there are none."""
    if not offers:
        return Extensions()
    sizes = [offer.size for offer in offers if offer.size is not None]
    return Extensions(
        size=min(sizes) if sizes else None,
        eight_bit_mime=all(offer.eight_bit_mime for offer in offers),
        smtputf8=all(offer.smtputf8 for offer in offers),
        dsn=all(offer.dsn for offer in offers),
        pipelining=all(offer.pipelining for offer in offers),
        starttls=all(offer.starttls for offer in offers),
    )
