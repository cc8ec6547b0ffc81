"""A real clamd: private, with signatures of our own. Needs Debian's `clamav-daemon`, no root."""

import hashlib
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.servers import need
from tests.servers.loopback import HOST, free_port, wait_until

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"  # in two: this file is harmless
MARK = b"gatepost-test-signature-" + b"f3b1c0de"
START = 30.0  # seconds until it answers
CONFIGURATION = """\
DatabaseDirectory {directory}/signatures
LocalSocket {socket}
LocalSocketMode 600
TCPSocket {port}
TCPAddr {host}
TemporaryDirectory {directory}
Foreground yes
LogFile {directory}/log
LogTime yes
ExtendedDetectionInfo {extended}
AlertExceedsMax {alerts}
AlertEncrypted {alerts}
MaxThreads 4
{more}
"""


def signatures() -> dict[str, str]:
    """Files of a database: by hash (hdb), by octets at the start of a file (ndb) and anywhere (ndb)."""
    digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    return {
        "own.hdb": f"{digest}:{len(EICAR)}:Eicar-Signature\n",
        "own.ndb": f"Eicar-Test-Signature:0:0:{EICAR.hex()}\nTest.Mark:0:*:{MARK.hex()}\n",
    }


class Clamd:
    """One instance on a Unix socket and on a port of loopback.

    Args:
        extended: it tells hash and size of what it found, as Debian's does.
        alerts: it says so when it has not looked into everything.
        more: lines for its configuration.
        place: to come back where another one was.
    """

    def __init__(
        self, *, extended: bool = True, alerts: bool = True, more: str = "", place: "Clamd | None" = None
    ) -> None:
        self.program = need.program("clamd")
        self.directory = Path(tempfile.mkdtemp(prefix="clamd-"))
        self.socket = place.socket if place else self.directory / "socket"
        self.port = place.port if place else free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.configuration = self.directory / "clamd.conf"
        words = {True: "yes", False: "no"}
        self.configuration.write_text(
            CONFIGURATION.format(
                directory=self.directory,
                socket=self.socket,
                host=HOST,
                port=self.port,
                extended=words[extended],
                alerts=words[alerts],
                more=more,
            )
        )
        (self.directory / "signatures").mkdir()
        for name, text in signatures().items():
            (self.directory / "signatures" / name).write_text(text)

    @property
    def unix(self) -> str:
        return f"unix:{self.socket}"

    @property
    def where(self) -> str:
        return f"{HOST}:{self.port}"

    def start(self) -> Self:
        log = (self.directory / "said").open("ab")
        with log:
            self.process = subprocess.Popen(
                [self.program, "--config-file", str(self.configuration)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=need.environment(),
            )
        wait_until(self.answers, seconds=START, what=lambda: f"clamd answers; it said: {self.said()}")
        return self

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
                asking.settimeout(5)
                asking.connect(str(self.socket))
                asking.sendall(b"zPING\0")
                return asking.recv(100) == b"PONG\0"
        except OSError:
            return False

    def said(self) -> str:
        return (self.directory / "said").read_text(errors="replace")

    def kill(self) -> None:
        """At once, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=10)
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None

    def discard(self) -> None:
        """End it; take the directory away."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
