"""Where does the demo take place? A directory, a mail server and a gateway of its own, on loopback, gone afterwards.

The gateway is the real one: `gatepost run` in a process of its own, with a configuration that anybody may read.
"""

import asyncio
import contextlib
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gatepost.cli.demo_client import HOST
from gatepost.cli.demo_mail import FULL, HARVEST_LIMIT, KNOWN, OURS
from gatepost.engine.catalogue import asking
from gatepost.ports.dns import Dns
from gatepost.testing.mailbox import Mailbox, Offer

HOSTNAME = f"mx1.{OURS}"
USUAL_PORT = 2525
US = "127.0.0.2"  # the address from which we look whether the gateway answers
START = 60.0  # seconds until the gateway answers; one or two on an idle machine
DRAIN = 5.0  # seconds for sessions that are still open at the end
LOG_LINES = 12  # of the gateway's log, where it did not start
# Ends with us, however we end (prctl(2), PR_SET_PDEATHSIG); else it is the program itself.
GATEWAY = (
    f"import ctypes, sys; ctypes.CDLL(None).prctl(1, {int(signal.SIGTERM)}); "
    "from gatepost.cli.main import run; sys.exit(run(sys.argv[1:]))"
)

CONFIGURATION = """\
# The demo's configuration. Waits are short, limits low, so that there is something to see.
profile = "recommended"

[gateway]
hostname = "{hostname}"
workers = 1
data_dir = "{directory}/data"

[backends.inside]
hosts = ["{backend}"]
tls = "off"

[domains."{domain}"]
backend = "inside"
recipients = "staff"

[directories.staff]
type = "file"
path = "{directory}/recipients.txt"

[listeners.inbound]
bind = ["{host}:{port}"]
tls = {{ certificates = [{{ certificate = "{directory}/tls.crt", key = "{directory}/tls.key" }}] }}

[listeners.inbound.limits]
message_size = "1MiB"

[listeners.inbound.policies]
greeting_delay = "100ms"

[listeners.inbound.tarpit]
delay = "200ms"
maximum = "500ms"

[checks.own_domain]
mode = "always"

[checks.harvest]
suspicious = 2
unknown_recipients = {harvest_limit}

[policy]
harvest_delay = "300ms"
"""


class DemoFailed(Exception):
    """Why the demo cannot take place, in words for the person at the terminal."""


class MailServer(threading.Thread):
    """What stands behind the gateway: takes every message and keeps it in a directory. `port` once it is ready."""

    def __init__(self, directory: Path) -> None:
        super().__init__(name="mail server", daemon=True)
        self.mailbox = Mailbox(Offer(refuse={FULL: "452 4.2.2 Mailbox full"}), directory)
        self.ready = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.ended: asyncio.Event | None = None

    def run(self) -> None:
        asyncio.run(self.serve())

    async def serve(self) -> None:
        self.loop, self.ended = asyncio.get_running_loop(), asyncio.Event()
        async with self.mailbox:
            self.ready.set()
            await self.ended.wait()

    def stop(self) -> None:
        if self.loop is not None and self.ended is not None and self.is_alive():
            self.loop.call_soon_threadsafe(self.ended.set)
            self.join(DRAIN)


class House:
    """Everything of one demo. Entered it is up, left it is gone: processes, ports and files.

    Args:
        port: of the gateway; 0 = the usual one, or any if that is taken.
    """

    def __init__(self, port: int = 0) -> None:
        self.port = free_port(port)
        self.directory = Path(tempfile.mkdtemp(prefix="gatepost-"))
        self.file = self.directory / "gatepost.toml"
        self.log = self.directory / "gateway.log"
        self.mail = self.directory / "mailbox"
        self.mail.mkdir()
        self.server = MailServer(self.mail)
        self.gateway: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.server.start()
            self.server.ready.wait(START)
            self.write()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self) -> None:
        """Configuration, recipients and a certificate that nobody trusts."""
        text = CONFIGURATION.format(
            hostname=HOSTNAME, directory=self.directory, backend=self.server.mailbox.where, domain=OURS, host=HOST,
            port=self.port, harvest_limit=HARVEST_LIMIT,
        )  # fmt: skip
        # Nobody has the names of this demo.
        without_dns = "".join(f"\n[checks.{name}]\nenabled = false\n" for name in sorted(asking(Dns)))
        self.file.write_text(text + without_dns)
        (self.directory / "recipients.txt").write_text("".join(f"{address}\n" for address in KNOWN))
        certificate, key = self_signed(HOSTNAME)
        (self.directory / "tls.crt").write_bytes(certificate)
        (self.directory / "tls.key").write_bytes(key)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.gateway = subprocess.Popen(
                [sys.executable, "-P", "-c", GATEWAY, "run", "-c", str(self.file)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + START
        while not self.answers():
            if not self.is_up():
                raise DemoFailed(f"the gateway did not start:\n{self.last_words()}")
            if time.monotonic() > end:
                raise DemoFailed(f"the gateway did not answer within {START:.0f} s:\n{self.last_words()}")
            time.sleep(0.05)

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), START, (US, 0)) as client:
            return client.recv(4) == b"220 "
        return False

    def is_up(self) -> bool:
        return self.gateway is not None and self.gateway.poll() is None

    def last_words(self) -> str:
        words = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(words[-LOG_LINES:])

    def close(self) -> None:
        """May be called twice."""
        if self.gateway is not None:
            end_gateway(self.gateway)
            self.gateway = None
        self.server.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def end_gateway(gateway: subprocess.Popen[bytes]) -> None:
    """Ask, ask it to hurry, then end all of its family."""
    for _ in range(2):
        if gateway.poll() is None:
            gateway.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                gateway.wait(DRAIN)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(gateway.pid, signal.SIGKILL)
    gateway.wait(DRAIN)


def free_port(wanted: int) -> int:
    """Raises `DemoFailed` where the one that was asked for cannot be had."""
    try:
        return bound(wanted or USUAL_PORT)
    except OSError as error:
        if not wanted:
            return bound(0)
        if error.errno == errno.EADDRINUSE:
            reason = f"the port is in use; leave --port out, or see who has it: ss -ltnp 'sport = :{wanted}'"
        elif error.errno == errno.EACCES:
            reason = "this user may not bind ports below 1024; leave --port out, or take a higher one"
        else:
            reason = error.strerror or str(error)
        raise DemoFailed(f"cannot listen on {HOST}:{wanted}: {reason}") from None


def bound(port: int) -> int:
    """The port, if it can be bound and nobody else has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        probe.listen(1)
        return int(probe.getsockname()[1])


def self_signed(name: str) -> tuple[bytes, bytes]:
    """Certificate and key, PEM, valid for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=subject, subject_name=subject, public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(hours=1), not_valid_after=now + timedelta(days=1),
    )  # fmt: skip
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(pem), private
