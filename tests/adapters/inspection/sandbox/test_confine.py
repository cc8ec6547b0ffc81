"""Does a confined process really get nothing?"""

import ctypes
import faulthandler
import os
import resource
import signal
import socket
import threading
import time
from pathlib import Path

import msgspec
import pytest

from gatepost.adapters.inspection.sandbox.confine import Confinement, confine, leave_network

MEMORY = 256 * 1024 * 1024
TESTING = os.getpid()
SENT = 64 * 1024  # octets of an answer


class Outcome(msgspec.Struct):
    """What came of an attempt in the confined process."""

    confinement: Confinement
    said: str = ""
    error: str = ""


def confined(attempt):
    """Run `attempt` in a confined child; what it returned, or how it failed, or which signal ended it."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.close(ours)
            outcome = Outcome(confine(MEMORY, leave_network()))
            try:
                outcome.said = str(attempt())
            except BaseException as error:
                outcome.error = type(error).__name__
            os.write(theirs, msgspec.msgpack.encode(outcome))
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as told:
        said = told.read(SENT)
    _, status = os.waitpid(pid, 0)
    return msgspec.msgpack.decode(said, type=Outcome) if said else os.WTERMSIG(status)


@pytest.fixture(scope="module")
def confinement():
    return confined(lambda: "").confinement


def needs(confinement, name):
    if name not in confinement.on:
        pytest.skip(f"this kernel does not offer it: {confinement.off}")


def test_what_is_not_on_is_named_with_the_reason(confinement):
    names = {line.partition(":")[0] for line in confinement.off} | set(confinement.on)
    assert {"limits", "no-new-privileges", "files", "system-calls", "network", "not-traceable"} <= names


DENIED = {
    "open a file to write": lambda: Path("/tmp/x").write_text(""),
    "make a file": lambda: os.open("/dev/shm/x", os.O_CREAT | os.O_RDWR),
    "take a file away": lambda: os.unlink(__file__),
    "make a directory": lambda: os.mkdir("/tmp/x"),
    "a socket": socket.socket,
    "a Unix socket": lambda: socket.socket(socket.AF_UNIX),
    "a socket pair": socket.socketpair,
    "another program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 - it must fail
    "fork": os.fork,
    "kill": lambda: os.kill(os.getppid(), signal.SIGTERM),
    "kill init": lambda: os.kill(1, 0),
    "another's memory": lambda: Path(f"/proc/{TESTING}/mem").read_bytes(),
    "a file that others may read": lambda: Path("/etc/hostname").read_text(),
    "what is in a directory": lambda: os.listdir("/etc"),
    "memory that outlives it": lambda: os.memfd_create("x"),
    "more limits": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096)),
    "root": lambda: os.setuid(0),
    "another namespace": lambda: unshare(0x10000000),
    "trace": lambda: ptrace(os.getppid()),
    "more memory than it may": lambda: bytearray(2 * MEMORY),
}


def unshare(kind):
    if ctypes.CDLL(None, use_errno=True).unshare(kind):
        raise PermissionError


def ptrace(pid):
    if ctypes.CDLL(None, use_errno=True).ptrace(16, pid, None, None):
        raise PermissionError


@pytest.mark.parametrize("what", DENIED)
def test_a_confined_process_is_denied(confinement, what):
    needs(confinement, "system-calls")
    outcome = confined(DENIED[what])
    assert outcome.error in ("PermissionError", "MemoryError", "ValueError"), outcome


def test_a_confined_process_may_read_code_and_import_it(confinement):
    needs(confinement, "files")
    assert confined(lambda: Path(os.__file__).read_text()[:10]).error == ""
    assert confined(lambda: __import__("xml.dom.minidom")).error == ""


def test_a_confined_process_may_have_threads_and_know_the_time(confinement):
    def work():
        thread = threading.Thread(target=time.sleep, args=(0.001,))
        thread.start()
        thread.join()
        return time.process_time() + time.monotonic() > 0

    assert confined(work).said == "True"


def test_a_confined_process_may_abort_itself(confinement):
    needs(confinement, "system-calls")

    def abort():
        faulthandler.disable()
        os.abort()

    assert confined(abort) == signal.SIGABRT


def test_a_fork_bomb_makes_no_process(confinement):
    needs(confinement, "system-calls")

    def bomb():
        made = 0
        for _ in range(200):
            try:
                os.fork()
            except PermissionError:
                continue
            made += 1
        return made

    assert confined(bomb).said == "0"


def test_memory_is_given_up_to_the_limit(confinement):
    needs(confinement, "limits")
    assert confined(lambda: len(bytearray(MEMORY // 2))).said == str(MEMORY // 2)


def test_who_is_root_is_nobody_afterwards(confinement):
    if os.geteuid():
        pytest.skip("not root")
    assert confined(os.getuid).said == "65534"
    needs(confinement, "user")


def test_no_network_is_left_but_an_unused_loopback(confinement):
    needs(confinement, "network")
    ours, theirs = os.pipe()
    pid = os.fork()
    if not pid:
        leave_network()
        lines = Path("/proc/net/dev").read_text().splitlines()[2:]
        os.write(theirs, b" ".join(line.split(":")[0].strip().encode() for line in lines))
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(ours, SENT) in (b"lo", b"")
    os.close(ours)
    os.close(theirs)
