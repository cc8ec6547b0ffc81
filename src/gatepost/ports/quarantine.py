"""Messages that are held."""

from typing import Protocol

from gatepost.ports.backend import Envelope, Payload


class Quarantine(Protocol):
    """Durable storage of held messages."""

    async def put(self, transaction: str, envelope: Envelope, payload: Payload, reason: str) -> str:
        """On stable storage (file and directory fsynced) when it returns; the id under which it is held.

        Idempotent: the same content for the same recipients is held once.

        Raises:
            Unavailable: it is not on disk; nothing may be promised.
        """
