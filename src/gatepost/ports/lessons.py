"""Where is put down what a message is to teach the spam filter?"""

from typing import Protocol

from gatepost.model.inspection import Inspection
from gatepost.model.message import Message


class LessonBox(Protocol):
    """Emptied by somebody else, soon. Never waits."""

    def put(self, message: Message, seen: Inspection, *, is_spam: bool, source: str) -> None:
        """One lesson. It may be lost where the machine stops: nobody's mail is in it.

        Args:
            source: by which it is known to whoever asks what has taught the filter.

        Raises:
            Unavailable: it cannot be written, or nobody empties the box.
        """
