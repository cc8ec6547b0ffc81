"""What is tried in a confined process: `python -m tests.adapters.inspection.sandbox.attempts NAME` tries one of it.

In a process that was executed anew: tests run in one that has threads and much memory already.
"""

import ctypes
import faulthandler
import os
import resource
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import msgspec

from gatepost.adapters.inspection.sandbox.confine import Confinement, confine, leave_network

MEMORY = 256 * 1024 * 1024


class Outcome(msgspec.Struct):
    """What came of an attempt in the confined process."""

    confinement: Confinement
    said: str = ""
    error: str = ""


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
    "another's memory": lambda: Path(f"/proc/{os.getppid()}/mem").read_bytes(),
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


def threads():
    thread = threading.Thread(target=time.sleep, args=(0.001,))
    thread.start()
    thread.join()
    return time.process_time() + time.monotonic() > 0


def abort():
    faulthandler.disable()
    os.abort()


def bomb():
    made = 0
    for _ in range(200):
        try:
            os.fork()
        except PermissionError:
            continue
        made += 1
    return made


ALLOWED = {
    "nothing": lambda: "",
    "read code": lambda: Path(os.__file__).read_text()[:10],
    "import code": lambda: __import__("xml.dom.minidom"),
    "threads": threads,
    "abort": abort,
    "a fork bomb": bomb,
    "half the memory": lambda: len(bytearray(MEMORY // 2)),
    "who am I": os.getuid,
}


def main(name):
    attempt = {**DENIED, **ALLOWED}[name]
    outcome = Outcome(confine(MEMORY, leave_network()))
    try:
        outcome.said = str(attempt())
    except BaseException as error:
        outcome.error = type(error).__name__
    os.write(1, msgspec.msgpack.encode(outcome))
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
