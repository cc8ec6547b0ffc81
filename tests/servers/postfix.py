"""A real Postfix: as the mail server behind the gateway, as a sending MTA in front of it, as a proxy to compare with.

Needs root (master(8) does) and Debian's `postfix`. Each instance has its own configuration, queue and data
directory and leaves the machine's own Postfix alone.
"""

import os
import re
import shutil
import signal
import smtplib
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers import need
from tests.servers.loopback import HOST, free_port, listeners, wait_until
from tests.servers.mailbox import Mailbox

PARAMETERS = {
    "compatibility_level": "3.6",
    "mail_owner": "postfix",
    "setgid_group": "postdrop",
    "inet_interfaces": HOST,
    "inet_protocols": "ipv4",
    "mynetworks": "127.0.0.0/8",
    "mydestination": "",
    "local_header_rewrite_clients": "",  # nobody is local: no Date, Message-Id or domain is added
    "local_recipient_maps": "",
    "alias_maps": "",
    "biff": "no",
    "disable_dns_lookups": "yes",
    "smtp_host_lookup": "native",
    "smtpd_peername_lookup": "no",
    "in_flow_delay": "0",
    "message_size_limit": "52428800",
    "mailbox_size_limit": "0",
    "virtual_mailbox_limit": "0",
    "minimal_backoff_time": "1s",
    "queue_run_delay": "1s",
    "smtpd_client_connection_rate_limit": "0",
    "smtpd_client_connection_count_limit": "0",
    "smtpd_error_sleep_time": "0",
    "smtpd_hard_error_limit": "1000",
}
SERVICES = """\
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
virtual   unix  -       n       n       -       -       virtual
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
"""
OUTCOME = re.compile(r"postfix/smtp\[\d+\]: (\w+): to=<([^>]*)>,.* status=(\w+) \((.*)\)$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """What became of one recipient of mail that Postfix sent on: `sent`, `deferred` or `bounced`, and the reply."""

    queue_id: str
    recipient: str
    status: str
    reply: str


class Postfix:
    """One instance that listens on 127.0.0.1.

    Args:
        parameters: of main.cf, over the defaults above.
        processes: smtpd processes at most.
        options: `-o` options of the smtpd service.
        port: to listen on; a free one by default.
    """

    def __init__(
        self,
        parameters: Mapping[str, str],
        *,
        processes: int = 50,
        options: Sequence[str] = (),
        port: int | None = None,
        hostname: str = "mail.example.test",
    ) -> None:
        need.root("Postfix's master(8)")
        self.command = need.program("postfix")
        self.port = port or free_port()
        # Not below pytest's own directory: that one is closed to Postfix's user.
        self.directory = Path(tempfile.mkdtemp(prefix="postfix-"))
        self.directory.chmod(0o755)
        self.etc = self.directory / "etc"
        self.configure(PARAMETERS | {"myhostname": hostname} | dict(parameters), processes, options)

    def configure(self, parameters: Mapping[str, str], processes: int, options: Sequence[str]) -> None:
        places = {"config_directory": self.etc, "queue_directory": self.directory / "spool"}
        places |= {"data_directory": self.directory / "lib"}
        for place in places.values():
            place.mkdir(exist_ok=True)
        shutil.chown(places["data_directory"], "postfix")
        maillog = self.directory / "maillog"
        maillog.touch()
        shutil.chown(maillog, "postfix")  # postsuper warns of what a kill has left, as that user, or fails
        log = {"maillog_file": maillog, "maillog_file_prefixes": self.directory}
        lines = [f"{key} = {value}" for key, value in {**places, **log, **parameters}.items()]
        (self.etc / "main.cf").write_text("\n".join(lines) + "\n")
        smtpd = f"{HOST}:{self.port} inet n - n - {processes} smtpd"
        (self.etc / "master.cf").write_text("\n  ".join([smtpd, *(f"-o {o}" for o in options)]) + "\n" + SERVICES)

    def start(self) -> None:
        done = subprocess.run(
            [self.command, "-c", str(self.etc), "start"],
            capture_output=True,
            text=True,
            env=need.environment(),
            timeout=30,
        )
        if done.returncode:
            raise RuntimeError(f"postfix start: {done.stderr}{self.log()}")
        wait_until(lambda: listeners(self.port) > 0, seconds=10, what=lambda: f"Postfix listens; its log: {self.log()}")

    def stop(self) -> None:
        """End master and, by it, all its processes; take the directory away."""
        self.halt()
        shutil.rmtree(self.directory, ignore_errors=True)

    def halt(self) -> None:
        """End it, keep its queue: `start` carries on."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: self.pid() is None, seconds=10, what=f"Postfix {pid} ends")

    def pid(self) -> int | None:
        """Of master(8), while it runs."""
        try:
            pid = int((self.directory / "spool/pid/master.pid").read_text())
            name, state = Path(f"/proc/{pid}/stat").read_text().split(" ", 3)[1:3]
        except (OSError, ValueError):
            return None
        return pid if name == "(master)" and state != "Z" else None

    def log(self) -> str:
        path = self.directory / "maillog"
        return path.read_text(errors="replace") if path.exists() else ""

    def outcomes(self) -> list[Outcome]:
        """What became of the mail it sent on, oldest first."""
        return [Outcome(*found) for found in OUTCOME.findall(self.log())]

    def wait_for_outcomes(self, count: int, *, seconds: float = 20.0) -> list[Outcome]:
        wait_until(
            lambda: len(self.outcomes()) >= count,
            seconds=seconds,
            what=lambda: f"{count} outcomes; its log: {self.log()}",
        )
        return self.outcomes()

    def submit(self, sender: str, recipients: Iterable[str], content: bytes, options: Sequence[str] = ()) -> None:
        """Hand it a message by SMTP, as its users would; `options` are MAIL parameters."""
        with smtplib.SMTP(HOST, self.port, local_hostname="user.example.test", timeout=20) as client:
            client.sendmail(sender, list(recipients), content, mail_options=list(options))


class ReceivingPostfix(Postfix):
    """The mail server behind the gateway: keeps what it takes in `mailbox`.

    Args:
        domains: it takes mail for.
        recipients: that exist; None = every one of `domains`.
        refuse: recipients (or domains) with the reply they get at RCPT, such as "550 5.7.1 not you".
        without: EHLO keywords not offered, such as "PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "DSN".
        tls: path of a PEM file with key and chain: offers STARTTLS.
        parameters: of main.cf, last word.
    """

    def __init__(
        self,
        *,
        domains: Sequence[str] = ("example.test",),
        recipients: Iterable[str] | None = None,
        refuse: Mapping[str, str] | None = None,
        without: Sequence[str] = (),
        tls: Path | None = None,
        parameters: Mapping[str, str] | None = None,
        processes: int = 50,
        port: int | None = None,
    ) -> None:
        valid = "static:inbox/" if recipients is None else f"inline:{{ {' '.join(f'{r}=inbox/' for r in recipients)} }}"
        access = ", ".join(f"{{{who} = {reply}}}" for who, reply in (refuse or {}).items())
        checks = [f"check_recipient_access inline:{{ {access} }}"] if access else []
        mine = {
            "virtual_mailbox_domains": " ".join(domains),
            "virtual_mailbox_maps": valid,
            "virtual_uid_maps": "static:65534",  # nobody
            "virtual_gid_maps": "static:65534",
            "smtpd_relay_restrictions": "reject_unauth_destination",
            "smtpd_recipient_restrictions": ", ".join([*checks, "reject_unlisted_recipient", "permit"]),
            "smtpd_discard_ehlo_keywords": ", ".join(without),
            "smtpd_tls_security_level": "may" if tls else "none",
            "smtpd_tls_received_header": "yes",
            **({"smtpd_tls_chain_files": str(tls)} if tls else {}),
        }
        super().__init__(mine | dict(parameters or {}), processes=processes, port=port)
        base = self.directory / "mail"
        base.mkdir()
        shutil.chown(base, 65534, 65534)
        with (self.etc / "main.cf").open("a") as file:
            file.write(f"virtual_mailbox_base = {base}\n")
        self.mailbox = Mailbox(base / "inbox")


class SendingPostfix(Postfix):
    """An MTA out on the Internet: what is submitted to it goes to the gateway, by its own smtp(8).

    Args:
        to: port of the gateway on loopback.
        tls: "none", "may", "encrypt" or "verify" (then with `ca`).
    """

    def __init__(
        self, *, to: int, tls: str = "none", ca: Path | None = None, parameters: Mapping[str, str] | None = None
    ) -> None:
        mine = {
            "relayhost": f"[{HOST}]:{to}",
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "smtp_tls_security_level": tls,
            "smtp_tls_CAfile": str(ca or ""),
            "bounce_queue_lifetime": "0",
        }
        super().__init__(mine | dict(parameters or {}), hostname="mta.sender.test")


class ProxyPostfix(Postfix):
    """Postfix's own before-queue proxy (SMTPD_PROXY_README): the peer that benchmarks compare with.

    Args:
        to: port of the mail server behind it.
        recipients: that exist in `example.test`; looked up in a hash table, as an administrator would.
    """

    def __init__(
        self, *, to: int, recipients: Iterable[str], processes: int = 200, parameters: Mapping[str, str] | None = None
    ) -> None:
        mine = {
            "relay_domains": "example.test",
            "relay_transport": f"relay:[{HOST}]:{to}",
            "smtpd_relay_restrictions": "reject_unauth_destination",
            "smtpd_recipient_restrictions": "reject_unlisted_recipient, reject_unauth_destination",
            "smtpd_helo_required": "yes",
            "disable_vrfy_command": "yes",
            "default_process_limit": str(processes),
            "smtpd_tls_security_level": "none",
        }
        proxy = [f"smtpd_proxy_filter={HOST}:{to}", "smtpd_proxy_timeout=60s"]
        super().__init__(mine | dict(parameters or {}), processes=processes, options=proxy)
        table = self.etc / "recipients"
        table.write_text("".join(f"{recipient} ok\n" for recipient in recipients))
        with (self.etc / "main.cf").open("a") as file:
            file.write(f"relay_recipient_maps = hash:{table}\n")
        subprocess.run(
            [need.program("postmap"), "-c", str(self.etc), f"hash:{table}"],
            check=True,
            env=need.environment(),
            timeout=30,
        )
