"""Does a confined process really get nothing?"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from gatepost.adapters.inspection.sandbox.confine import leave_network
from tests.adapters.inspection.sandbox.attempts import DENIED, MEMORY, Outcome

ROOT = Path(__file__).parents[4]
SENT = 64 * 1024  # octets of an answer


def confined(name):
    """Make an attempt in a confined process; what it returned, or how it failed, or which signal ended it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.adapters.inspection.sandbox.attempts", name],
        stdout=subprocess.PIPE, cwd=ROOT, timeout=60,
    )  # fmt: skip
    return msgspec.msgpack.decode(done.stdout, type=Outcome) if done.stdout else -done.returncode


@pytest.fixture(scope="module")
def confinement():
    return confined("nothing").confinement


def needs(confinement, name):
    if name not in confinement.on:
        pytest.skip(f"this kernel does not offer it: {confinement.off}")


def test_what_is_not_on_is_named_with_the_reason(confinement):
    names = {line.partition(":")[0] for line in confinement.off} | set(confinement.on)
    assert {"limits", "no-new-privileges", "files", "system-calls", "network", "not-traceable"} <= names


@pytest.mark.parametrize("what", DENIED)
def test_a_confined_process_is_denied(confinement, what):
    needs(confinement, "system-calls")
    outcome = confined(what)
    assert outcome.error in ("PermissionError", "MemoryError", "ValueError"), outcome


def test_a_confined_process_may_read_code_and_import_it(confinement):
    needs(confinement, "files")
    assert confined("read code").error == ""
    assert confined("import code").error == ""


def test_a_confined_process_may_have_threads_and_know_the_time(confinement):
    assert confined("threads").said == "True"


def test_a_confined_process_may_abort_itself(confinement):
    needs(confinement, "system-calls")
    assert confined("abort") == signal.SIGABRT


def test_a_fork_bomb_makes_no_process(confinement):
    needs(confinement, "system-calls")
    assert confined("a fork bomb").said == "0"


def test_memory_is_given_up_to_the_limit(confinement):
    needs(confinement, "limits")
    assert confined("half the memory").said == str(MEMORY // 2)


def test_who_is_root_is_nobody_afterwards(confinement):
    if os.geteuid():
        pytest.skip("not root")
    assert confined("who am I").said == "65534"
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
