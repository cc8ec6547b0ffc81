"""The filter, run by a small machine of our own: which calls does it let through?"""

import errno
import os
import struct

import pytest

from gatepost.adapters.inspection.sandbox.seccomp import ALLOW, DENY, KILL_PROCESS, program
from gatepost.adapters.inspection.sandbox.syscalls import ALWAYS, LOOKING, MACHINES, NUMBERS

PID = 4711
DENIED = DENY | errno.EPERM
each_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)


def verdict(lines, number, arguments=(), audit=0):
    """What classic BPF returns for a call (bpf(4)'s load, jumps, return)."""
    given = struct.pack("<iIQ6Q", number, audit, 0, *(*arguments, *[0] * (6 - len(arguments))))
    loaded, at = 0, 0
    while True:
        code, if_true, if_false, value = lines[at]
        at += 1
        if code == 0x06:
            return value
        if code == 0x20:
            loaded = struct.unpack_from("<I", given, value)[0]
        else:
            holds = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[code]
            at += if_true if holds else if_false


@each_machine
@pytest.mark.parametrize("may_read_files", [True, False])
def test_only_what_is_named_is_allowed(machine, may_read_files):
    lines = program(machine, PID, may_read_files=may_read_files)
    named = set(machine.numbers(ALWAYS + LOOKING if may_read_files else ALWAYS))
    for number in range(600):
        allowed = verdict(lines, number, audit=machine.audit) == ALLOW
        opens = may_read_files and number in machine.numbers(["openat", "open"])
        assert allowed == (number in named or opens), number


@each_machine
def test_a_call_of_another_architecture_ends_the_process(machine):
    lines = program(machine, PID, may_read_files=True)
    assert verdict(lines, machine.number("read"), audit=1) == KILL_PROCESS


def test_a_call_of_the_other_abi_ends_the_process():
    machine = MACHINES["x86_64"]
    lines = program(machine, PID, may_read_files=True)
    assert verdict(lines, 0x40000000, audit=machine.audit) == KILL_PROCESS


@each_machine
def test_arguments_decide(machine):
    lines = program(machine, PID, may_read_files=True)

    def said(name, *arguments):
        return verdict(lines, machine.number(name), arguments, machine.audit)

    assert said("openat", 0, 0, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY) == ALLOW
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_TMPFILE, os.O_APPEND):
        assert said("openat", 0, 0, flags) == DENIED
    assert (said("clone", 0x3D0F00), said("clone", 17), said("clone3")) == (ALLOW, DENIED, DENY | errno.ENOSYS)
    assert (said("tgkill", PID, PID, 6), said("tgkill", 1, 1, 9)) == (ALLOW, DENIED)
    assert (said("fcntl", 3, 1), said("fcntl", 3, 8)) == (ALLOW, DENIED), "no signals to others by F_SETOWN"


@each_machine
def test_what_reaches_others_has_no_number(machine):
    forbidden = {"x86_64": (41, 42, 59, 57, 58, 62, 101, 272, 319, 321, 425), "aarch64": (198, 203, 221, 129, 117, 97)}
    lines = program(machine, PID, may_read_files=True)
    name = next(name for name, each in MACHINES.items() if each is machine)
    assert {verdict(lines, number, audit=machine.audit) for number in forbidden[name]} == {DENIED}


def test_every_named_call_has_a_number():
    assert set(ALWAYS) | set(LOOKING) <= set(NUMBERS)
