"""How is spamd asked (SPAMC/1.5, SYMBOLS)? The message, behind the fields that a mail server would have put on top.

SpamAssassin takes the client, its name and the reverse-path from these fields: what is below them was written by
strangers, and must not be taken for a line of ours.
"""

from collections.abc import Iterator

from gatepost.adapters.engines.arrival import Arrival
from gatepost.ports.scanner import Sample
from gatepost.syntax.date import rfc5322_date

FENCE = b"X-Envelope: end\r\n"
"""Stands between our fields and a message that begins with white space, which would continue the last of them."""
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_{|}~.@")


def request(arrival: Arrival, sample: Sample, hostname: str, user: str) -> Iterator[bytes]:
    """All octets of it, piece by piece. Raises OSError.

    Args:
        hostname: ours.
        user: whose preferences are used, "" for those of whom it runs as.
    """
    chunks = sample.chunks()
    first = next(chunks, b"")
    head = fields(arrival, hostname) + (FENCE if first[:1] in (b" ", b"\t") else b"")
    asked = f"SYMBOLS SPAMC/1.5\r\nContent-length: {len(head) + sample.size}\r\n"
    yield (asked + (f"User: {user}\r\n\r\n" if user else "\r\n")).encode("ascii") + head
    yield first
    yield from chunks


def fields(arrival: Arrival, hostname: str) -> bytes:
    """Return-Path (RFC 5321 §4.4) and Received, in a form from which SpamAssassin reads client and reverse-path."""
    path = f"Return-Path: <{arrival.sender}>\r\n"
    if not arrival.ip:
        return path.encode()
    ip = f"IPv6:{arrival.ip}" if ":" in arrival.ip else arrival.ip
    protocol = ("ESMTP" if arrival.esmtp else "SMTP") + ("S" if arrival.tls and arrival.esmtp else "")
    is_plain = bool(arrival.sender) and PLAIN.issuperset(arrival.sender)
    came_from = f"\r\n\t(envelope-from <{arrival.sender}>)" if is_plain else ""
    received = (
        f"Received: from {arrival.helo or 'unknown'} ({arrival.name or 'unknown'} [{ip}])\r\n"
        f"\tby {hostname} (Gatepost) with {protocol} id {arrival.transaction}{came_from};\r\n"
        f"\t{rfc5322_date(arrival.now)}\r\n"
    )
    return (path + received).encode()
