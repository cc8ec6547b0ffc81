"""The mail server behind the gateway."""

from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.model.reply import Reply
from gatepost.model.tls import Tls


class Envelope(Struct, frozen=True, kw_only=True):
    """What is said before the content; all of it values, re-said by the backend's own dialogue.

    Args:
        size: octets of content after unstuffing, for SIZE where the backend offers it.
        body: "7BIT" or "8BITMIME".
        ret, envid: DSN parameters of MAIL (RFC 3461), "" if none.
        notify, orcpt: DSN parameters for each recipient, parallel to `recipients`, "" if none.
    """

    sender: Address | None
    recipients: tuple[Address, ...]
    size: int
    body: str = "7BIT"
    smtputf8: bool = False
    ret: str = ""
    envid: str = ""
    notify: tuple[str, ...] = ()
    orcpt: tuple[str, ...] = ()


class Payload(Protocol):
    """Dot-stuffed octets with CRLF line ends only, without the final dot line."""

    @property
    def size(self) -> int: ...

    def chunks(self) -> Iterator[bytes]: ...


class Delivery(Struct, frozen=True, kw_only=True):
    """What the backend made of it.

    Args:
        host: `address:port` that answered.
        reply: its reply to the final dot where it came so far, else the reply that ended the dialogue.
        taken: it said 250 to the final dot, for every recipient of the envelope. Only then is it responsible.
        refused: recipients it refused and its replies; none of them means content was sent (rule 6).
        doubtful: content was sent and no clear answer came: it may have the message.
    """

    host: str
    reply: Reply
    taken: bool
    refused: tuple[tuple[Address, Reply], ...] = ()
    doubtful: bool = False
    tls: Tls | None = None
    elapsed: float = 0.0


class Extensions(Struct, frozen=True, kw_only=True):
    """What a backend offered in its last EHLO; the safe minimum until it has been asked."""

    size: int | None = None
    eight_bit_mime: bool = False
    smtputf8: bool = False
    dsn: bool = False
    pipelining: bool = False
    starttls: bool = False


class Backend(Protocol):
    """One `[backends.<name>]`, all its hosts."""

    name: str

    def extensions(self) -> Extensions:
        """What every healthy host offers; never waits."""

    async def deliver(self, envelope: Envelope, payload: Payload) -> Delivery:
        """One transaction. Recipients refused by the backend: no DATA at all (ARCHITECTURE §5 rule 6).

        Raises:
            Unavailable: no host could be reached before any content was sent; nobody has the message.
        """

    async def verify(self, sender: Address | None, recipient: Address) -> Reply:
        """What the backend says to RCPT; nothing is sent (callout). Raises `Unavailable`."""
