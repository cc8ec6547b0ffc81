"""A real OpenLDAP directory: private, on 127.0.0.1, filled before it starts. Needs Debian's `slapd`, no root."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.servers import need
from tests.servers.certificates import Certificate
from tests.servers.loopback import HOST, free_port, listeners, wait_until

SUFFIX = "dc=example,dc=test"
READER = f"cn=gatepost,{SUFFIX}"
PASSWORD = "reader's secret"
SIZE_LIMIT = 500  # entries given without paging, OpenLDAP's default

# proxyAddresses as Active Directory has it; core.schema's neighbours bring the rest.
CONFIGURATION = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/misc.schema
attributetype ( 1.2.840.113556.1.2.210 NAME 'proxyAddresses' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectclass ( 1.2.840.113556.1.5.9999 NAME 'mailRecipient' SUP top AUXILIARY MAY ( proxyAddresses $ mail ) )
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {directory}/slapd.pid
loglevel stats
{tls}
sizelimit {size_limit}
database mdb
suffix "{suffix}"
rootdn "cn=admin,{suffix}"
rootpw admin
directory {directory}/data
maxsize 268435456
index objectClass,mail,proxyAddresses,uid eq,pres
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
limits dn.exact="{reader}" size.prtotal=unlimited
"""
BASE = f"""\
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: {READER}
objectClass: simpleSecurityObject
objectClass: organizationalRole
cn: gatepost
userPassword: {PASSWORD}
"""


class Slapd:
    """One instance.

    Args:
        ldif: entries below `SUFFIX`, each separated by an empty line.
        tls: offers `ldaps://` and StartTLS with it.
        port: of `ldap://`, to come back where another one was.
    """

    def __init__(self, ldif: Iterable[str], *, tls: Certificate | None = None, port: int | None = None) -> None:
        self.program = need.program("slapd")
        self.directory = Path(tempfile.mkdtemp(prefix="slapd-"))
        self.port, self.tls_port = port or free_port(), free_port()
        self.tls = tls
        self.process: subprocess.Popen[bytes] | None = None
        lines = [f"TLSCertificateFile {tls.chain}", f"TLSCertificateKeyFile {tls.key}"] if tls else []
        (self.directory / "data").mkdir()
        self.configuration = self.directory / "slapd.conf"
        self.configuration.write_text(
            CONFIGURATION.format(
                directory=self.directory, suffix=SUFFIX, reader=READER, size_limit=SIZE_LIMIT, tls="\n".join(lines)
            )
        )
        self.fill("\n".join([BASE, *ldif]))

    def fill(self, ldif: str) -> None:
        arguments = [need.program("slapadd"), "-q", "-f", str(self.configuration)]
        done = subprocess.run(arguments, input=ldif, capture_output=True, text=True, env=need.environment(), timeout=60)
        if done.returncode:
            raise RuntimeError(f"slapadd: {done.stderr}")

    @property
    def url(self) -> str:
        return f"ldap://{HOST}:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"ldaps://{HOST}:{self.tls_port}"

    @property
    def log_file(self) -> Path:
        return self.directory / "log"

    def start(self) -> None:
        urls = f"{self.url}/ {self.tls_url}/" if self.tls else f"{self.url}/"
        with self.log_file.open("ab") as log:
            # -d stats: every connection, login and search on standard error
            self.process = subprocess.Popen(
                [self.program, "-f", str(self.configuration), "-h", urls, "-d", "stats"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=need.environment(),
            )
        ports = [self.port, self.tls_port] if self.tls else [self.port]
        wait_until(
            lambda: all(listeners(port) for port in ports), seconds=10, what=lambda: f"slapd listens; {self.log()}"
        )

    def stop(self) -> None:
        """End it, keep its entries: `start` carries on."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)
            self.process = None

    def discard(self) -> None:
        """End it; take the directory away."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def searches(self) -> list[str]:
        """The filter of every search so far."""
        return [line.partition('filter="')[2].rstrip('"') for line in self.log().splitlines() if " SRCH base=" in line]
