"""What may this process do, and what not any more? (setuid(2), prctl(2), getrlimit(2))"""

import ctypes
import os
import pwd
import resource
import signal
from pathlib import Path

from msgspec import Struct

from gatepost.supervise.contract import StartError

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


class Account(Struct, frozen=True):
    """Who to become."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]


def account(name: str | None) -> Account | None:
    """None where nothing changes: no user named, or it is the one we are. Raises `StartError`."""
    if name is None:
        return None
    try:
        entry = pwd.getpwuid(int(name)) if name.isascii() and name.isdecimal() else pwd.getpwnam(name)
    except KeyError:
        raise StartError(
            f"gateway.user: there is no user {name!r}; make one: useradd --system --user-group --no-create-home {name}"
        ) from None
    if entry.pw_uid == os.geteuid():
        return None
    if os.geteuid() != 0:
        raise StartError(f"gateway.user: only root can become {entry.pw_name}; start as root or leave the key out")
    groups = os.getgrouplist(entry.pw_name, entry.pw_gid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, tuple(groups))


def become(who: Account) -> None:
    """For good: with the last step every capability is gone too."""
    os.setgroups(who.groups)
    os.setresgid(who.gid, who.gid, who.gid)
    os.setresuid(who.uid, who.uid, who.uid)
    if os.getresuid() != (who.uid,) * 3 or os.getresgid() != (who.gid,) * 3:
        raise StartError(f"gateway.user: could not become {who.name}")


def gain_nothing() -> None:
    """From now on no program that is started can have more rights than we have (set-user-ID and the like)."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def end_with_parent(parent: int, signal_number: int) -> None:
    """The kernel sends us the signal when the parent dies; if it is dead already, we end here."""
    prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def no_core_files() -> None:
    """They would have keys and mail in them."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def all_descriptors() -> int:
    """Raises the soft limit to the hard one, or to what the kernel can give; how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = kernel_limit() if hard == resource.RLIM_INFINITY else hard
    if wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(wanted, soft)


def kernel_limit() -> int:
    """Descriptors that one process may have at all; the kernel's default where /proc does not show it."""
    try:
        return int(Path("/proc/sys/fs/nr_open").read_text())
    except OSError:
        return 1_048_576


def prctl(option: int, value: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    arguments = [ctypes.c_ulong(n) for n in (value, 0, 0, 0)]
    if library.prctl(option, *arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl({option}): {os.strerror(number)}")
