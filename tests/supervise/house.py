"""A small program for the supervisor to run: real processes, real sockets, orders by TCP.

`python -m tests.supervise.house FILE` runs it under the supervisor. A worker greets with its generation, index and
process, then takes lines: `crash`, `hang` (mute, deaf to SIGTERM), `alarm KEY`, `clear KEY`, `trace TEXT`.
"""

import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from gatepost.adapters.control_line import ControlLine
from gatepost.adapters.journal.wire import pair
from gatepost.model.health import Heartbeat, Notice
from gatepost.supervise.contract import App, Endpoint, Parts, Place, Plan, StartError
from gatepost.supervise.main import run

LATER = 2.0  # seconds


class House(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration, as JSON."""

    directory: str
    ports: dict[str, list[int]]
    host: str = "127.0.0.1"
    workers: int = 2
    drain: float = 10.0
    watchdog: float = 30.0
    start: float = 20.0
    user: str | None = None
    problems: list[str] = []
    broken: str = ""  # "worker", "journal": dies at its start; "mute": never gives a sign of life
    own_service: bool = False
    slow: float = 0.0  # seconds its self-test takes
    word: str = ""


class Held(msgspec.Struct):
    """Stands for shared memory: who was forgotten, by a line in a file."""

    directory: str

    def forget_worker(self, index: int) -> None:
        said(self.directory, f"forgot {index}")


class Beside(msgspec.Struct, frozen=True):
    name: str
    run: Callable[[], None]
    critical: bool
    exclusive: bool


def said(directory: str, text: str) -> None:
    """Each in one write, so that lines of several processes do not mix."""
    descriptor = os.open(Path(directory) / "said", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    os.write(descriptor, f"{text}\n".encode())
    os.close(descriptor)


def load(path: Path) -> House:
    try:
        return msgspec.json.decode(path.read_bytes(), type=House)
    except (OSError, msgspec.MsgspecError) as error:
        raise StartError(f"{path}: {error}") from None


def plan(house: House) -> Plan:
    return Plan(
        workers=house.workers,
        data_dir=Path(house.directory) / "data",
        listeners={name: tuple(Endpoint(house.host, port) for port in ports) for name, ports in house.ports.items()},
        user=house.user,
        drain=house.drain,
        watchdog=house.watchdog,
        start=house.start,
        level="debug",
    )


def services(house: House, parts: Parts) -> list[Beside]:
    journal = Beside("journal", lambda: keep_journal(house, parts), critical=True, exclusive=True)
    own = Beside("own", lambda: keep_house(house, parts), critical=False, exclusive=False)
    return [journal, own] if house.own_service else [journal]


def keep_journal(house: House, parts: Parts) -> None:
    """Ends when no worker's end is open any more, or after SIGTERM once there is nothing left to read."""
    said(house.directory, f"journal {os.getpid()} of generation {parts.generation} {house.word}")
    if house.broken == "journal":
        sys.exit(7)
    is_over: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: is_over.append(number))
    signal.signal(signal.SIGHUP, lambda number, frame: said(house.directory, "journal reopened"))
    lines = list(parts.journals)
    while lines:
        told = False
        for line in list(lines):
            try:
                packet = line.recv(65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
            told = True
            if packet:
                said(house.directory, f"trace {packet.decode()}")
            else:
                lines.remove(line)
        if not told and is_over:
            break
        time.sleep(0 if told else 0.02)
    said(house.directory, "journal ended")


def keep_house(house: House, parts: Parts) -> None:
    line = ControlLine(parts.control, "own")
    said(house.directory, f"own {os.getpid()} of generation {parts.generation}")
    while not line.supervisor_is_gone():
        line.beat(Heartbeat())
        time.sleep(0.1)


def run_worker(house: House, place: Place) -> int:
    said(house.directory, f"worker {os.getpid()} of generation {place.generation} at {place.index}")
    if house.broken == "worker":
        return 9
    if house.broken == "journal":
        time.sleep(LATER)  # else all workers may be up before the journal is down
    return Worker(house, place).run()


class Worker:
    """One that serves lines."""

    def __init__(self, house: House, place: Place) -> None:
        self.house, self.place = house, place
        self.line = ControlLine(place.control)
        self.selector = selectors.DefaultSelector()
        self.doors = [door for doors in place.sockets.values() for door in doors]
        self.guests: list[socket.socket] = []
        self.accepted = 0
        self.terms = 0
        for door in self.doors:
            self.selector.register(door, selectors.EVENT_READ, self.accept)
        signal.signal(signal.SIGTERM, self.term)

    def term(self, number: int, frame: object) -> None:
        self.terms += 1

    def run(self) -> int:
        while not self.line.supervisor_is_gone():
            if self.house.broken != "mute":
                self.line.beat(Heartbeat(sessions=len(self.guests), accepted=self.accepted))
            for key, _ in self.selector.select(0.05):
                key.data(key.fileobj)
            if self.terms and self.doors:
                self.close_doors()
            if self.terms > 1:
                for guest in self.guests:
                    guest.sendall(b"421\n")
                return 0
            if self.terms and not self.guests:
                return 0
        said(self.house.directory, f"orphaned {os.getpid()}")
        return 1

    def close_doors(self) -> None:
        for door in self.doors:
            self.selector.unregister(door)
            door.close()
        self.doors = []

    def accept(self, door: socket.socket) -> None:
        try:
            guest, _ = door.accept()
        except BlockingIOError:
            return
        self.accepted += 1
        self.guests.append(guest)
        guest.sendall(f"{self.place.generation} {self.place.index} {os.getpid()}\n".encode())
        self.selector.register(guest, selectors.EVENT_READ, self.hear)

    def hear(self, guest: socket.socket) -> None:
        order, _, rest = guest.recv(1000).decode().strip().partition(" ")
        if not order:
            self.selector.unregister(guest)
            self.guests.remove(guest)
            guest.close()
            return
        orders: dict[str, Callable[[str], object]] = {
            "crash": lambda _: os._exit(3),
            "hang": lambda _: hang(),
            "alarm": lambda key: self.line.raise_alarm(key, f"{key} is wrong"),
            "clear": self.line.all_clear,
            "trace": lambda text: self.place.journal.send(text.encode()),
        }
        orders[order](rest)
        guest.sendall(b"done\n")


def tell(house: House, notice: Notice) -> list[str]:
    said(house.directory, f"told {notice.key} {'over' if notice.over else 'raised'}: {notice.text}")
    return []


def examine(house: House) -> list[str]:
    time.sleep(house.slow)
    return house.problems


def hang() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(1)


HOUSE = App(
    load=load,
    plan=plan,
    shared_memory=lambda house, places: Held(house.directory),
    journal_line=pair,
    services=services,
    run_worker=run_worker,
    self_test=examine,
    tell=tell,
)

if __name__ == "__main__":
    try:
        sys.exit(run(HOUSE, Path(sys.argv[1]), load(Path(sys.argv[1]))))
    except StartError as error:
        sys.exit(str(error))
