"""Fuzz target: whatever a mail server says, in whatever pieces, to a delivery of one message.

`TestOneInput` breaks (AssertionError) if a message counts as taken without a 250 to its final dot, if content
is asked for though somebody was refused, or if the pieces in which the octets come change what happens.
"""

import sys

from gatepost.model.address import Address, Domain
from gatepost.ports.backend import Envelope, Extensions
from gatepost.smtp.client import ClientProtocol, extensions_of
from gatepost.smtp.client_transaction import Next, Transaction
from gatepost.smtp.reply_reader import BadReply

RECIPIENTS = tuple(Address(name, Domain("example.test")) for name in ("bob", "eve"))
GREETING = b"220 hi\r\n"
ENVELOPE = Envelope(sender=None, recipients=RECIPIENTS, size=100)


def deliver(pieces: list[bytes], pipelining: bool) -> list[str]:
    """Everything that happens until the connection is of no more use."""
    client, transaction, seen = ClientProtocol(), None, []
    try:
        for piece in pieces:
            client.receive(piece)
            while (reply := client.next_reply()) is not None:
                seen.append(str(reply))
                reply.encode()
                extensions_of(reply)
                if transaction is None:  # the greeting
                    transaction = Transaction(ENVELOPE, Extensions(pipelining=pipelining))
                    client.asked(len(transaction.commands) if pipelining else 1)
                    continue
                following = transaction.take(reply)
                if following is Next.CONTENT:
                    assert not transaction.refused and transaction.failure is None
                    client.asked(1)
                    transaction.dot_said()
                elif following is Next.COMMAND:
                    client.asked(1)
                elif following is not Next.REPLY:
                    break
            if transaction is not None and transaction.outcome is not None:
                break
    except BadReply:
        seen.append("bad")
    outcome = transaction and transaction.outcome
    if outcome and outcome.taken:
        assert transaction.content_said and outcome.reply.code == 250
    seen.append(repr(outcome))
    return seen


def TestOneInput(data: bytes) -> None:  # noqa: N802  the name the fuzzer looks for
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
