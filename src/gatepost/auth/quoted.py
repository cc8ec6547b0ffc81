"""Which messages does a bounce, or another automatic answer, speak of?

A delivery status notification carries the message or its header (RFC 6522 §3), a receipt an Original-Message-ID
(RFC 8098 §3.1), an automatic reply an In-Reply-To (RFC 3834 §3.1.5). Wherever such a field stands in the first 128 KiB
it is read, in any part and behind any marks of quotation: to know an id is enough. Linear, and bounded in what it looks
at.
"""

from collections.abc import Iterator

from gatepost.auth.sent_mail import identity
from gatepost.model.message import Message

READ = 128 * 1024  # octets
NAMES = (b"message-id:", b"in-reply-to:")  # the first ends Original-Message-ID too
FIELD = 400  # octets behind the colon: a fold and an id
TRIES = 64  # places looked at for each name
MOST = 8  # ids


def quoted_ids(message: Message) -> tuple[str, ...]:
    """At most eight different ids, as `sent_mail.identity` has them; its own is among them."""
    octets = beginning(message).lower()
    found: dict[str, None] = {}
    for name in NAMES:
        for value in values(octets, name):
            if len(found) < MOST and (known := identity(value)):
                found[known] = None
    return tuple(found)


def values(octets: bytes, name: bytes) -> Iterator[str]:
    """What stands behind the name, its own line and the next."""
    at = 0
    for _ in range(TRIES):
        at = octets.find(name, at)
        if at < 0:
            return
        at += len(name)
        lines = octets[at : at + FIELD].split(b"\r\n", 2)
        folded = lines[0] if lines[0].strip() or len(lines) < 2 else lines[1]
        yield folded.decode("ascii", "replace")  # as the gateway notes it of what goes out


def beginning(message: Message) -> bytes:
    pieces, size = [], 0
    for chunk in message.content.chunks():
        pieces.append(chunk)
        size += len(chunk)
        if size >= READ:
            break
    return b"".join(pieces)[:READ]


def is_receipt(message: Message) -> bool:
    """A read receipt (RFC 8098 §3): it goes to an address in the header, which no signature of a sender can be in."""
    return any(b"disposition-notification" in field.value.lower() for field in message.fields("content-type"))
