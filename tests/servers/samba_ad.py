"""A real Active Directory domain controller: Samba's, private, on a loopback address of its own.

Needs root (its ports are fixed: 389, 636 and the global catalog's 3268, 3269) and Debian's `samba
samba-ad-provision samba-dsdb-modules samba-vfs-modules python3-samba`. Only its LDAP service is started. The schema
gets what Exchange brings and Samba does not: dynamic distribution groups and public folders.
"""

import contextlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.servers import need
from tests.servers.certificates import Certificate
from tests.servers.loopback import wait_until

PORTS = (389, 636, 3268, 3269)
REALM = "ad.example.test"
BASE = "DC=ad,DC=example,DC=test"
ADMINISTRATOR = f"CN=Administrator,CN=Users,{BASE}"
PASSWORD = "Passw0rd!made-for-one-test"
PROVISIONED_BY = Path("/usr/share/samba/setup/provision.ldif")
ACL_MODULE = "samba/vfs/acl_xattr.so"

# As Exchange's setup has them, cut to what recipients need.
SCHEMA = """\
dn: CN=ms-Exch-Dynamic-Distribution-List,CN=Schema,CN=Configuration,{base}
objectClass: classSchema
cn: ms-Exch-Dynamic-Distribution-List
governsID: 1.2.840.113556.1.5.7000.62.1234
lDAPDisplayName: msExchDynamicDistributionList
adminDisplayName: ms-Exch-Dynamic-Distribution-List
objectClassCategory: 1
subClassOf: top
rDNAttID: cn
systemAuxiliaryClass: mailRecipient
systemMayContain: mail
possSuperiors: organizationalUnit
possSuperiors: container
defaultObjectCategory: CN=ms-Exch-Dynamic-Distribution-List,CN=Schema,CN=Configuration,{base}

dn: CN=ms-Exch-Public-Folder,CN=Schema,CN=Configuration,{base}
objectClass: classSchema
cn: ms-Exch-Public-Folder
governsID: 1.2.840.113556.1.5.7000.62.1235
lDAPDisplayName: publicFolder
adminDisplayName: ms-Exch-Public-Folder
objectClassCategory: 1
subClassOf: top
rDNAttID: cn
systemAuxiliaryClass: mailRecipient
systemMayContain: mail
possSuperiors: organizationalUnit
possSuperiors: container
defaultObjectCategory: CN=ms-Exch-Public-Folder,CN=Schema,CN=Configuration,{base}
"""
# Into the database itself, in one transaction: thousands of entries over LDAP would take a minute.
FILL = """\
import sys
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
parameters = LoadParm(sys.argv[1])
parameters.set("dsdb:schema update allowed", "true")
sam = SamDB(url=sys.argv[2], session_info=system_session(parameters), lp=parameters)
sam.transaction_start()
sam.add_ldif(sys.stdin.read())
sam.transaction_commit()
"""


def free_host() -> str:
    """A loopback address where nobody listens on the ports of a domain controller."""
    for last in random.sample(range(1, 255), 254):
        host = f"127.0.77.{last}"
        with contextlib.ExitStack() as stack:
            try:
                for port in PORTS:
                    stack.enter_context(socket.socket()).bind((host, port))
            except OSError:
                continue
        return host
    raise RuntimeError("every address of 127.0.77.0/24 is taken")


class SambaAd:
    """One domain controller, made anew; `add` before `start`.

    Args:
        issue: makes the certificate it shows on 636 and 3269, for these names.
    """

    def __init__(self, *, issue: Callable[..., Certificate]) -> None:
        need.root("Samba's domain controller, on its fixed ports")
        self.program = need.program("samba")
        if not PROVISIONED_BY.exists():
            need.absent("needs the provisioning of Samba AD: apt-get install samba-ad-provision")
        if not list(Path("/usr/lib").glob(f"*/{ACL_MODULE}")):
            need.absent(f"needs {ACL_MODULE}: apt-get install samba-vfs-modules")
        self.directory = Path(tempfile.mkdtemp(prefix="samba-ad-"))
        self.target = self.directory / "domain"
        self.host = free_host()
        self.tls = issue(self.host, f"dc1.{REALM}")
        self.process: subprocess.Popen[bytes] | None = None
        self.provision()
        self.add([SCHEMA.format(base=BASE)])

    def provision(self) -> None:
        self.run(
            [
                need.program("samba-tool"),
                *("domain", "provision", f"--targetdir={self.target}", f"--realm={REALM.upper()}", "--domain=AD"),
                *("--server-role=dc", "--dns-backend=NONE", f"--adminpass={PASSWORD}", "--host-name=dc1"),
                *(f"--host-ip={self.host}", f"--option=interfaces={self.host}/8", "--option=bind interfaces only=yes"),
            ]
        )

    def add(self, ldif: Iterable[str]) -> None:
        """Entries, each separated by an empty line, as the system itself would add them."""
        text = "\n".join(ldif)
        sam = self.target / "private/sam.ldb"
        self.run(["/usr/bin/python3", "-c", FILL, str(self.target / "etc/smb.conf"), str(sam)], text)

    def run(self, arguments: list[str], text: str = "") -> None:
        done = subprocess.run(
            arguments, input=text, capture_output=True, text=True, env=need.environment(), timeout=150
        )
        if done.returncode:
            raise RuntimeError(f"{arguments[0]}: {done.stderr[-2000:]}")

    def start(self) -> None:
        run = self.directory / "run"
        run.mkdir(exist_ok=True)
        options = {
            "server services": "ldap",
            "dcerpc endpoint servers": "",
            "pid directory": run,
            "ncalrpc dir": run / "ncalrpc",
            "ntp signd socket directory": run / "ntp",
            "log file": self.directory / "log",
            "tls keyfile": self.tls.key,
            "tls certfile": self.tls.chain,
            "tls cafile": self.tls.authority,
        }
        with (self.directory / "out").open("ab") as out:
            self.process = subprocess.Popen(
                [self.program, "--foreground", "--no-process-group", "--model=single"]
                + [f"--configfile={self.target / 'etc/smb.conf'}"]
                + [f"--option={name}={value}" for name, value in options.items()],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=need.environment(),
            )
        wait_until(self.listens, seconds=30, what=lambda: f"samba listens; {self.log()}")

    def listens(self) -> bool:
        """On the last of its ports, which it opens after the others; opens no connection."""
        address = "".join(f"{int(part):02X}" for part in reversed(self.host.split("."))) + f":{3269:04X}"
        return any(
            line.split()[1] == address and line.split()[3] == "0A"
            for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        )

    def stop(self) -> None:
        """End it; take the directory away."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=15)
            self.process = None
        shutil.rmtree(self.directory, ignore_errors=True)

    def log(self) -> str:
        return "".join(
            path.read_text(errors="replace")
            for path in (self.directory / "out", *self.directory.glob("log*"))
            if path.exists()
        )
