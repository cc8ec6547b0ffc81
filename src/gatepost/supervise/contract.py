"""What does the supervisor know of the program it runs? These calls and values, and nothing else.

`gatepost.supervise.main` fills `App` from `gatepost.app`; tests fill it with functions of their own.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from socket import socket
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from gatepost.model.health import Notice

S = TypeVar("S")

JOURNAL = "journal"
"""Name of the service that gets the traces: it alone has the lower ends of the workers' lines, and ends last."""


class StartError(Exception):
    """Why the gateway cannot start (or cannot take over a new configuration), and what to do about it."""


class Endpoint(Struct, frozen=True, order=True):
    """An IP address and a TCP port to listen on; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Plan(Struct, frozen=True, kw_only=True):
    """What the supervisor needs of the settings.

    Args:
        user: name to become after the ports are bound; None = stay who started it.
        listeners: where each listener listens.
        drain: seconds that sessions have to finish.
        watchdog: seconds without a heartbeat after which a process is taken for stuck.
        start: seconds in which all workers must have come up.
        patience: seconds between two notices of one alarm.
        level: least level that is logged.
    """

    workers: int
    data_dir: Path
    listeners: Mapping[str, tuple[Endpoint, ...]]
    user: str | None = None
    drain: float = 30.0
    watchdog: float = 30.0
    start: float = 60.0
    patience: float = 900.0
    level: str = "info"


class SharedPages(Protocol):
    """Memory that all workers share."""

    def forget_worker(self, index: int) -> None:
        """The worker at that place is dead: what it held open is given back."""


class Service(Protocol):
    """A process beside the workers."""

    @property
    def name(self) -> str:
        """Such as `journal` or `directory.ad`."""

    @property
    def run(self) -> Callable[[], None]:
        """Called in the forked child; SIGTERM asks it to finish."""

    @property
    def critical(self) -> bool:
        """Without it nothing starts."""

    @property
    def exclusive(self) -> bool:
        """One at a time: outlives the workers, and is replaced when a reload has succeeded.

        Otherwise it belongs to one configuration: it starts beside its predecessor and ends with its own workers.
        """


class Parts(Struct, frozen=True, kw_only=True):
    """What services are made of.

    Args:
        generation: number of the configuration, from 1; for names that must differ from the predecessor's.
        journals: the lower ends of the workers' lines to the journal.
        control: line to the supervisor that all services share; never read from.
    """

    generation: int
    shared: SharedPages
    journals: tuple[socket, ...]
    control: socket


class Place(Struct, frozen=True, kw_only=True):
    """What one worker gets.

    Args:
        index: its place in shared memory; unique among all that run, also during a reload.
        workers: how many run under this configuration.
        sockets: listening sockets, non-blocking, by listener.
        journal: the upper end of its line to the journal.
        control: its line to the supervisor; an end of file means that the supervisor is gone.
    """

    index: int
    workers: int
    generation: int
    sockets: Mapping[str, Sequence[socket]]
    shared: SharedPages
    journal: socket
    control: socket


class App(Struct, Generic[S], frozen=True, kw_only=True):
    """The program.

    Args:
        load: settings from the file; raises `StartError` with everything that is wrong.
        plan: what of them the supervisor needs.
        shared_memory: pages for so many workers' places; before the first fork.
        journal_line: a worker's end and the journal's end; before privileges are dropped.
        services: in the order in which they start; they stop in the reverse order.
        run_worker: blocks until drained. SIGTERM = accept no more and finish what is open; a second one =
            say 421 and end at once. The exit code.
        self_test: what is wrong with these settings although they load; called in a child of its own.
        tell: delivers an alarm, blocking, in a child of its own; the ways that failed.
    """

    load: Callable[[Path], S]
    plan: Callable[[S], Plan]
    shared_memory: Callable[[S, int], SharedPages]
    journal_line: Callable[[], tuple[socket, socket]]
    services: Callable[[S, Parts], Sequence[Service]]
    run_worker: Callable[[S, Place], int]
    self_test: Callable[[S], Sequence[str]]
    tell: Callable[[S, Notice], Sequence[str]]
