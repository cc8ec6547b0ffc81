"""Which resolvers are there, and do they answer at all?

Which of them is asked first, and which is left alone because it has not answered of late, c-ares knows.
"""

from pathlib import Path

from gatepost.adapters.dns.settings import DNS_PORT, MOST_SERVERS, ServerAddress, server_address

RESOLV_CONF = Path("/etc/resolv.conf")
LOOPBACK = ServerAddress("127.0.0.1", DNS_PORT)
DOUBT_AFTER = 3  # look-ups in a row without an answer from any: `Probe` finds out whether anybody is there
LARGEST_FILE = 64 * 1024  # octets


class Servers:
    """All of them. Owned by one `Resolver`.

    Args:
        configured: () for those of the system, which may change any time.

    Attributes:
        missed: look-ups in a row to which none has said anything.
        reason: what went wrong with the last of them.
        are_mute: nobody is there; who asks need not wait to hear so.
    """

    def __init__(self, configured: tuple[ServerAddress, ...], resolv_conf: Path = RESOLV_CONF) -> None:
        self.configured, self.resolv_conf = configured, resolv_conf
        self.seen = file_state(resolv_conf)
        self.all = configured or system_servers(resolv_conf)
        self.missed = 0
        self.reason = ""
        self.are_mute = False

    def answered(self) -> None:
        """Whatever was said: somebody is there."""
        self.missed = 0
        self.are_mute = False

    def missed_one(self, reason: str) -> None:
        self.missed += 1
        self.reason = reason

    def missed_probe(self) -> None:
        """Unless an answer to something else came meanwhile."""
        self.are_mute = self.are_in_doubt

    @property
    def are_in_doubt(self) -> bool:
        return self.missed >= DOUBT_AFTER

    def tick(self) -> bool:
        """Whether the system has other resolvers by now."""
        if self.configured:
            return False
        state = file_state(self.resolv_conf)
        if state == self.seen:
            return False
        before, self.seen, self.all = self.all, state, system_servers(self.resolv_conf)
        if self.all == before:
            return False
        self.answered()
        return True

    @property
    def problem(self) -> str:
        """For operators; "" as long as any server answers."""
        return f"{', '.join(map(str, self.all))}: {self.reason}" if self.are_mute else ""


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
