"""What do other spam engines say of a message? Their score is evidence, never a verdict."""

from typing import Protocol

from msgspec import Struct

from gatepost.model.stage import MessageStage


class SecondOpinion(Struct, frozen=True, kw_only=True):
    """What one engine says of one message.

    Args:
        engine: its name, as in `[engines.<name>]`.
        score: in the engine's own points, positive for spam; finite.
        threshold: the score from which that engine itself calls a message spam; finite, above 0.
        rules: names of its rules that matched, the weightiest first where it tells their weight; bounded, printable.
    """

    engine: str
    score: float
    threshold: float
    rules: tuple[str, ...] = ()

    @property
    def is_spam(self) -> bool:
        """The engine itself says so."""
        return self.score >= self.threshold


class NoOpinion(Struct, frozen=True, kw_only=True):
    """An engine that gave no answer, and why."""

    engine: str
    reason: str


class SecondOpinions(Protocol):
    """All spam engines that are asked."""

    async def ask(self, at: MessageStage, engines: tuple[str, ...]) -> tuple[SecondOpinion | NoOpinion, ...]:
        """What each engine says, in the order of `engines`, all asked at once, each within its own time limit.

        One that takes no message of that size is not asked, and says nothing.

        Raises:
            Unavailable: the message cannot be read, or there is no engine of such a name.
        """
