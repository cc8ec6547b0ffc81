"""A real ICAP server: c-icap with its antivirus service. Needs Debian's `libc-icap-mod-virus-scan`, no root."""

import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.servers import need
from tests.servers.clamd import Clamd
from tests.servers.loopback import HOST, free_port, wait_until

START = 20.0  # seconds until it answers
MODULES = "/usr/lib/x86_64-linux-gnu/c_icap"
CONFIGURATION = """\
PidFile {directory}/pid
CommandsSocket {directory}/control
Timeout 30
MaxKeepAliveRequests 100
KeepAliveTimeout {keep_alive}
StartServers 1
MaxServers 2
MinSpareThreads 2
MaxSpareThreads 4
ThreadsPerChild 4
Port {host}:{port}
TmpDir {directory}
ModulesDir {modules}
ServicesDir {modules}
TemplateDir /usr/share/c_icap/templates/
LoadMagicFile /etc/c-icap/c-icap.magic
ServerLog {directory}/log
AccessLog {directory}/access
DebugLevel 1
Service echo srv_echo.so
Module common clamd_mod.so
clamd_mod.ClamdSocket {clamd}
Service antivirus_module virus_scan.so
ServiceAlias avscan virus_scan?allow204=on&sizelimit=off&mode=simple
ServiceAlias limited virus_scan?allow204=on&mode=simple
virus_scan.DefaultEngine clamd
virus_scan.ScanFileTypes TEXT DATA EXECUTABLE ARCHIVE GIF JPEG MSOFFICE
virus_scan.MaxObjectSize 5M
"""


class CIcap:
    """One instance on a port of loopback.

    Args:
        clamd: what scans.
        keep_alive: seconds for which it keeps an idle connection.
    """

    def __init__(self, clamd: Clamd, *, keep_alive: int = 60) -> None:
        self.program = need.program("c-icap")
        self.directory = Path(tempfile.mkdtemp(prefix="c-icap-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.configuration = self.directory / "c-icap.conf"
        self.configuration.write_text(
            CONFIGURATION.format(
                directory=self.directory,
                host=HOST,
                port=self.port,
                clamd=clamd.socket,
                keep_alive=keep_alive,
                modules=MODULES,
            )
        )

    def service(self, name: str = "avscan") -> str:
        return f"icap://{HOST}:{self.port}/{name}"

    def start(self) -> Self:
        with (self.directory / "said").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "-N", "-D", "-f", str(self.configuration)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=need.environment(),
            )
        wait_until(self.answers, seconds=START, what=lambda: f"c-icap answers; it said: {self.said()}")
        return self

    def answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), 5) as asking:
                asking.sendall(f"OPTIONS {self.service()} ICAP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
                return asking.recv(4096).startswith(b"ICAP/1.0 200")
        except OSError:
            return False

    def said(self) -> str:
        files = [self.directory / name for name in ("said", "log")]
        return "".join(file.read_text(errors="replace") for file in files if file.exists())

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=10)
            self.process = None

    def discard(self) -> None:
        """End it; take the directory away."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
