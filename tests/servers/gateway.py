"""The gateway itself, as its users start it: `gatepost run -c FILE` in a process of its own."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import tomlkit

from gatepost.engine.catalogue import asking
from gatepost.ports.dns import Dns
from gatepost.ports.inspector import Inspector
from tests.servers.loopback import HOST, free_port, listeners, wait_until

Settings = Mapping[str, Any]
START = 20.0  # seconds until it listens
DRAIN = 15.0  # seconds from SIGTERM to the end
PROGRAM = Path(sys.executable).with_name("gatepost")


def laid_over(below: Settings, above: Settings) -> dict[str, Any]:
    """`above` wins, table by table; None takes a key out."""
    merged = dict(below)
    for key, value in above.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = laid_over(merged[key], value)
        else:
            merged[key] = value
    return merged


def with_names(port: int) -> dict[str, Any]:
    """Settings of a gateway that asks the name server at that port, by its default checks."""
    return {"dns": {"servers": [f"{HOST}:{port}"]}, "checks": dict.fromkeys(("author", *asking(Dns)))}


class Gateway:
    """One gateway with one inbound listener on a free port of 127.0.0.1.

    Without a tar pit and without limits on rates unless `settings` say otherwise: clients of a test share an address.
    Nor does it ask the DNS, or who a message is from, or look into it: messages of tests are rarely letters.
    `with_names` does the first two.

    Args:
        backend: port of the mail server behind it on 127.0.0.1, or several, tried in order.
        recipients: addresses that exist; None = any address of `domain`.
        workers: processes.
        settings: laid over everything else, as tables: `{"listeners": {"inbound": {"tarpit": {"delay": "2s"}}}}`.
    """

    def __init__(
        self,
        *,
        backend: int | Sequence[int],
        recipients: Sequence[str] | None = ("rcpt@example.test",),
        domain: str = "example.test",
        workers: int = 1,
        settings: Settings | None = None,
    ) -> None:
        self.port = free_port()
        self.workers = workers
        self.directory = Path(tempfile.mkdtemp(prefix="gateway-"))
        self.file = self.directory / "gatepost.toml"
        self.recipients_file = self.directory / "recipients.txt"
        self.stderr = self.directory / "stderr"
        self.process: subprocess.Popen[bytes] | None = None
        ports = [backend] if isinstance(backend, int) else list(backend)
        self.settings = laid_over(self.defaults(ports, domain, recipients is None), settings or {})
        self.recipients_file.write_text("".join(f"{recipient}\n" for recipient in recipients or ()))
        self.write()

    def defaults(self, ports: Sequence[int], domain: str, any_recipient: bool) -> dict[str, Any]:
        data = self.directory / "data"
        data.mkdir()
        return {
            "profile": "recommended",
            "gateway": {"hostname": "mx.example.test", "workers": self.workers, "data_dir": str(data)},
            "backends": {"mail": {"hosts": [f"{HOST}:{port}" for port in ports], "tls": "off"}},
            "domains": {domain: {"backend": "mail", "recipients": "any" if any_recipient else "staff"}},
            "directories": {"staff": {"type": "file", "path": str(self.recipients_file)}},
            "listeners": {
                "inbound": {
                    "bind": [f"{HOST}:{self.port}"],
                    "role": "inbound",
                    "limits": {"connections_per_client": 20000, "messages_per_connection": 100000},
                    "tarpit": {"delay": "0s"},
                }
            },
            "checks": {name: {"enabled": False} for name in ("rate", "author", *asking(Dns), *asking(Inspector))},
        }

    def write(self) -> None:
        """The configuration as it is in `settings` now; `reload` makes the gateway read it."""
        self.file.write_text(tomlkit.dumps(self.settings))

    def start(self) -> Self:
        with self.stderr.open("ab") as log:
            self.process = subprocess.Popen(
                [str(PROGRAM), "run", "-c", str(self.file)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                start_new_session=True,  # so that whatever it leaves behind can be ended with it
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            )
        wait_until(self.is_up, seconds=START, what=lambda: f"the gateway listens; it said:\n{self.said()}")
        return self

    def is_up(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"the gateway ended with {self.process.returncode}; it said:\n{self.said()}")
        return listeners(self.port) >= self.workers

    def stop(self) -> int:
        """SIGTERM, wait for the drain; what is left after that is killed. Gives the exit status."""
        if self.process is None:
            return 0
        process, self.process = self.process, None
        try:
            process.send_signal(signal.SIGTERM)
            status = process.wait(DRAIN)
        except subprocess.TimeoutExpired:
            status = -1
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(DRAIN)
        return status

    def remove(self) -> None:
        """Stop, and take its directory away."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.remove()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def reload(self, settings: Settings | None = None, *, is_taken: bool = True) -> None:
        """Lay `settings` over the ones in force, write them, SIGHUP; wait until they are in force, if `is_taken`."""
        self.settings = laid_over(self.settings, settings or {})
        self.write()
        before = len(self.records(event="configuration in force"))
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)
        if is_taken:
            self.wait_for_records(before + 1, event="configuration in force", seconds=START)

    def said(self) -> str:
        """Everything on stdout and stderr so far."""
        return self.stderr.read_text(errors="replace") if self.stderr.exists() else ""

    def records(self, **wanted: object) -> list[dict[str, Any]]:
        """Lines of the JSON log so far that have these fields with these values."""
        lines = self.said().splitlines()
        objects = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [record for record in objects if all(record.get(key) == value for key, value in wanted.items())]

    def wait_for_records(
        self, count: int = 1, *, seconds: float = 10.0, where: Callable[[dict[str, Any]], bool] = bool, **wanted: object
    ) -> list[dict[str, Any]]:
        """At least `count` records with these fields, for which `where` holds."""

        def found() -> list[dict[str, Any]]:
            return [record for record in self.records(**wanted) if where(record)]

        wait_until(
            lambda: len(found()) >= count,
            seconds=seconds,
            what=lambda: f"{count} records {wanted}; it said:\n{self.said()}",
        )
        return found()

    def transactions(self) -> list[dict[str, Any]]:
        """The canonical line of each transaction so far."""
        return self.records(event="transaction")

    def pids(self) -> list[int]:
        """The supervisor and all its descendants, the supervisor first."""
        assert self.process is not None
        return descendants(self.process.pid)


def descendants(root: int) -> list[int]:
    """A process and everything below it."""
    found = [root]
    for pid in found:
        for children in threads(pid):
            with contextlib.suppress(OSError):  # ended while we looked
                found += [int(child) for child in children.read_text().split()]
    return found


def threads(pid: int) -> list[Path]:
    """The file `children` of each thread; none if the process has ended."""
    try:
        return [entry / "children" for entry in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
