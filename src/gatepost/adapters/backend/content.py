"""In which pieces a message goes to the mail server: all at once if small, else never much of it in memory.

What comes in is dot-stuffed and has CRLF line ends only (`ports.backend.Payload`); here the final dot is added.
"""

from collections.abc import Iterator

from gatepost.ports.backend import Payload
from gatepost.smtp.client_commands import FINAL_DOT

ONE_WRITE = 256 * 1024  # octets up to which a message is handed to the transport whole
PIECE = 128 * 1024  # octets of one write of a larger one


def whole(payload: Payload) -> bytes:
    """A small message and its end, for one `write`."""
    chunks = [*payload.chunks(), FINAL_DOT]
    octets = b"".join(chunks)
    if octets == FINAL_DOT or octets.endswith(b"\r\n.\r\n"):
        return octets
    return octets[: -len(FINAL_DOT)] + b"\r\n" + FINAL_DOT


def pieces(payload: Payload) -> Iterator[bytes]:
    """A large message without its end."""
    for chunk in payload.chunks():
        if len(chunk) <= PIECE:
            yield chunk
        else:
            yield from (chunk[at : at + PIECE] for at in range(0, len(chunk), PIECE))


def end_after(octets: bytes) -> bytes:
    """The final dot on a line of its own (RFC 5321 §4.1.1.4), whatever the content's last octets are."""
    return FINAL_DOT if not octets or octets.endswith(b"\r\n") else b"\r\n" + FINAL_DOT
