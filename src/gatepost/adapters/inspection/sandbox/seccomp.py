"""The kernel's filter on system calls (seccomp(2)): written as BPF, installed for good."""

import ctypes
import errno
import os
import struct

from gatepost.adapters.inspection.sandbox.syscalls import ALWAYS, LOOKING, Machine, this_machine

LOAD, JUMP_EQUAL, JUMP_ABOVE, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF's codes
ALLOW, DENY, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000  # SECCOMP_RET_…
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
SET_FILTER, ALL_THREADS = 1, 1
CLONE_THREAD = 0x10000
TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | (os.O_TMPFILE & ~os.O_DIRECTORY)
FIOCLEX = 0x5451
FCNTL = (1, 2, 3, 4, 1030)  # of a descriptor and its flags; who gets signals of it is not among them

Program = list[tuple[int, int, int, int]]


class Filter(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def allowed(number: int) -> Program:
    return [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]


def allowed_with(number: int, argument: int, values: tuple[int, ...]) -> Program:
    """Where the low half of an argument is one of `values`."""
    tests: Program = []
    for value in values:
        tests += [(JUMP_EQUAL, 0, 1, value), (RETURN, 0, 0, ALLOW)]
    return guarded(number, argument, tests)


def allowed_with_bits(number: int, argument: int, bits: int) -> Program:
    return guarded(number, argument, [(JUMP_ANY_BIT, 0, 1, bits), (RETURN, 0, 0, ALLOW)])


def allowed_without_bits(number: int, argument: int, bits: int) -> Program:
    return guarded(number, argument, [(JUMP_ANY_BIT, 1, 0, bits), (RETURN, 0, 0, ALLOW)])


def guarded(number: int, argument: int, tests: Program) -> Program:
    """For this call, the tests; what passes none of them is denied."""
    inner = [(LOAD, 0, 0, ARGUMENTS + 8 * argument), *tests, denied(errno.EPERM)]
    return [(JUMP_EQUAL, 0, len(inner), number), *inner]


def denied(code: int) -> tuple[int, int, int, int]:
    return (RETURN, 0, 0, DENY | code)


def program(machine: Machine, pid: int, *, may_read_files: bool) -> Program:
    """Everything that is not named is denied with EPERM."""
    made: Program = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, machine.audit),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD, 0, 0, NUMBER),
    ]
    if machine.other_abi:
        made += [(JUMP_ABOVE, 0, 1, machine.other_abi), (RETURN, 0, 0, KILL_PROCESS)]
    for number in machine.numbers(ALWAYS + LOOKING if may_read_files else ALWAYS):
        made += allowed(number)
    made += allowed_with(machine.number("fcntl"), 1, FCNTL)
    made += allowed_with(machine.number("ioctl"), 1, (FIOCLEX,))
    made += allowed_with(machine.number("tgkill"), 0, (pid,))
    made += allowed_with_bits(machine.number("clone"), 0, CLONE_THREAD)
    made += [(JUMP_EQUAL, 0, 1, machine.number("clone3")), denied(errno.ENOSYS)]  # glibc then takes clone
    if may_read_files:
        made += allowed_without_bits(machine.number("openat"), 2, TO_WRITE)
        for number in machine.numbers(["open"]):
            made += allowed_without_bits(number, 1, TO_WRITE)
    return [*made, denied(errno.EPERM)]


def install(pid: int, *, may_read_files: bool) -> None:
    """For all threads of this process, for good; no_new_privs must be set. Raises OSError."""
    machine = this_machine()
    if machine is None:
        raise OSError(errno.ENOSYS, "the system calls of this processor are not known")
    lines = program(machine, pid, may_read_files=may_read_files)
    octets = b"".join(struct.pack("<HBBI", *line) for line in lines)
    prepared = Filter(len(lines), octets)
    library = ctypes.CDLL(None, use_errno=True)
    if library.syscall(machine.number("seccomp"), SET_FILTER, ALL_THREADS, ctypes.byref(prepared)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
