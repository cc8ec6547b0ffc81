"""What the supervisor gives to a worker and to the services: known to it by name, to us by what they are.

The supervisor stands above `app` and has values of these shapes (`gatepost.supervise.contract`).
"""

from collections.abc import Mapping, Sequence
from socket import socket
from typing import Protocol

from gatepost.adapters.shared_memory.shared import Shared


class WorkerPlace(Protocol):
    """One worker's place: listening sockets by listener, shared pages, its ends of two lines."""

    @property
    def index(self) -> int: ...
    @property
    def generation(self) -> int: ...
    @property
    def sockets(self) -> Mapping[str, Sequence[socket]]: ...
    @property
    def shared(self) -> object: ...
    @property
    def journal(self) -> socket: ...
    @property
    def control(self) -> socket: ...


class ServiceParts(Protocol):
    """What services are made of: the journal's ends of the workers' lines, the line to the supervisor."""

    @property
    def generation(self) -> int: ...
    @property
    def journals(self) -> tuple[socket, ...]: ...
    @property
    def control(self) -> socket: ...


def shared_of(place: WorkerPlace) -> Shared:
    """Raises TypeError if this process was given other pages; a bug."""
    if not isinstance(place.shared, Shared):
        raise TypeError(f"not our shared memory: {type(place.shared).__name__}")
    return place.shared
