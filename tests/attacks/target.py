"""What is attacked: a running gateway, and behind it a mail server that falls for every trick."""

import itertools
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gatepost.testing.sloppy import SloppyServer, Taken
from tests.attacks.client import Client
from tests.servers.gateway import Gateway
from tests.servers.loopback import wait_until

HOUSEKEEPING = (b"EHLO", b"QUIT", b"RSET", b"NOOP")  # what the gateway's pool says of its own accord
OURS = re.compile(
    rb"\A(?:(?:Authentication-Results|Received-SPF): [^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*"
    rb"(?:X-Gateway-(?:External|Tag|SCL|PCL): [a-z0-9-]+\r\n)*Received: from [^\r\n]*\r\n(?:\t[^\r\n]*\r\n)+"
)  # what the gateway puts on top
STARTED = re.compile(r'"process": "worker-0", "id": (\d+), "event": "process started"')
WAIT = 10.0  # seconds for what the backend sees or the log says
GENEROUS: dict[str, Any] = {
    "listeners": {
        "inbound": {
            "limits": {
                "errors": 100_000,
                "junk_commands": 100_000,
                "refused_recipients": 100_000,
                "message_size": "1MiB",
                "session_size": "10GiB",
            }
        }
    },
    "checks": {"harvest": {"enabled": False}},
}
"""Settings of a gateway that many tests share: they make errors by the hundred, from one address."""

serial = itertools.count(1)


class Target:
    """A gateway and its backend, as one test sees them: from the moment it began.

    Args:
        gateway, backend: others may use them too; only what happens from now on counts.
    """

    def __init__(self, gateway: Gateway, backend: SloppyServer) -> None:
        self.gateway, self.backend = gateway, backend
        self.first_message = len(backend.messages)
        self.first_command = len(backend.commands)
        self.first_raw = {index: len(octets) for index, octets in backend.raw.items()}
        self.first_octet = gateway.stderr.stat().st_size
        self.legitimate: list[bytes] = []
        self.process = 0

    @property
    def port(self) -> int:
        return self.gateway.port

    def connect(self, **arguments: Any) -> Client:
        """A client; arguments as of `Client`."""
        return Client(self.port, **arguments)

    # ── the backend ──────────────────────────────────────────────────────────

    def messages(self) -> list[Taken]:
        """What the backend believes to be messages."""
        return self.backend.messages[self.first_message :]

    def contents(self) -> list[bytes]:
        """Their octets on the wire, dot-stuffed, without what the gateway puts on top; a whole line ends them."""
        return [without_ours(message.octets + b"\r\n") for message in self.messages()]

    def commands(self) -> list[bytes]:
        """What the backend believes to be commands of transactions."""
        said = self.backend.commands[self.first_command :]
        return [command for command in said if command[:4].upper() not in HOUSEKEEPING]

    def raw(self) -> bytes:
        """All octets that came to the backend."""
        return b"".join(bytes(octets[self.first_raw.get(index, 0) :]) for index, octets in self.backend.raw.items())

    def serve_somebody(self) -> bytes:
        """A legitimate session from start to end: it is served, and the backend has its message. Gives the content."""
        content = b"Subject: legitimate %d\r\n\r\nbody\r\n" % next(serial)
        with self.connect() as client:
            client.ehlo()
            reply = client.deliver(content)
            assert reply.code == 250, reply
            assert client.command(b"QUIT").code == 221
        wait_until(lambda: content in self.contents(), seconds=WAIT, what=f"{content!r} is at the backend")
        self.legitimate.append(content)
        return content

    def assert_backend_saw(self, *contents: bytes) -> None:
        """These messages in this order and nothing else, in commands of ours; proved by a session that follows."""
        last = self.serve_somebody()
        got = [content for content in self.contents() if content == last or content not in self.legitimate]
        assert got == [*contents, last], f"the backend has {got!r:.3000}"
        assert_plain(self.commands(), len(self.messages()))
        raw = self.raw()
        assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n") and b"\0" not in raw, raw

    def assert_nothing_passed(self) -> None:
        self.assert_backend_saw()

    # ── the log ──────────────────────────────────────────────────────────────

    def said(self) -> str:
        """Everything on the gateway's stderr since this test began."""
        with Path(self.gateway.stderr).open("rb") as log:
            log.seek(self.first_octet)
            return log.read().decode("utf-8", "backslashreplace")

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.said().splitlines() if line.startswith("{") and line.endswith("}")]

    def wait_for_record(self, **wanted: object) -> dict[str, Any]:
        """The first record with these fields."""

        def found() -> list[dict[str, Any]]:
            return [r for r in self.records() if all(r.get(key) == value for key, value in wanted.items())]

        wait_until(lambda: bool(found()), seconds=WAIT, what=lambda: f"a record {wanted} in:\n{self.said()}")
        return found()[0]

    def assert_no_bug(self) -> None:
        said = self.said()
        assert "Traceback" not in said and '"level": "error"' not in said, said

    # ── the process ──────────────────────────────────────────────────────────

    def worker(self) -> int:
        """The process with the listener: the only worker, or the one that was started last."""
        if not descriptors(self.process):  # not known yet, or another one by now
            wait_until(lambda: '"serving"' in self.gateway.said(), seconds=WAIT, what="it serves")
            self.process = int(STARTED.findall(self.gateway.said())[-1])
        return self.process

    def descriptors(self) -> int:
        return descriptors(self.worker())

    def resident(self) -> int:
        """Octets of memory of the worker."""
        status = Path(f"/proc/{self.worker()}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    def wait_for_descriptors(self, at_most: int) -> None:
        wait_until(
            lambda: self.descriptors() <= at_most,
            seconds=WAIT,
            what=lambda: f"at most {at_most} descriptors; {self.descriptors()} are open",
        )


def without_ours(octets: bytes) -> bytes:
    found = OURS.match(octets)
    assert found, f"every relayed message begins with our Received: {octets[:300]!r}"
    return octets[found.end() :]


def assert_plain(commands: Sequence[bytes], messages: int) -> None:
    """MAIL, RCPT…, DATA for each message, as the gateway says them, and no other command."""
    verbs = "".join({b"MAIL": "M", b"RCPT": "R", b"DATA": "D"}.get(command[:4], "?") for command in commands)
    assert re.fullmatch("(MR+D)*", verbs) and verbs.count("D") == messages, commands


def descriptors(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:  # ended
        return 0
