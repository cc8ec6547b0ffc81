"""Which resolvers are there, which is asked first, and do they answer at all?"""

from pathlib import Path

from gatepost.adapters.dns.datagrams import Datagrams
from gatepost.adapters.dns.settings import DNS_PORT, MOST_SERVERS, ServerAddress, server_address

RESOLV_CONF = Path("/etc/resolv.conf")
LOOPBACK = ServerAddress("127.0.0.1", DNS_PORT)
SLOW_AFTER = 3  # questions in a row without an answer in time: others are asked first
MUTE_AFTER = 10  # in a row: the operator is told
PROBE_EVERY = 1.0  # seconds between questions while all are mute: mail is not to wait for them, one after the other
PAUSE = 30.0  # seconds until a slow one is tried first again
LARGEST_FILE = 64 * 1024  # octets


class Server:
    """One resolver: the way to it, and its health. Owned by `Servers`.

    Attributes:
        missed: questions in a row that it did not answer in time.
        reason: what went wrong with the last of them.
        streams: connections by TCP that are open.
    """

    def __init__(self, where: ServerAddress) -> None:
        self.where = where
        self.datagrams = Datagrams(where)
        self.missed = 0
        self.reason = ""
        self.retry_at = 0.0
        self.streams = 0

    def answered(self) -> None:
        """Whatever it said: it is there."""
        self.missed = 0

    def missed_one(self, now: float, reason: str) -> None:
        self.missed += 1
        self.reason = reason
        if self.missed >= SLOW_AFTER:
            self.retry_at = now + PAUSE

    def is_slow(self, now: float) -> bool:
        return self.missed >= SLOW_AFTER and now < self.retry_at


class Servers:
    """All of them. Owned by one `Resolver`.

    Args:
        configured: () for those of the system, which may change any time.
    """

    def __init__(self, configured: tuple[ServerAddress, ...], resolv_conf: Path = RESOLV_CONF) -> None:
        self.configured, self.resolv_conf = configured, resolv_conf
        self.seen = file_state(resolv_conf)
        self.all = tuple(map(Server, configured or system_servers(resolv_conf)))
        self.probe_at = 0.0

    def may_be_asked(self, now: float) -> bool:
        """False while all are mute, but for a question now and then: the first that is answered ends it."""
        if any([server.missed < MUTE_AFTER for server in self.all]):
            return True
        if now < self.probe_at:
            return False
        self.probe_at = now + PROBE_EVERY
        return True

    def in_order(self, now: float) -> list[Server]:
        """As configured, but those that were slow of late after the others."""
        return sorted(self.all, key=lambda server: server.is_slow(now))

    def tick(self) -> None:
        """Look whether the system has other resolvers by now."""
        if self.configured:
            return
        state = file_state(self.resolv_conf)
        if state == self.seen:
            return
        self.seen = state
        before = {server.where: server for server in self.all}
        self.all = tuple(before.get(where) or Server(where) for where in system_servers(self.resolv_conf))
        for server in before.values():
            if server not in self.all:
                server.datagrams.renew()

    @property
    def problem(self) -> str:
        """For operators; "" as long as any server answers."""
        if any(server.missed < MUTE_AFTER for server in self.all):
            return ""
        return "; ".join(f"{server.where}: {server.reason}" for server in self.all)

    def close(self) -> None:
        for server in self.all:
            server.datagrams.close()


def file_state(path: Path) -> tuple[int, int, int] | None:
    """Differs when the file has changed; None if it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def system_servers(path: Path = RESOLV_CONF) -> tuple[ServerAddress, ...]:
    """What resolv.conf(5) names; without any, one on this machine, as the C library has it."""
    found: list[ServerAddress] = []
    try:
        with path.open("rb") as file:
            lines = file.read(LARGEST_FILE).decode("ascii", "replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            try:
                found.append(server_address(words[1]))
            except ValueError:  # the C library passes over it too
                continue
    return tuple(dict.fromkeys(found))[:MOST_SERVERS] or (LOOPBACK,)
