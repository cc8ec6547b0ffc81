"""What looks into a message."""

from collections.abc import Awaitable
from typing import Protocol

from gatepost.model.inspection import Inspection
from gatepost.model.message import Message


class Inspector(Protocol):
    """Reads a message in every way in which it could be read, and everything in it, within budgets."""

    def inspect(self, message: Message) -> Inspection | Awaitable[Inspection]:
        """At once where the message is small and plain; elsewhere in a process of its own.

        Raises:
            Unavailable: no process could be had, or it died of this message twice. A message that is too much for
                it is no failure: what ran out is named in the inspection.
        """
