"""A real spamd of SpamAssassin: private, on loopback, without network tests. Needs Debian's `spamd`; no root."""

import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.servers import need
from tests.servers.loopback import HOST, free_port, wait_until

START = 60.0  # seconds: it compiles its rules first
PONG = b"SPAMD/1.5 0 PONG\r\n"


class Spamd:
    """One instance on a port and on a Unix socket; `unix` and `where` are its addresses."""

    def __init__(self) -> None:
        self.program = need.program("spamd")
        self.directory = Path(tempfile.mkdtemp(prefix="spamd-"))
        self.directory.chmod(0o755)
        self.socket = self.directory / "socket"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def where(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def unix(self) -> str:
        return f"unix:{self.socket}"

    def start(self) -> Self:
        home = self.directory / "home"
        home.mkdir()
        home.chmod(0o777)
        with (self.directory / "said").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self.program, "--local", "--nouser-config", "--syslog=stderr", "--max-children=2",
                    f"--listen={self.where}", f"--socketpath={self.socket}", "--socketmode=666",
                    f"--helper-home-dir={home}", f"--pidfile={self.directory / 'pid'}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=need.environment(),
            )  # fmt: skip
        wait_until(self.answers, seconds=START, what=lambda: f"spamd answers; it said: {self.said()}")
        return self

    def answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), 5) as asking:
                asking.sendall(b"PING SPAMC/1.5\r\n\r\n")
                return asking.recv(100) == PONG
        except OSError:
            return False

    def said(self) -> str:
        return (self.directory / "said").read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=10)
            self.process = None

    def discard(self) -> None:
        """End it; take the directory away."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
