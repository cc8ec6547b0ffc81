"""Does the configuration fit the machine it is to run on?"""

import os
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
    """

    cores: int
    descriptors: int
    is_root: bool


def this_machine() -> Machine:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        descriptors=hard if hard != resource.RLIM_INFINITY else 2**31,
        is_root=os.geteuid() == 0,
    )


def lint_machine(loaded: Loaded, machine: Machine) -> Iterator[Problem]:
    gateway = loaded.settings.gateway
    workers = gateway.workers or machine.cores
    if workers > 2 * machine.cores:
        yield finding(
            loaded,
            "machine.workers",
            ("gateway", "workers"),
            f"{workers} workers share {machine.cores} {'core' if machine.cores == 1 else 'cores'}",
            "Leave workers out: one for each core.",
        )
    if gateway.user is None and machine.is_root:
        yield finding(
            loaded,
            "gateway.root",
            ("gateway", "user"),
            "started by root, the gateway would stay root",
            'Set user = "gatepost", a user of its own.',
        )
    listeners = loaded.settings.listeners.values()
    needed = sum(PER_CONNECTION * listener.limits.connections + listener.limits.tarpitted for listener in listeners)
    needed = needed // workers + SPARE
    if needed > machine.descriptors:
        yield finding(
            loaded,
            "machine.descriptors",
            ("listeners",),
            f"each of {workers} workers may need {needed} open files, the system allows {machine.descriptors}: "
            "connections above that are refused with 421",
            f"Raise the limit (LimitNOFILE={needed} in the systemd unit), or lower connections and tarpitted.",
            Severity.WARNING,
        )
