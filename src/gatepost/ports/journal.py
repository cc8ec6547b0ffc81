"""Where traces go, and where they are looked up again."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from msgspec import Struct

from gatepost.model.trace import Trace


class Journal(Protocol):
    """The workers' side: hand a trace over. Never raises; what could not be written is counted."""

    def record(self, trace: Trace) -> bool:
        """Handed to the writer process (it outlives this worker) when True; False = no room just now."""

    async def record_later(self, trace: Trace) -> bool:
        """As `record`, but waits for room up to the journal's bound; False = counted as lost."""


class Search(Struct, frozen=True, kw_only=True):
    """Filters of `gatepost track`; empty ones match all. Addresses match as a whole or by `@domain`."""

    since: float | None = None
    until: float | None = None
    client: str = ""
    sender: str = ""
    recipient: str = ""
    end: str = ""
    rule: str = ""
    finding: str = ""
    listener: str = ""
    message_id: str = ""
    text: str = ""
    limit: int = 100


class Records(Protocol):
    """The readers' side (CLI, console)."""

    def find(self, search: Search) -> Iterator[Trace]:
        """Newest first."""

    def get(self, transaction: str) -> Trace | None:
        """By transaction id, or a unique prefix of at least 6 characters."""

    def lost(self) -> Mapping[str, int]:
        """Traces that are missing here since the journal was begun, by reason; none is lost silently."""
