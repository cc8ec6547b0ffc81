"""What is known of a connection, phase by phase.

Each stage extends the one before it, so a check that asks for `RcptStage` can read the client's
address and the sender without asking whether they are there yet. Stages are never mutated.
"""

from enum import Enum
from ipaddress import IPv4Address, IPv6Address

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.model.finding import NOTHING, Findings
from gatepost.model.limits import Limits
from gatepost.model.message import Message
from gatepost.model.tls import Tls

IPAddress = IPv4Address | IPv6Address


class Role(Enum):
    """What a listener is for (PRODUCT, "Two virtual servers")."""

    INBOUND = "inbound"
    SUBMISSION = "submission"
    INTERNAL = "internal"


class ConnectStage(Struct, frozen=True, kw_only=True, gc=False):
    """A client has connected; nothing has been said.

    Args:
        session: id of the connection, unique over nodes.
        listener: name of the listener, as in `[listeners.<name>]`.
        client_ip: the real client: behind a PROXY header or a trusted relay, what those say.
        limits: the listener's limits.
        now: Unix time in seconds at which this stage was reached.
        so_far: findings and typed results of earlier phases and earlier checks.
        client: what counts take for this client, see `gatepost.model.client`; "" = work it out.
        spoke_early: the client sent octets before the greeting (RFC 5321 §4.3.1).
        relay: the relay of ours that it comes through, None for none. Who is behind it only the message tells: until
            then `client_ip` is the relay's own.
    """

    session: str
    listener: str
    role: Role
    client_ip: IPAddress
    limits: Limits
    now: float
    so_far: Findings = NOTHING
    spoke_early: bool = False
    client: str = ""
    relay: IPAddress | None = None

    @property
    def is_relay(self) -> bool:
        """Nothing is known of the client itself."""
        return self.relay is not None and self.relay == self.client_ip


class HeloStage(ConnectStage, frozen=True, kw_only=True):
    """The client has given its name: `helo` as sent (printable, bounded); `esmtp` if by EHLO."""

    helo: str
    esmtp: bool
    tls: Tls | None = None


class MailStage(HeloStage, frozen=True, kw_only=True):
    """The reverse-path is known.

    Args:
        transaction: id of the mail transaction, in logs, replies and the trace.
        sender: None for the null sender `<>`.
        declared_size: octets by the SIZE parameter (RFC 1870), None if not given.
        body: "7BIT" or "8BITMIME".
        smtputf8: the SMTPUTF8 parameter was given (RFC 6531).
        user: login name where the client has authenticated, "" otherwise.
        messages_before: messages already accepted for judgement on this connection.
        octets_before: sum of their sizes in octets.
    """

    transaction: str
    sender: Address | None
    declared_size: int | None = None
    body: str = "7BIT"
    smtputf8: bool = False
    user: str = ""
    messages_before: int = 0
    octets_before: int = 0


class RcptStage(MailStage, frozen=True, kw_only=True):
    """One recipient is offered.

    Args:
        recipient: the mailbox offered.
        recipients_before: recipients accepted so far in this transaction.
        offered_before: RCPT commands seen so far in this transaction, refused ones included.
    """

    recipient: Address
    recipients_before: int = 0
    offered_before: int = 0


class DataStage(MailStage, frozen=True, kw_only=True):
    """The client wants to send content for `recipients`, all accepted."""

    recipients: tuple[Address, ...]


class MessageStage(DataStage, frozen=True, kw_only=True):
    """The whole message is here and well framed."""

    message: Message
