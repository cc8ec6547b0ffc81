"""What does the spam filter learn when somebody releases a message? That it was ham, if it goes where it was sent.

What is released to somebody else may be released for him to look at. Whatever goes wrong here, the message is out.
"""

from collections.abc import Callable, Iterator

from gatepost.app.teaching import kept, teach
from gatepost.config.settings import Settings
from gatepost.model.message import Message
from gatepost.ports.quarantine import Held
from gatepost.ports.unavailable import Unavailable

SOURCE = "release"
LARGEST = 32 * 1024 * 1024  # octets


class ReleaseLessons:
    """`ports.quarantine.Learner`. It keeps what it is told until `teach`, since looking into a message has to wait.

    Args:
        complain: told why nothing could be taught.
    """

    def __init__(self, settings: Settings, complain: Callable[[str], object]) -> None:
        self.settings, self.complain = settings, complain
        self.waiting: list[Message] = []

    def released(self, held: Held, octets: Iterator[bytes]) -> None:
        if held.to != str(held.recipient) or held.size > LARGEST or not self.is_wanted():
            return
        own = b"".join(octets)[len(held.ours) :]
        self.waiting.append(kept(own, len(own)))

    def is_wanted(self) -> bool:
        return self.settings.checks.sections()["spam"].enabled

    async def teach(self) -> None:
        """Never raises for what an operator can mend."""
        messages, self.waiting = self.waiting, []
        if not messages:
            return
        try:
            await teach(self.settings, messages, False, lambda done: None, SOURCE)
        except Unavailable as error:
            self.complain(f"the spam filter has learned nothing from it: {error}")
