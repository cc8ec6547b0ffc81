"""Does the configuration fit the machine it is to run on?"""

import os
import pwd
import resource
from collections.abc import Iterator

from msgspec import Struct

from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity

PER_CONNECTION = 2  # descriptors: the client, and the backend or the spool file
SPARE = 200  # descriptors of a worker for everything else


class Machine(Struct, frozen=True, kw_only=True):
    """Args:
    cores: that this process may use.
    descriptors: open files a process may have at most (hard RLIMIT_NOFILE).
    is_root: started by root, so that it can become another user.
    missing_user: `gateway.user` where no such user exists, else "".
    """

    cores: int
    descriptors: int
    is_root: bool
    missing_user: str = ""


def this_machine(loaded: Loaded) -> Machine:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        descriptors=hard if hard != resource.RLIM_INFINITY else 2**31,
        is_root=os.geteuid() == 0,
        missing_user=missing_user(loaded.settings.gateway.user),
    )


def missing_user(name: str | None) -> str:
    if name is None:
        return ""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return name
    return ""


def lint_machine(loaded: Loaded, machine: Machine) -> Iterator[Problem]:
    yield from workers(loaded, machine)
    yield from users(loaded, machine)
    yield from descriptors(loaded, machine)


def workers(loaded: Loaded, machine: Machine) -> Iterator[Problem]:
    wanted = loaded.settings.gateway.workers or machine.cores
    if wanted > 2 * machine.cores:
        message = f"{wanted} workers share {machine.cores} {'core' if machine.cores == 1 else 'cores'}"
        fix = "Leave workers out: one for each core."
        yield finding(loaded, "machine.workers", ("gateway", "workers"), message, fix)


def users(loaded: Loaded, machine: Machine) -> Iterator[Problem]:
    path = ("gateway", "user")
    if loaded.settings.gateway.user is None and machine.is_root:
        message = "started by root, the gateway would stay root"
        yield finding(loaded, "gateway.root", path, message, 'Set user = "gatepost", a user of its own.')
    if machine.missing_user:
        message = f"there is no user {machine.missing_user} on this machine"
        fix = f"Run: useradd --system --shell /usr/sbin/nologin {machine.missing_user}"
        yield finding(loaded, "gateway.no-user", path, message, fix, Severity.ERROR)


def descriptors(loaded: Loaded, machine: Machine) -> Iterator[Problem]:
    listeners = loaded.settings.listeners.values()
    wanted = sum(PER_CONNECTION * listener.limits.connections + listener.limits.tarpitted for listener in listeners)
    each = wanted // (loaded.settings.gateway.workers or machine.cores) + SPARE
    if each > machine.descriptors:
        yield finding(
            loaded,
            "machine.descriptors",
            ("listeners", ""),
            f"a worker may need {each} open files and is allowed {machine.descriptors}: further connections get 421",
            f"Raise the limit (LimitNOFILE={each} in the systemd unit), or lower connections and tarpitted.",
        )
