"""Which sockets listen, and which worker accepts from which?

Each worker has a socket of its own for every endpoint (SO_REUSEPORT: the kernel spreads connections over
them). The supervisor keeps all of them open, so connections that wait in a backlog survive a worker's death
and a reload: a new worker gets sockets that are there already. Sockets that systemd opened are shared.
"""

import errno
import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence

from gatepost.supervise.contract import Endpoint, StartError

BACKLOG = 4096

Share = dict[str, list[socket.socket]]
"""Sockets by listener, for one worker."""

Key = tuple[Endpoint, str]
"""An endpoint; where the system chooses the port, also which one of the listeners it is for."""


class Ports:
    """All listening sockets; owned by the supervisor."""

    def __init__(self, activated: Iterable[socket.socket] = ()) -> None:
        self.sockets: dict[Key, list[socket.socket]] = {}
        self.activated = {endpoint_of(opened): opened for opened in activated}

    def all(self) -> set[socket.socket]:
        return {*self.activated.values(), *(opened for sockets in self.sockets.values() for opened in sockets)}

    def open(self, listeners: Mapping[str, Sequence[Endpoint]], workers: int) -> list[socket.socket]:
        """Binds what is not bound yet, all of it or nothing; what is new. Raises `StartError`."""
        new: list[socket.socket] = []
        try:
            for (endpoint, _), listener in keys(listeners).items():
                self.open_one(listener, endpoint, workers, new)
        except StartError:
            self.close(new)
            raise
        return new

    def open_one(self, listener: str, endpoint: Endpoint, workers: int, new: list[socket.socket]) -> None:
        if endpoint in self.activated:
            return
        have = self.sockets.setdefault((endpoint, tag(listener, endpoint)), [])
        try:
            if not have:
                with bound(endpoint, reuse_port=False) as probe:  # a foreign socket with SO_REUSEPORT would go unseen
                    port = probe.getsockname()[1]
            else:
                port = have[0].getsockname()[1]
            for _ in range(workers - len(have)):
                opened = bound(Endpoint(endpoint.host, port), reuse_port=True)
                have.append(opened)
                new.append(opened)
                opened.listen(BACKLOG)
        except OSError as error:
            if not have:  # else, such as without the rights for one more, workers share those that are there
                raise StartError(why(listener, endpoint, error)) from None

    def shares(self, listeners: Mapping[str, Sequence[Endpoint]], workers: int) -> list[Share]:
        """Every socket has a worker, every worker has sockets; with fewer sockets than workers some are shared."""
        shares: list[Share] = [{name: [] for name in listeners} for _ in range(workers)]
        for (endpoint, which), listener in keys(listeners).items():
            single = self.activated.get(endpoint)
            sockets = self.sockets[endpoint, which] if single is None else [single]
            for turn in range(max(workers, len(sockets))):
                shares[turn % workers][listener].append(sockets[turn % len(sockets)])
        return shares

    def give_to(self, uid: int, gid: int) -> None:
        """So that this user may add sockets to the same ports: the kernel asks that one user has them all."""
        for sockets in self.sockets.values():
            for opened in sockets:
                os.fchown(opened.fileno(), uid, gid)

    def close(self, unwanted: Iterable[socket.socket]) -> None:
        """Connections that wait on them are reset."""
        gone = set(unwanted)
        for key, sockets in list(self.sockets.items()):
            self.sockets[key] = [opened for opened in sockets if opened not in gone]
            if not self.sockets[key]:
                del self.sockets[key]
        for opened in gone:
            opened.close()

    def close_all_but(self, listeners: Mapping[str, Sequence[Endpoint]]) -> None:
        wanted = keys(listeners)
        self.close(opened for key, sockets in self.sockets.items() if key not in wanted for opened in sockets)


def keys(listeners: Mapping[str, Sequence[Endpoint]]) -> dict[Key, str]:
    """The listener of every endpoint. Raises `StartError` where two want the same."""
    found: dict[Key, str] = {}
    for listener, endpoints in listeners.items():
        for endpoint in endpoints:
            key = (endpoint, tag(listener, endpoint))
            if key in found:
                raise StartError(f"listener {listener}: {endpoint} is already taken by listener {found[key]}")
            found[key] = listener
    return found


def tag(listener: str, endpoint: Endpoint) -> str:
    return "" if endpoint.port else listener


def bound(endpoint: Endpoint, *, reuse_port: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in endpoint.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse_port:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.setblocking(False)
        opened.bind((endpoint.host, endpoint.port))
    except OSError:
        opened.close()
        raise
    return opened


def endpoint_of(opened: socket.socket) -> Endpoint:
    host, port = opened.getsockname()[:2]
    return Endpoint(host, port)


def why(listener: str, endpoint: Endpoint, error: OSError) -> str:
    """What is wrong, and what would be right."""
    reasons: dict[int, Callable[[], str]] = {
        errno.EADDRINUSE: lambda: f"the port is in use; see who has it: ss -ltnp 'sport = :{endpoint.port}'",
        errno.EACCES: lambda: (
            f"user {os.geteuid()} may not bind ports below 1024: start as root and set gateway.user, "
            "or give CAP_NET_BIND_SERVICE or a systemd socket"
        ),
        errno.EADDRNOTAVAIL: lambda: "this machine has no such address",
        errno.EAFNOSUPPORT: lambda: "this machine has no IPv6: take the address out of bind",
    }
    reason = reasons.get(error.errno or 0, lambda: error.strerror or str(error))()
    return f"listener {listener}: cannot listen on {endpoint}: {reason}"
