"""Fuzz target: whatever a mail server says, in whatever pieces, to a delivery of one message.

`TestOneInput` breaks (AssertionError) if a message counts as taken without a 250 to its final dot, if content
is asked for though somebody was refused, or if the pieces in which the octets come change what happens.
"""

import sys

from gatepost.model.address import Address, Domain
from gatepost.model.reply import Reply
from gatepost.ports.backend import Envelope, Extensions
from gatepost.smtp.client import ClientProtocol, extensions_of
from gatepost.smtp.client_transaction import Next, Transaction
from gatepost.smtp.reply_reader import BadReply

RECIPIENTS = tuple(Address(name, Domain("example.test")) for name in ("bob", "eve"))
GREETING = b"220 hi\r\n"
ENVELOPE = Envelope(sender=None, recipients=RECIPIENTS, size=100)


class Delivery:
    """One message on one connection, and everything that happens to it."""

    def __init__(self, pipelining: bool) -> None:
        self.client = ClientProtocol()
        self.pipelining = pipelining
        self.transaction: Transaction | None = None
        self.seen: list[str] = []

    def take(self, reply: Reply) -> None:
        self.seen.append(str(reply))
        assert reply.encode().endswith(b"\r\n")
        extensions_of(reply)
        transaction = self.transaction
        if transaction is None:  # the greeting
            transaction = self.transaction = Transaction(ENVELOPE, Extensions(pipelining=self.pipelining))
            self.client.asked(len(transaction.commands) if self.pipelining else 1)
            return
        following = transaction.take(reply)
        if following is Next.CONTENT:
            assert not transaction.refused and transaction.failure is None
            self.client.asked(1)
            transaction.dot_said()
        elif following is Next.COMMAND:
            self.client.asked(1)

    @property
    def is_over(self) -> bool:
        return self.transaction is not None and self.transaction.outcome is not None

    def receive(self, octets: bytes) -> None:
        self.client.receive(octets)
        while not self.is_over and (reply := self.client.next_reply()) is not None:
            self.take(reply)


def deliver(pieces: list[bytes], pipelining: bool) -> list[str]:
    delivery = Delivery(pipelining)
    try:
        for piece in pieces:
            if not delivery.is_over:
                delivery.receive(piece)
    except BadReply:
        delivery.seen.append("bad")
    outcome = delivery.transaction.outcome if delivery.transaction is not None else None
    if outcome is not None and outcome.taken:
        assert delivery.transaction.content_said and outcome.reply.code == 250
    return [*delivery.seen, repr(outcome)]


def TestOneInput(data: bytes) -> None:
    size, pipelining, octets = data[:1][0] % 16 + 1 if data else 1, data[:1] >= b"\x80", data[1:]
    whole = deliver([GREETING, octets], pipelining)
    in_pieces = deliver([GREETING, *(octets[at : at + size] for at in range(0, len(octets), size))], pipelining)
    if pipelining and "bad" not in whole:  # else: what came ahead of its command in one case came after it in the other
        assert in_pieces == whole


if __name__ == "__main__":
    import atheris

    atheris.instrument_all()
    atheris.Setup(sys.argv, TestOneInput)
    atheris.Fuzz()
