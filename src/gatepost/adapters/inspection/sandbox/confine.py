"""Which of the kernel's ways to hold a process are on? All that there are, put on one after the other, for good."""

import ctypes
import os
import resource
import signal
import struct
import sys
import sysconfig
from collections.abc import Callable

from msgspec import Struct

from gatepost.adapters.inspection.sandbox import landlock, seccomp

NO_NEW_PRIVS, PARENT_DEATH_SIGNAL, DUMPABLE = 38, 1, 4  # prctl(2)
NEW_USERS, NEW_NETWORK, NEW_IPC = 0x10000000, 0x40000000, 0x08000000  # unshare(2)
NOBODY = 65534
CAPABILITIES_3 = 0x20080522
CAPSET = {"x86_64": 126, "aarch64": 91}
DESCRIPTORS = 32
LIFETIME = 3600  # seconds of CPU, of a process that inspects many messages


class Confinement(Struct, frozen=True):
    """What holds a process that looks into messages.

    Args:
        on: names of what is in force.
        off: what the kernel, or the rights that the gateway was started with, do not offer: `name: why`.
    """

    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


class Holds:
    """Notes what could be put on and what could not."""

    def __init__(self, earlier: Confinement) -> None:
        self.on, self.off = list(earlier.on), list(earlier.off)

    def put_on(self, name: str, do: Callable[[], object]) -> bool:
        try:
            do()
        except (OSError, ValueError) as error:
            self.off.append(f"{name}: {error.strerror if isinstance(error, OSError) else error}")
            return False
        self.on.append(name)
        return True

    @property
    def confinement(self) -> Confinement:
        return Confinement(tuple(self.on), tuple(self.off))


def leave_network() -> Confinement:
    """For the process that others are forked from; it must have one thread only."""
    holds = Holds(Confinement())
    try:
        checked("unshare", NEW_NETWORK | NEW_IPC)
    except OSError:
        holds.put_on("network", lambda: checked("unshare", NEW_USERS | NEW_NETWORK | NEW_IPC))
    else:
        holds.on.append("network")
    return holds.confinement


def confine(memory: int, earlier: Confinement) -> Confinement:
    """This process, for good.

    Args:
        memory: octets of data it may have.
        earlier: what the process that it was forked from had put on.
    """
    holds = Holds(earlier)
    holds.put_on("limits", lambda: limit(memory))
    if os.geteuid() == 0:
        holds.put_on("user", become_nobody)
    holds.put_on("no-new-privileges", lambda: checked("prctl", NO_NEW_PRIVS, 1, 0, 0, 0))
    holds.put_on("dies-with-parent", lambda: checked("prctl", PARENT_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0))
    holds.put_on("not-traceable", lambda: checked("prctl", DUMPABLE, 0, 0, 0, 0))
    has_landlock = holds.put_on("files", lambda: landlock.restrict(code_paths()))
    holds.put_on("capabilities", drop_capabilities)
    holds.put_on("system-calls", lambda: seccomp.install(os.getpid(), may_read_files=has_landlock))
    return holds.confinement


def limit(memory: int) -> None:
    for kind, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, LIFETIME),
        (resource.RLIMIT_NOFILE, DESCRIPTORS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


def become_nobody() -> None:
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def code_paths() -> list[str]:
    """Where Python and its libraries lie: what is imported late is read from there."""
    places = [*sys.path, sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    return [place for place in dict.fromkeys(places) if place and os.path.isdir(place)]


def drop_capabilities() -> None:
    """Root in its own user name space has them all."""
    number = CAPSET.get(os.uname().machine)
    if number is None:
        raise OSError(0, "the system calls of this processor are not known")
    head, none = struct.pack("<Ii", CAPABILITIES_3, 0), bytes(24)
    checked("syscall", ctypes.c_long(number), ctypes.c_char_p(head), ctypes.c_char_p(none))


def checked(function: str, *arguments: object) -> None:
    """A function of the C library. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, function)(*arguments):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
