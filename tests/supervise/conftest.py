"""A house that runs: started as its own process, and gone with everything in it when the test ends."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from gatepost.supervise.stats import Stats, read
from tests.servers.gateway import descendants
from tests.servers.loopback import HOST, free_port, wait_until
from tests.supervise.house import House

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0  # seconds


class Guest:
    """A connection to some worker."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), PATIENCE)
        self.file = self.socket.makefile("rb")
        self.generation, self.index, self.pid = (int(word) for word in self.line().split())

    def line(self) -> str:
        return self.file.readline().decode().strip()

    def order(self, text: str) -> str:
        self.socket.sendall(f"{text}\n".encode())
        return self.line()

    def leave(self) -> None:
        self.file.close()
        self.socket.close()


class Running:
    """One house under its supervisor."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.chmod(0o777)
        self.file = directory / "house.json"
        self.stderr = directory / "stderr"
        self.port = free_port()
        self.house = House(directory=str(directory), ports={"inbound": [self.port]})
        self.process: subprocess.Popen[bytes] | None = None
        self.family: set[int] = set()

    def write(self, **changes: object) -> None:
        self.house = msgspec.structs.replace(self.house, **changes)
        new = self.file.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(self.house))
        new.chmod(0o644)
        new.replace(self.file)

    def launch(
        self, *, env: dict[str, str] | None = None, keep: tuple[int, ...] = (), by: str = "", **changes: object
    ) -> None:
        """`by`: a script in Python that ends by starting what it is given as arguments."""
        self.write(**changes)
        command = [sys.executable, "-m", "tests.supervise.house", str(self.file)]
        with self.stderr.open("ab") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-c", by, *command] if by else command,
                cwd=ROOT,
                stderr=stderr,
                start_new_session=True,
                pass_fds=keep,
                env={"PATH": os.environ["PATH"], **(env or {})},
            )

    def start(self, **changes: object) -> "Running":
        self.launch(**changes)
        self.wait(lambda: self.state() == "serving", "it serves")
        return self

    def wait(self, holds: Callable[[], bool], what: str) -> None:
        def looked() -> bool:
            assert self.process is not None
            if self.process.poll() is not None:
                raise RuntimeError(f"it ended with {self.process.returncode}: {self.stderr.read_text()}")
            self.family |= set(descendants(self.process.pid))
            return holds()

        wait_until(looked, seconds=PATIENCE, what=lambda: f"{what}\n{self.stderr.read_text()}\n{self.said()}")

    def wait_for(self, text: str) -> None:
        self.wait(lambda: any(text in line for line in self.said()), text)

    def stats(self) -> Stats | None:
        try:
            return read(Path(self.house.directory) / "data")
        except (OSError, msgspec.DecodeError):
            return None

    def state(self) -> str:
        stats = self.stats()
        return stats.state if stats is not None and self.process and stats.pid == self.process.pid else ""

    def said(self) -> list[str]:
        file = self.directory / "said"
        return file.read_text().splitlines() if file.exists() else []

    def saying(self, text: str) -> list[str]:
        return [line for line in self.said() if text in line]

    def log(self) -> list[dict[str, object]]:
        lines = self.stderr.read_text().splitlines()
        return [msgspec.json.decode(line) for line in lines if line.startswith("{")]

    def guest(self) -> Guest:
        return Guest(self.port)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def reload(self, **changes: object) -> None:
        self.write(**changes)
        self.signal(signal.SIGHUP)

    def ended(self) -> int:
        """The exit code, once it has ended by itself."""
        assert self.process is not None
        return self.process.wait(PATIENCE)

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.ended()

    def remove(self) -> None:
        """Whatever is left of it."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)


@pytest.fixture
def running() -> Iterator[Running]:
    """Not in `tmp_path`: that is closed to the user that root becomes."""
    directory = Path(tempfile.mkdtemp(prefix="house-"))
    house = Running(directory)
    yield house
    house.remove()
    shutil.rmtree(directory)


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def until(holds: Callable[[], bool], what: str) -> None:
    wait_until(holds, seconds=PATIENCE, what=what)


def soon() -> None:
    """Long enough for what must not happen to have happened."""
    time.sleep(0.3)
