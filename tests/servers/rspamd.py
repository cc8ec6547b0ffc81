"""A real rspamd with its Redis: private, on 127.0.0.1. Needs root, Debian's `rspamd` and `redis-server`.

Everything that Debian switches on is on, but for what asks the network at large (block lists, fuzzy hashes, ASN), and
what puts mail off (greylisting, rate limits).
"""

import http.client
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.servers import need
from tests.servers.loopback import HOST, free_port, listeners, wait_until

START = 120.0  # seconds: it compiles its expressions first, on a busy machine for long
USER = "_rspamd"
OFF = ("asn", "fuzzy_check", "greylist", "history_redis", "neural", "ratelimit", "rbl", "replies")
ANY_CLIENT = "check_local = true;\ncheck_authed = true;\n"  # clients of tests are on loopback
CLAMAV = """\
clamav {{
  scan_mime_parts = true;
  symbol = "CLAM_VIRUS";
  type = "clamav";
  servers = "{where}";
  action = "reject";
}}
"""


class Rspamd:
    """One instance: a milter at `milter`, HTTP at `port`.

    Args:
        names: port of the name server that it asks.
        clamd: `host:port` of an antivirus that it asks too, "" for none.
        reject: points from which it refuses.
        workers: processes that scan.
    """

    def __init__(self, *, names: int, clamd: str = "", reject: float = 900, workers: int = 1) -> None:
        need.root("rspamd as its own user")
        self.program, self.redis_program = need.program("rspamd"), need.program("redis-server")
        self.directory = Path(tempfile.mkdtemp(prefix="rspamd-"))
        self.directory.chmod(0o755)
        self.port, self.milter, self.controller, self.redis = free_port(), free_port(), free_port(), free_port()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.configure(names, clamd, reject, workers)

    def configure(self, names: int, clamd: str, reject: float, workers: int) -> None:
        local = {f"{name}.conf": "enabled = false;\n" for name in OFF}
        local |= {f"{name}.conf": ANY_CLIENT for name in ("arc", "dkim", "dmarc", "spf")}
        local["actions.conf"] = f"reject = {reject};\nadd_header = 6;\ngreylist = null;\n"
        local["logging.inc"] = 'level = "notice";\n'
        local["redis.conf"] = f'servers = "{HOST}:{self.redis}";\n'
        asked = f'nameserver = ["{HOST}:{names}:1"]; timeout = 1s; retransmits = 1;'
        local["options.inc"] = f'local_addrs = "192.0.2.1/32";\ndns {{ {asked} }}\n'
        if clamd:
            local["antivirus.conf"] = CLAMAV.format(where=clamd)
        over = {
            "worker-controller.inc": f'bind_socket = "{HOST}:{self.controller}";\n',
            "worker-fuzzy.inc": "enabled = false;\n",
            "worker-normal.inc": f'bind_socket = "{HOST}:{self.port}";\ncount = {workers};\n',
            "worker-proxy.inc": f'bind_socket = "{HOST}:{self.milter}";\ncount = {workers};\n'
            'upstream "local" { default = yes; self_scan = yes; hosts = "localhost"; }\n',
        }
        for folder, files in (("conf/local.d", local), ("conf/override.d", over), ("db", {}), ("log", {}), ("run", {})):
            (self.directory / folder).mkdir(parents=True)
            for name, text in files.items():
                (self.directory / folder / name).write_text(text)
        for path in (self.directory, *self.directory.rglob("*")):
            shutil.chown(path, USER, USER)

    def start(self) -> Self:
        places = {"LOCAL_CONFDIR": "conf", "DBDIR": "db", "RUNDIR": "run", "LOGDIR": "log"}
        self.run([self.redis_program, "--bind", HOST, "--port", str(self.redis), "--save", "", "--dir", self.directory])
        wait_until(lambda: listeners(self.redis) > 0, seconds=10, what=lambda: f"Redis listens; {self.said()}")
        self.run(
            [self.program, "-f", "-u", USER, "-g", USER, "-c", "/etc/rspamd/rspamd.conf"]
            + [f"--var={name}={self.directory / folder}" for name, folder in places.items()]
        )
        for port in (self.milter, self.port):
            wait_until(lambda at=port: listeners(at) > 0, seconds=START, what=lambda: f"rspamd listens; {self.said()}")
        return self

    def run(self, command: list[str | Path]) -> None:
        with (self.directory / "said").open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=need.environment(),
                    cwd=self.directory,
                )
            )

    def learn(self, octets: bytes, *, is_spam: bool) -> None:
        """Teaches its Bayes, which has an opinion after 200 of each kind."""
        asked = http.client.HTTPConnection(HOST, self.controller, timeout=START)
        try:
            asked.request("POST", "/learnspam" if is_spam else "/learnham", octets)
            answer = asked.getresponse()
            if answer.status not in (http.HTTPStatus.OK, http.HTTPStatus.NO_CONTENT):  # this it knew before
                raise RuntimeError(f"rspamd learns nothing: {answer.status} {answer.read()[:200]!r}")
        finally:
            asked.close()

    def said(self) -> str:
        logs = [*(self.directory / "log").glob("*.log"), self.directory / "said"]
        return "".join(path.read_text(errors="replace")[-3000:] for path in logs if path.exists())

    @property
    def pids(self) -> list[int]:
        """Of Redis and rspamd; their children are below them."""
        return [process.pid for process in self.processes]

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        self.processes = []

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
