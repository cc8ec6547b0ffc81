"""What knows malware by signatures that others keep: antivirus engines."""

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from msgspec import Struct

from gatepost.model.message import Message


class Sample(Protocol):
    """Octets to be looked at as a recipient would have them: a message without dot-stuffing, or one thing in it."""

    @property
    def size(self) -> int:
        """How many octets."""

    @property
    def digest(self) -> str:
        """SHA-256 of them in hex."""

    def chunks(self) -> Iterator[bytes]:
        """All of it from the start, in order; may be called again."""

    def descriptor(self) -> int:
        """Of a regular file that holds just that, open for reading; its owner closes it when the scan is over."""


@runtime_checkable
class HasDescriptor(Protocol):
    """A `model.message.Content` that may lie in a file."""

    descriptor: int
    """Of that file, whose octets are those of the content; -1 where it lies in memory."""


class Scanned(Struct, frozen=True, kw_only=True):
    """What one engine says of one sample. With neither `infected` nor `unscannable` it found nothing.

    Args:
        engine: its name, as in `[engines.<name>]`.
        infected: what it found, by its own names; printable, bounded.
        unscannable: why it could not look into all of it, "" if it could.
        version: of the engine and of its signatures, "" if unknown.
        signatures: Unix time at which those were made, 0 if unknown.
    """

    engine: str
    infected: tuple[str, ...] = ()
    unscannable: str = ""
    version: str = ""
    signatures: float = 0.0


class Silent(Struct, frozen=True, kw_only=True):
    """An engine that gave no answer.

    Args:
        required: no message shall pass without one.
    """

    engine: str
    reason: str
    required: bool = True


class Version(Struct, frozen=True, kw_only=True):
    """What an engine is, see `Scanned`."""

    version: str = ""
    signatures: float = 0.0


class Scanner(Protocol):
    """One engine. It keeps its own time limits."""

    name: str

    async def scan(self, sample: Sample) -> Scanned:
        """Raises `Unavailable`: it is down, too slow, or what it says cannot be understood; never "clean" then."""

    async def version(self) -> Version:
        """Of the engine that would be asked now. Raises `Unavailable`."""


class Scanners(Protocol):
    """All engines. Of the same octets one scan is under way at a time, however many ask for it."""

    async def scan(self, content: Message | bytes, engines: tuple[str, ...]) -> tuple[Scanned | Silent, ...]:
        """What each engine says that is asked here, in the order of `engines`; rules are matched elsewhere.

        Args:
            content: a whole message, or one decoded thing out of it.

        Raises:
            Unavailable: the content cannot be read, or there is no engine of such a name.
        """
