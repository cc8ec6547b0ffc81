"""What is made before the first fork, for all processes: shared pages, lines to the journal."""

from socket import socket

from gatepost.adapters.journal.wire import pair
from gatepost.adapters.shared_memory.shared import Shared
from gatepost.config.settings import Settings


def shared_memory(settings: Settings, places: int) -> Shared:
    """Pages for so many workers' places; every listener's connections and tar pit have to fit."""
    return Shared(places)


def journal_line() -> tuple[socket, socket]:
    """A worker's end and the journal's end."""
    return pair()
