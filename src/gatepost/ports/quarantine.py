"""Messages that are held."""

from typing import Protocol

from gatepost.ports.backend import Envelope, Payload


class Holdable(Payload, Protocol):
    """A payload that begins with fields of our own, which differ with every try of the client."""

    @property
    def ours(self) -> int:
        """Octets of these fields; all that follows is the client's."""


class Quarantine(Protocol):
    """Durable storage of held messages."""

    async def put(self, transaction: str, envelope: Envelope, payload: Holdable, reason: str) -> str:
        """On stable storage (file and directory fsynced) when it returns; the id under which it is held.

        Idempotent: the client's octets for the same sender and recipients are held once.

        Raises:
            Unavailable: it is not on disk; nothing may be promised.
        """
