"""What does the spam filter learn from what people do with held messages?

That a message was ham, if it is released to where it was sent: what is released to somebody else may be released for
him to look at. That it was spam, if it is deleted with these words. Whatever goes wrong here, the message is out.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from gatepost.app.spam_filter import spam_settings
from gatepost.app.teaching import kept, teach
from gatepost.config.settings import Settings
from gatepost.model.message import Message
from gatepost.ports.quarantine import Held
from gatepost.ports.unavailable import Unavailable

LARGEST = 32 * 1024 * 1024  # octets


class Kind(Struct, frozen=True):
    """What is taught, and by what it is known to whoever asks."""

    is_spam: bool
    source: str


RELEASED, CONFIRMED = Kind(False, "release"), Kind(True, "confirmed")


class QuarantineLessons:
    """`ports.quarantine.Learner`. It keeps what it is told until `teach`, since looking into a message has to wait.

    Args:
        complain: told why nothing could be taught.
    """

    def __init__(self, settings: Settings, complain: Callable[[str], object]) -> None:
        self.settings, self.complain = settings, complain
        self.waiting: dict[Kind, list[Message]] = {}

    def released(self, held: Held, octets: Iterator[bytes]) -> None:
        if held.to == str(held.recipient):
            self.add(RELEASED, held, octets)

    def confirmed(self, held: Held, octets: Iterator[bytes]) -> None:
        """Somebody says that it was spam. Raises `Unavailable` if it cannot be read."""
        self.add(CONFIRMED, held, octets)

    def add(self, kind: Kind, held: Held, octets: Iterator[bytes]) -> None:
        if held.size <= LARGEST and spam_settings(self.settings).enabled:
            own = b"".join(octets)[len(held.ours) :]
            self.waiting.setdefault(kind, []).append(kept(own, len(own)))

    async def teach(self) -> None:
        """Never raises for what an operator can mend."""
        waiting, self.waiting = self.waiting, {}
        for kind, messages in waiting.items():
            try:
                await teach(self.settings, messages, kind.is_spam, lambda done: None, kind.source)
            except Unavailable as error:
                self.complain(f"the spam filter has learned nothing from it: {error}")
