"""A real recursive resolver: private, on 127.0.0.1, one name server behind it. Needs Debian's `unbound`, no root."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.servers import need
from tests.servers.loopback import HOST, free_port, listeners, wait_until

# Zones that it would answer by itself as empty (RFC 6303, RFC 6761), and that tests have names in.
OURS = ("test.", "2.0.192.in-addr.arpa.", "8.b.d.0.1.0.0.2.ip6.arpa.")
CONFIGURATION = """\
server:
    directory: "{directory}"
    chroot: ""
    username: ""
    pidfile: ""
    logfile: ""
    use-syslog: no
    do-daemonize: no
    interface: {host}
    port: {port}
    access-control: 127.0.0.0/8 allow
    do-ip6: no
    do-not-query-localhost: no
    module-config: "iterator"
    infra-keep-probing: yes
{zones}
forward-zone:
    name: "."
    forward-addr: {host}@{names}
"""


class Unbound:
    """One instance, its cache empty.

    Args:
        names: port of the name server that it asks.
        port: to come back where another one was.
    """

    def __init__(self, names: int, port: int | None = None) -> None:
        self.program = need.program("unbound")
        self.directory = Path(tempfile.mkdtemp(prefix="unbound-"))
        self.port = port or free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.configuration = self.directory / "unbound.conf"
        zones = "".join(f'    local-zone: "{zone}" nodefault\n' for zone in OURS)
        self.configuration.write_text(
            CONFIGURATION.format(directory=self.directory, host=HOST, port=self.port, names=names, zones=zones)
        )

    @property
    def where(self) -> str:
        return f"{HOST}:{self.port}"

    def start(self) -> Self:
        log = self.directory / "log"
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [self.program, "-d", "-p", "-c", str(self.configuration)],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=need.environment(),
            )
        wait_until(
            lambda: bool(listeners(self.port)), seconds=10, what=lambda: f"unbound listens; it said: {log.read_text()}"
        )
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)
            self.process = None

    def discard(self) -> None:
        """End it; take the directory away."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
