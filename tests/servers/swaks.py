"""Swaks, the administrator's SMTP test client, as a real client in front of the gateway."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from tests.servers import need
from tests.servers.loopback import HOST

REPLY = re.compile(r"^<[-~*]*\*?\*?\s+(\d{3})[ -](.*)$", re.MULTILINE)
SECONDS = 60  # for one run


@dataclass(frozen=True)
class Conversation:
    """One run of swaks.

    Args:
        status: 0 if the message was taken; else swaks' exit code (24: RCPT refused, 26: refused after DATA …).
        transcript: both sides, as swaks prints them.
    """

    status: int
    transcript: str

    @property
    def replies(self) -> list[str]:
        """Last lines of the server's replies, in order, code first."""
        return [f"{code} {text}" for code, text in REPLY.findall(self.transcript)]


def swaks(port: int, *arguments: str, sender: str = "ann@sender.test", recipients: Sequence[str]) -> Conversation:
    """One message, or what the further arguments make of it (see swaks(1)), to 127.0.0.1:port."""
    command = [need.program("swaks"), "--server", HOST, "--port", str(port), "--helo", "client.sender.test"]
    command += ["--from", sender, "--to", ",".join(recipients), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=SECONDS, env=need.environment(), check=False
    )
    return Conversation(done.returncode, done.stdout + done.stderr)
