"""What streams are in this OLE storage (MS-CFB), within a budget?"""

from collections.abc import Iterator
from io import BytesIO

from msgspec import Struct
from olefile import OleFileIO

from gatepost.adapters.inspection.budget import Budget

LONGEST_PATH = 16  # storages within each other


class Stream(Struct, frozen=True):
    """One stream.

    Args:
        path: names of storages and its own, as written.
    """

    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its own, lower-case."""
        return self.path[-1].lower()

    @property
    def storage(self) -> tuple[str, ...]:
        """Where it is, lower-case."""
        return tuple(part.lower() for part in self.path[:-1])


class Storage:
    """Owned by one opener. Raises `OSError` and what else olefile raises if it is damaged."""

    def __init__(self, octets: bytes, budget: Budget) -> None:
        self.octets, self.budget = octets, budget
        self.ole = OleFileIO(BytesIO(octets))
        paths = self.ole.listdir(streams=True, storages=False)
        self.streams = tuple(Stream(tuple(path)) for path in paths if len(path) <= LONGEST_PATH)
        self.places: dict[tuple[str, ...], list[Stream]] = {}
        for stream in self.streams:
            self.places.setdefault(stream.storage, []).append(stream)

    def read(self, stream: Stream) -> bytes:
        """All of it, or as far as it goes. Streams may be said to lie over each other, any number of times."""
        self.budget.member()
        self.budget.room(min(self.ole.get_size(list(stream.path)), len(self.octets)))
        octets: bytes = self.ole.openstream(list(stream.path)).read()
        return octets

    def has(self, *names: str) -> bool:
        """At the root, whatever the case."""
        at_root = {stream.name for stream in self.within(())}
        return all(name.lower() in at_root for name in names)

    def named(self, name: str) -> Iterator[Stream]:
        """At any depth."""
        return (stream for stream in self.streams if stream.name == name.lower())

    def within(self, storage: tuple[str, ...]) -> list[Stream]:
        return self.places.get(storage, [])
