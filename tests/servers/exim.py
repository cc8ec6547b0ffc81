"""Exim as a sending MTA: the one that pipelines MAIL, RCPT and BDAT in one go wherever CHUNKING is offered.

It cannot be installed beside Postfix; `tests/servers/install.sh` unpacks its program.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers import need
from tests.servers.loopback import HOST

PROGRAM = Path("/var/cache/gatepost-tests/exim/usr/sbin/exim4")
SECONDS = 60  # for one message
CONFIGURATION = """\
exim_path = {program}
primary_hostname = exim.sender.test
spool_directory = {directory}/spool
log_file_path = {directory}/spool/%slog
never_users =
keep_environment =
host_lookup =
local_interfaces = {host}
tls_advertise_hosts =
trusted_users = root
add_environment = PATH=/usr/bin:/bin
smtputf8_advertise_hosts = *
begin routers
out:
  driver = manualroute
  transport = out
  route_list = * {host}
  self = send
begin transports
out:
  driver = smtp
  port = {port}
  allow_localhost
  hosts_avoid_tls = {avoid_tls}
  hosts_try_chunking = *
  tls_verify_certificates =
begin retry
*  *  F,1m,1s
"""


@dataclass(frozen=True)
class Dialogue:
    """One delivery: whether the message was taken, and both sides of the session."""

    is_taken: bool
    transcript: str


class Exim:
    """Sends to 127.0.0.1:`to`; by STARTTLS where it is offered, if `tls`."""

    def __init__(self, *, to: int, tls: bool = False) -> None:
        need.root("Exim")
        if not PROGRAM.exists():
            need.absent("needs Exim: tests/servers/install.sh")
        self.directory = Path(tempfile.mkdtemp(prefix="exim-"))
        self.directory.chmod(0o755)
        (self.directory / "spool").mkdir()
        shutil.chown(self.directory / "spool", "Debian-exim", "Debian-exim")
        self.configuration = self.directory / "exim.conf"
        self.configuration.write_text(
            CONFIGURATION.format(
                program=PROGRAM, directory=self.directory, host=HOST, port=to, avoid_tls="" if tls else "*"
            )
        )

    def send(self, sender: str, recipients: Sequence[str], content: bytes) -> Dialogue:
        """Deliver at once; `content` has CRLF line ends. Exim adds Received, Date and Message-Id where they lack."""
        done = subprocess.run(
            [str(PROGRAM), "-C", str(self.configuration), "-odi", "-v", "-i", "-f", sender, *recipients],
            input=content.replace(b"\r\n", b"\n"),
            capture_output=True,
            timeout=SECONDS,
            env=need.environment(),
            check=False,
        )
        transcript = (done.stdout + done.stderr).decode(errors="replace")
        return Dialogue("\n  => " in transcript or "\n  -> " in transcript, transcript)

    def remove(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
